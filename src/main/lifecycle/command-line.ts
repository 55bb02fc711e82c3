import { userInfo } from 'node:os'
import { app } from 'electron'
import type { Flags } from '../cli/flags'
import { HELP, parseFlags } from '../cli/flags'
import type { Places } from '../cli/places'
import { placesIn, resolveDataDir } from '../cli/places'
import type { SettingsLayer } from '../settings/precedence'
import { settingsFromEnvironment, settingsFromFlags } from '../settings/precedence'

/** What this start was asked to do. */
export interface Start {
  flags: Flags
  places: Places
  flagSettings: SettingsLayer
  environmentSettings: SettingsLayer
}

const USAGE_ERROR = 2
const SYSTEM = { appData: () => app.getPath('userData'), home: () => userInfo().homedir }

/**
 * Reads command line and environment. `--version`, `--help` and bad values end the process here, before anything is
 * touched: exit code 0 or 2, one sentence on stderr.
 */
export function readCommandLine(): Start {
  try {
    const flags = parseFlags(process.argv.slice(1), process.defaultApp === true)
    if (flags.help) end(HELP)
    if (flags.version) end(`Hassette Monitor ${app.getVersion()} (Electron ${process.versions.electron})\n`)
    for (const name of flags.unknown)
      process.stderr.write(`Unknown option ${name}: passed on to Chromium. See --help.\n`)
    const cwd = process.cwd()
    return {
      flags,
      places: placesIn(resolveDataDir(flags.dataDir, process.env, SYSTEM, cwd)),
      flagSettings: settingsFromFlags(flags, cwd),
      environmentSettings: settingsFromEnvironment(process.env, cwd),
    }
  } catch (thrown) {
    process.stderr.write(`${thrown instanceof Error ? thrown.message : String(thrown)}\n`)
    process.exit(USAGE_ERROR)
  }
}

function end(text: string): never {
  process.stdout.write(text)
  process.exit(0)
}
