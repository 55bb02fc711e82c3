/** Electron's fuses: switches that are burnt into the executable as ASCII digits after a sentinel. */

const SENTINEL = Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX')
const WIRE_VERSION = 1
const ON = 0x31
const OFF = 0x30
const REMOVED = 0x72

/** The fuses in the order of the wire. */
export const FUSE_NAMES = /** @type {const} */ ([
  'runAsNode',
  'cookieEncryption',
  'nodeOptions',
  'nodeCliInspect',
  'asarIntegrity',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
])

/** What a downloaded Electron has; nodeCliInspect must be on, or Playwright cannot drive it. */
export const STOCK_FUSES = {
  runAsNode: true,
  cookieEncryption: false,
  nodeOptions: true,
  nodeCliInspect: true,
  asarIntegrity: false,
  onlyLoadAppFromAsar: false,
  loadBrowserProcessSpecificV8Snapshot: false,
  grantFileProtocolExtraPrivileges: true,
}

function findWire(executable) {
  const at = executable.indexOf(SENTINEL)
  if (at < 0) throw new Error('no fuses in this file: the sentinel is missing')
  if (executable.indexOf(SENTINEL, at + 1) >= 0) throw new Error('the fuse sentinel occurs twice')
  const wire = at + SENTINEL.length
  if (executable[wire] !== WIRE_VERSION) throw new Error(`unknown fuse wire version ${executable[wire]}`)
  return { first: wire + 2, count: executable[wire + 1] }
}

/**
 * Reads the fuses of an Electron executable.
 * @param {Buffer} executable the file's content
 * @returns {Record<string, boolean>} only those this Electron has; a removed fuse is left out
 */
export function readFuses(executable) {
  const { first, count } = findWire(executable)
  const fuses = {}
  for (const [index, name] of FUSE_NAMES.entries()) {
    const value = executable[first + index]
    if (index < count && value !== REMOVED) fuses[name] = value === ON
  }
  return fuses
}

/**
 * Sets fuses in place. Fuses this Electron does not have are passed over.
 * @param {Buffer} executable the file's content, changed
 * @param {Partial<Record<string, boolean>>} settings
 */
export function setFuses(executable, settings) {
  const { first, count } = findWire(executable)
  for (const [index, name] of FUSE_NAMES.entries()) {
    const at = first + index
    if (index < count && name in settings && executable[at] !== REMOVED) executable[at] = settings[name] ? ON : OFF
  }
}
