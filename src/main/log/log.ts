import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from '@shared/messages-system'
import log from 'electron-log/main'

/** The app's log: a rotated file, and the terminal when there is one. */
export interface Log {
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
  error: (message: string, thrown?: unknown) => void
}

const FILE = 'main.log'
const MAX_FILE_BYTES = 2_000_000

/** Opens the log in `dir`; where that cannot be written, it says so once and logs to the terminal only. Nothing of a run (message, name, traceback) and no secret is ever handed to it. */
export function openLog(dir: string): Log {
  log.transports.file.resolvePathFn = () => join(dir, FILE)
  log.transports.file.maxSize = MAX_FILE_BYTES
  // The names of files and folders are nobody else's business.
  log.transports.file.writeOptions = { encoding: 'utf8', flag: 'a', mode: 0o600 }
  log.transports.file.level = 'info'
  log.transports.console.level = 'warn'
  log.transports.console.format = '{text}'
  log.transports.ipc.level = false
  const textOf = (message: string, thrown: unknown): string =>
    thrown === undefined
      ? message
      : `${message}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}`
  const why = unwritable(dir)
  if (why !== null) {
    log.transports.file.level = false
    log.warn(`no log is kept, since ${dir} cannot be written: ${why}`)
  }
  return {
    info: (message) => log.info(message),
    warn: (message, thrown) => log.warn(textOf(message, thrown)),
    error: (message, thrown) => log.error(textOf(message, thrown)),
  }
}

/** Why no log can be kept in a folder, in words; null where it can. Makes the folder. */
function unwritable(dir: string): string | null {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    accessSync(dir, constants.W_OK)
    const file = join(dir, FILE)
    if (existsSync(file)) accessSync(file, constants.W_OK)
    return null
  } catch (thrown) {
    return reasonOf(thrown)
  }
}
