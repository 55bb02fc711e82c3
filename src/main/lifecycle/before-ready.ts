import { mkdirSync } from 'node:fs'
import { userInfo } from 'node:os'
import { app } from 'electron'
import { reasonOf } from '@shared/messages-system'
import { HELP, parseFlags } from '../cli/flags'
import type { Flags } from '../cli/flags'
import { placesIn, resolveDataDir } from '../cli/places'
import type { Places } from '../cli/places'
import { devServerOf, chromiumSwitches } from '../security/policy'
import { registerAppScheme } from '../security/security'
import { settingsFromEnvironment, settingsFromFlags } from '../settings/precedence'
import type { SettingsLayer } from '../settings/precedence'

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

/**
 * What Electron wants to know before `ready`: where our files lie, that every renderer is sandboxed, that Chromium has
 * no network and, packaged, no debugger, and our scheme.
 * Ends the process with a sentence when the data folder cannot be made.
 */
export function prepareElectron(places: Places): void {
  try {
    mkdirSync(places.dataDir, { recursive: true, mode: 0o700 })
    mkdirSync(places.sessionDir, { recursive: true, mode: 0o700 })
  } catch (thrown) {
    process.stderr.write(
      `The data folder ${places.dataDir} cannot be written: ${reasonOf(thrown)}. Give another one: --data-dir DIR\n`,
    )
    process.exit(2)
  }
  app.setPath('userData', places.dataDir)
  app.setPath('sessionData', places.sessionDir)
  app.setPath('crashDumps', places.sessionDir)
  app.setAppLogsPath(places.logsDir)
  // Windows groups notifications and task bar buttons by it; elsewhere it does nothing.
  app.setAppUserModelId('io.github.hassette-monitor')
  // As root Chromium cannot sandbox its helper processes and would restart them for ever; only a start with --no-sandbox
  // (the set-up script, as root, from a checkout) goes without.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()
  const { set, remove } = chromiumSwitches(devServerOf(process.env, app.isPackaged), app.isPackaged)
  for (const name of remove) app.commandLine.removeSwitch(name)
  for (const [name, value] of set) app.commandLine.appendSwitch(name, value)
  registerAppScheme()
}

/** Makes this process the only one for its data folder; false when another one has it (that one shows its window). */
export function claimInstance(): boolean {
  return app.requestSingleInstanceLock({ argv: process.argv })
}

/** What a second start for one data folder says before it ends. */
export function reportSecondStart(places: Places, flags: Flags): void {
  process.stdout.write(`Hassette Monitor is already running for ${places.dataDir}: its window is shown.\n`)
  if (flags.sources.length > 0 || flags.sample)
    process.stderr.write('--source and --sample take effect only at a first start: quit the running app first.\n')
  app.exit(0)
}
