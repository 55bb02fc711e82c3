/**
 * Which Electrons their makers maintain. Plain JavaScript, because the set-up needs it before anything is installed or
 * built.
 */

/** Electron's makers maintain the newest major version and the two before it. */
const MAINTAINED_MAJORS = 3

/**
 * Whether an Electron still gets corrections. The pinned one stands for the newest, so that no dates have to be kept.
 * @param {string | undefined} version like 45.4.1; undefined outside of Electron, where there is nothing to maintain
 * @param {string} pinned the version in package.json, the one that is shipped
 * @returns {boolean} true also for what is no version
 */
export function isMaintained(version, pinned) {
  if (version === undefined) return true
  return !(majorOf(version) <= majorOf(pinned) - MAINTAINED_MAJORS)
}

function majorOf(version) {
  return Number.parseInt(version, 10)
}
