import { parseArgs } from 'node:util'
import { LINK_SCHEME } from './deep-link'

/** What the command line asked for. Paths as typed. */
export interface Flags {
  dataDir: string | null
  dbPath: string | null
  sources: string[]
  sample: boolean
  hidden: boolean
  version: boolean
  help: boolean
  /** A `hassette-monitor://` link that the system handed over. */
  link: string | null
  /** Options that are not ours; Chromium may know them. */
  unknown: string[]
}

const OPTIONS = {
  'data-dir': { type: 'string' },
  'db-path': { type: 'string' },
  source: { type: 'string', multiple: true },
  sample: { type: 'boolean' },
  hidden: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

/** Chromium and Electron switches that are passed on without a word. */
const SILENT =
  /^--?(no-sandbox|inspect|remote-debugging|enable-|disable-|use-|ozone-|force-|lang|js-flags|log-|v=|proxy-|no-zygote|user-data-dir|in-process-gpu|password-store|allow-)/

/**
 * Reads the arguments behind the executable. `skipAppPath`: the first one that is no option is the app's own folder
 * (`electron .`), not ours. Throws an `Error` with a sentence for people when a value is missing.
 */
export function parseFlags(argv: readonly string[], skipAppPath: boolean): Flags {
  const args = [...argv]
  if (skipAppPath) {
    const appPath = args.findIndex((arg) => !arg.startsWith('-'))
    if (appPath >= 0) args.splice(appPath, 1)
  }
  const { values, positionals, tokens } = parseArgs({
    args,
    options: OPTIONS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const option = OPTIONS[token.name as keyof typeof OPTIONS] as { type: string } | undefined
    if (
      option?.type === 'string' &&
      (token.value === undefined || token.value.trim() === '' || token.value.startsWith('--'))
    )
      throw new Error(`${token.rawName} needs a value. See --help.`)
    if (option?.type === 'boolean' && token.value !== undefined)
      throw new Error(`${token.rawName} takes no value. See --help.`)
  }
  return {
    dataDir: text(values['data-dir']),
    dbPath: text(values['db-path']),
    sources: Array.isArray(values.source) ? values.source.map(String) : [],
    sample: values.sample === true,
    hidden: values.hidden === true,
    version: values.version === true,
    help: values.help === true,
    link: positionals.find((arg) => arg.startsWith(`${LINK_SCHEME}:`)) ?? null,
    unknown: tokens
      .filter((token) => token.kind === 'option')
      .map((token) => token.rawName)
      .filter((name) => !(name.replace(/^--/, '') in OPTIONS) && !SILENT.test(name)),
  }
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export const HELP = `Hassette Monitor shows the handler and job history of a Hassette.

  --source FILE     read this hassette.db (repeatable; for this run, not saved)
  --sample          show the sample home, whatever is configured
  --data-dir DIR    keep everything of ours in DIR; the archive is DIR/hassette.db
  --db-path FILE    keep the archive in FILE
  --hidden          start without a window; starting again opens it
  --version         print the version and end
  --help            print this and end

Environment: HASSETTE_MONITOR_DATA_DIR, HASSETTE_MONITOR_DB_PATH,
HASSETTE_MONITOR_DB_RETENTION_DAYS, HASSETTE_MONITOR_DB_FRAMEWORK_RETENTION_DAYS (1-3650),
HASSETTE_MONITOR_DB_MAX_SIZE_MB (from 10).
A flag wins over the environment, the environment over settings.json, that over the default.
`
