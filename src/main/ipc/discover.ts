import { isAbsolute } from 'node:path'
import { Failure, toProblem } from '@shared/result'
import type { FoundSource } from '@shared/source'
import type { Home } from '../open-archive'
import { refuseNetworkPath } from '../util/user-path'
import { findDatabases, thisComputer } from '../sources/discovery'

/** Looks for Hassettes on this computer and says what each file holds, or why it cannot be read. */
export async function discoverSources(home: Pick<Home, 'identify'>): Promise<FoundSource[]> {
  const candidates = await findDatabases(thisComputer())
  const found: FoundSource[] = []
  for (const { path, because } of candidates) {
    try {
      // Hassette's own file is the one that it writes, though it may not run now.
      found.push({ path, because, found: { ok: true, facts: { ...(await home.identify(path)), mode: 'live' } } })
    } catch (thrown) {
      found.push({ path, because, found: { ok: false, problem: toProblem(thrown) } })
    }
  }
  return found
}

/**
 * A path as somebody types it: `~` is the home folder, and what is no absolute path or, on Windows, one of another
 * computer is refused.
 */
export function typedPath(text: string, home: string, platform: NodeJS.Platform = process.platform): string {
  refuseNetworkPath(text, platform)
  const path = text.trim().replace(/^~(?=[\\/]|$)/, home)
  if (!isAbsolute(path)) {
    throw new Failure('invalid_input', `${text} is not a full path.`, 'Give the whole path of the hassette.db.')
  }
  return path
}
