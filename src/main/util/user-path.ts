import { isAbsolute } from 'node:path'
import { Failure } from '@shared/result'

/**
 * Whether Windows would ask another computer for this path, or a device: `\\server\share`, `//server/share`,
 * `\\?\UNC\…`, `\\.\…`. Merely looking at such a path signs the user in at whatever server it names. A drive letter that
 * the user gave to a share is none.
 */
export function isNetworkPath(path: string, platform: NodeJS.Platform = process.platform): boolean {
  return platform === 'win32' && /^\s*[\\/]{2}/.test(path)
}

/** Throws `invalid_input` for such a path. */
export function refuseNetworkPath(path: string, platform: NodeJS.Platform = process.platform): void {
  if (!isNetworkPath(path, platform)) return
  throw new Failure(
    'invalid_input',
    `${path} is not on this computer.`,
    'Copy it here, or give the share a drive letter.',
  )
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
