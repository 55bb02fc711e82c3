import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { basename, dirname, isAbsolute, join, posix, resolve, win32 } from 'node:path'
import { parse, type TomlTable } from 'smol-toml'
import { realPath } from '../archive/file-facts'

/** The surroundings in which a Hassette is looked for. */
export interface Surroundings {
  platform: NodeJS.Platform
  env: NodeJS.ProcessEnv
  home: string
  cwd: string
}

/** Where a Hassette of this computer may keep its database. */
export interface Candidate {
  /** Absolute path of a `hassette.db`; it may not exist. */
  path: string
  /** Why we look there, for people. */
  because: string
}

/** Hassette's major versions whose data folder carries them; 1.0 will move to `v1`. */
const MAJORS = ['v0', 'v1']

/** The places named by the environment and by the system's rules (platformdirs), in Hassette's own order. */
export function candidatePlaces({ platform, env, home, cwd }: Surroundings): Candidate[] {
  const path = platform === 'win32' ? win32 : posix
  const database = (folder: string): string => path.join(path.resolve(cwd, folder), 'hassette.db')
  const places: Candidate[] = []
  for (const variable of ['HASSETTE__DATA_DIR', 'HASSETTE_DATA_DIR']) {
    const folder = env[variable]
    if (folder) places.push({ path: database(folder), because: `${variable} names it` })
  }
  const explicit = env['HASSETTE__DATABASE__PATH']
  if (explicit) places.push({ path: path.resolve(cwd, explicit), because: 'HASSETTE__DATABASE__PATH names it' })
  if (platform === 'linux') places.push({ path: '/data/hassette.db', because: "the container's data folder" })
  for (const folder of userDataFolders(platform, env, home, path.join)) {
    for (const major of MAJORS)
      places.push({ path: path.join(folder, major, 'hassette.db'), because: "Hassette's usual folder" })
  }
  return places
}

function userDataFolders(
  platform: NodeJS.Platform,
  env: NodeJS.ProcessEnv,
  home: string,
  join: (...parts: string[]) => string,
): string[] {
  if (platform === 'win32') return [join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'hassette', 'hassette')]
  if (platform === 'darwin') return [join(home, 'Library', 'Application Support', 'hassette')]
  return [join(env['XDG_DATA_HOME'] || join(home, '.local', 'share'), 'hassette')]
}

/** The files in which a Hassette's owner may have set another place. */
export function configFiles({ platform, env, home, cwd }: Surroundings): string[] {
  const folders = [
    env['HASSETTE__CONFIG_DIR'],
    '/config',
    userConfigFolder(platform, env, home),
    cwd,
    join(cwd, 'config'),
  ]
  return [
    ...new Set(folders.flatMap((folder) => (folder ? [join(folder, 'hassette.toml'), join(folder, '.env')] : []))),
  ]
}

function userConfigFolder(platform: NodeJS.Platform, env: NodeJS.ProcessEnv, home: string): string {
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'hassette', 'hassette')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'hassette')
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'hassette')
}

/**
 * The database that a configuration names, if it does: `data_dir` or `database.path` of a `hassette.toml`, at the top or
 * in its `hassette` table, or the variables of a `.env`. A file that is not valid names nothing: Hassette does not start
 * with it either, and its owner reads why there.
 */
export function databaseNamedIn(file: string, text: string): string | null {
  // Editors on Windows put a byte order mark first, which TOML does not know.
  const content = text.replace(/^\uFEFF/, '')
  const { path, folder } = basename(file) === '.env' ? namedInVariables(content) : namedInToml(content)
  const from = (named: string): string => (isAbsolute(named) ? named : resolve(dirname(file), named))
  if (path) return from(path)
  return folder ? join(from(folder), 'hassette.db') : null
}

/** What a configuration says about the database: the file itself, or the data folder that it lies in. */
interface Named {
  path: string | undefined
  folder: string | undefined
}

function namedInToml(text: string): Named {
  let document: TomlTable
  try {
    // Some app's own settings may hold whole numbers above 2^53, which would make the file unreadable.
    document = parse(text, { integersAsBigInt: 'asNeeded' })
  } catch {
    return { path: undefined, folder: undefined }
  }
  const value = (...keys: string[]): string | undefined => {
    const found = keys.reduce<unknown>(entryOf, document)
    return typeof found === 'string' && found !== '' ? found : undefined
  }
  return {
    path: value('hassette', 'database', 'path') ?? value('database', 'path'),
    folder: value('hassette', 'data_dir') ?? value('data_dir'),
  }
}

/** An entry of a TOML table, its name in any case, as Hassette reads it. */
function entryOf(table: unknown, name: string): unknown {
  if (typeof table !== 'object' || table === null) return undefined
  return Object.entries(table).find(([key]) => key.toLowerCase() === name)?.[1]
}

function namedInVariables(text: string): Named {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    const pair = /^\s*(?:export\s+)?(\w+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^#\s]+))/.exec(line)
    if (pair) values.set((pair[1] ?? '').toLowerCase(), pair[2] ?? pair[3] ?? pair[4] ?? '')
  }
  return { path: values.get('hassette__database__path'), folder: values.get('hassette__data_dir') }
}

/** The candidates that exist as files, each real place once. Nothing is opened but configuration files. */
export async function findDatabases(surroundings: Surroundings): Promise<Candidate[]> {
  const named = await Promise.all(configFiles(surroundings).map(candidateOf))
  const candidates = [...candidatePlaces(surroundings), ...named.filter((candidate) => candidate !== null)]
  const found: Candidate[] = []
  const seen = new Set<string>()
  for (const candidate of candidates) {
    const facts = await stat(candidate.path).catch(() => null)
    const identity = facts === null ? candidate.path : `${facts.dev}:${facts.ino || candidate.path}`
    if (!facts?.isFile() || seen.has(identity)) continue
    seen.add(identity)
    found.push(candidate)
  }
  return found
}

/** Where this app looks. */
export function thisComputer(): Surroundings {
  return { platform: process.platform, env: process.env, home: homedir(), cwd: process.cwd() }
}

/** Whether a file lies where a Hassette of this computer keeps its database: then it is the one that it writes. */
export async function isHassettesPlace(path: string, surroundings: Surroundings): Promise<boolean> {
  const own = realPath(path)
  return (await findDatabases(surroundings)).some((candidate) => realPath(candidate.path) === own)
}

async function candidateOf(file: string): Promise<Candidate | null> {
  const text = await readFile(file, 'utf8').catch(() => null)
  const path = text === null ? null : databaseNamedIn(file, text)
  return path === null ? null : { path, because: `${file} names it` }
}
