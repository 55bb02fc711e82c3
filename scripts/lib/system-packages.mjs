/** Debian packages that a step needs: installed as root, asked for in one command otherwise. */
import { findProgram, isRoot, run, attempt } from './processes.mjs'
import { failure } from './steps.mjs'

/**
 * The name under which this Debian or Ubuntu has a package: since their 64-bit time change some carry a suffix.
 * @param {string} name
 * @param {string} candidates output of `apt-cache policy name namet64`
 * @returns {string}
 */
export function installableName(name, candidates) {
  const suffixed = `${name}t64`
  const blocks = candidates.split(/^(?=\S)/m)
  const isThere = blocks.some((block) => block.startsWith(`${suffixed}:`) && !/Candidate: \(none\)/.test(block))
  return isThere ? suffixed : name
}

async function installableNames(names) {
  const variants = names.flatMap((name) => [name, `${name}t64`])
  const { stdout } = await attempt('apt-cache', ['policy', ...variants], { env: { ...process.env, LC_ALL: 'C' } })
  return names.map((name) => installableName(name, stdout))
}

/**
 * Installs Debian packages, or says with which command the user can.
 * @param {string[]} names as Debian 12 calls them; none is fine
 * @param {string} reason completes "… is missing", for people
 * @param {(text: string) => void} say
 * @returns {Promise<void>} fails if they cannot be installed by this user or on this system
 */
export async function ensureSystemPackages(names, reason, say) {
  if (names.length === 0) return
  if (!findProgram('apt-get')) {
    throw failure(`${reason} is missing.`, `install what Debian calls ${names.join(', ')} with this system's tools.`)
  }
  if (!isRoot()) {
    const wanted = (await installableNames(names)).join(' ')
    const command = `sudo apt-get update && sudo apt-get install --no-install-recommends ${wanted}`
    throw failure(`${reason} is missing.`, `run this command, then try again:\n\n  ${command}\n`)
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  say('refreshing the list of system packages')
  // The lists may be empty, or name versions that are gone; a failure shows itself in the installation.
  await attempt('apt-get', ['update', '-qq'], { env })
  const wanted = await installableNames(names)
  say(`installing ${wanted.join(' ')}`)
  // Another set-up may hold dpkg's lock: wait for it instead of failing.
  const args = ['install', '-y', '-qq', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', ...wanted]
  await run('apt-get', args, {
    env,
    purpose: `Installing the system packages ${wanted.join(', ')}`,
    remedy: 'connect to a Debian mirror, or install these packages yourself, and run the command again.',
  })
}
