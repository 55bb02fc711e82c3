import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { candidatePlaces, databaseNamedIn, findDatabases } from '@main/sources/discovery'

const paths = (candidates: { path: string }[]): string[] => candidates.map(({ path }) => path)

describe('candidatePlaces', () => {
  it('knows the three systems', () => {
    const at = (platform: NodeJS.Platform, home: string, env = {}): string[] =>
      paths(candidatePlaces({ platform, env, home, cwd: home }))
    expect(at('linux', '/home/ada')).toContain('/home/ada/.local/share/hassette/v0/hassette.db')
    expect(at('linux', '/home/ada', { XDG_DATA_HOME: '/x' })).toContain('/x/hassette/v0/hassette.db')
    expect(at('darwin', '/Users/ada')).toContain('/Users/ada/Library/Application Support/hassette/v0/hassette.db')
    expect(at('win32', 'C:\\Users\\ada', { LOCALAPPDATA: 'C:\\L' })).toContain(
      'C:\\L\\hassette\\hassette\\v0\\hassette.db',
    )
  })

  it('looks first where the environment says, then in the container', () => {
    const found = paths(
      candidatePlaces({ platform: 'linux', env: { HASSETTE__DATA_DIR: 'mine' }, home: '/home/ada', cwd: '/srv' }),
    )
    expect(found.slice(0, 2)).toEqual(['/srv/mine/hassette.db', '/data/hassette.db'])
  })
})

describe('databaseNamedIn', () => {
  it.each([
    ['a table', '[hassette]\ndata_dir = "/srv/h" # here', '/srv/h/hassette.db'],
    ['a table in a table', "[hassette]\nother = 1\n[hassette.database]\npath = './db/h.db'", '/etc/h/db/h.db'],
    ['tables without the prefix', '[database]\npath = "/srv/x.db"', '/srv/x.db'],
    ['a key at the top', 'data_dir = "/srv/h"\n[hassette]\nlog_level = "INFO"', '/srv/h/hassette.db'],
    ['the file before the folder', '[hassette]\ndata_dir = "/srv/h"\ndatabase.path = "/srv/x.db"', '/srv/x.db'],
    ['names in capitals', '[Hassette]\nData_Dir = "/srv/h"', '/srv/h/hassette.db'],
    ['dotted keys', 'hassette.data_dir = "/srv/h"', '/srv/h/hassette.db'],
    ['quoted and spaced keys', '[ hassette . "database" ]\n"path" = "/srv/x.db"', '/srv/x.db'],
    ['an inline table', '[hassette]\ndatabase = { path = "/srv/x.db", retention_days = 7 } # kept short', '/srv/x.db'],
    ['inline tables in one', 'hassette = { database = { path = "/srv/x.db" } }', '/srv/x.db'],
    ['a # within the value', '[hassette]\ndata_dir = "/srv/h#1" # "/no"', '/srv/h#1/hassette.db'],
    ['escapes', '[hassette]\ndata_dir = "/srv/\\u0068\\"x\\""', '/srv/h"x"/hassette.db'],
    ['lines that end as on Windows', '[hassette]\r\ndata_dir = "/srv/h"\r\n', '/srv/h/hassette.db'],
    ['a byte order mark', '\uFEFF[hassette]\ndata_dir = "/srv/h"', '/srv/h/hassette.db'],
    [
      'a whole number above 2^53',
      '[hassette]\ndata_dir = "/srv/h"\n[app]\nid = 9007199254740993',
      '/srv/h/hassette.db',
    ],
    [
      'a setting within a text of several lines',
      '[hassette.apps.a]\nnote = """\n[hassette]\ndata_dir = "/no"\n"""\n[hassette]\ndata_dir = "/srv/h"',
      '/srv/h/hassette.db',
    ],
    [
      'arrays of tables beside it',
      '[hassette]\ndata_dir = "/srv/h"\n[[hassette.apps.climate.config]]\ndata_dir = "/no"\n[[hassette.apps.climate.config]]\nroom = "bedroom"',
      '/srv/h/hassette.db',
    ],
    ['a table of another program', '[other]\ndata_dir = "/no"', null],
    ['a table of an app', '[hassette.apps.a]\ndata_dir = "/no"', null],
    ['a comment', '# data_dir = "/no"', null],
    ['an empty value', '[hassette]\ndata_dir = ""', null],
    ['a value that is no text', '[hassette]\ndata_dir = 7\ndatabase = ["/no"]', null],
    ['names that every object has', '[hassette.__proto__]\ndata_dir = "/no"', null],
    ['nothing', '', null],
  ])('hassette.toml: %s', (_, text, expected) => {
    expect(databaseNamedIn('/etc/h/hassette.toml', text)).toBe(expected)
  })

  it.each([
    ['an open text', '[hassette]\ndata_dir = "/srv/h'],
    ['a key twice', '[hassette]\ndata_dir = "/srv/h"\ndata_dir = "/srv/i"'],
    ['a value without quotes', '[hassette]\ndata_dir = /srv/h'],
    ['bytes that are no text', '\u0000\u0001\uFFFD'],
    ['very deep arrays', `[hassette]\ndata_dir = "/srv/h"\nx = ${'['.repeat(100_000)}`],
  ])('a hassette.toml that is not valid names nothing: %s', (_, text) => {
    expect(databaseNamedIn('/etc/h/hassette.toml', text)).toBeNull()
  })

  it.each([
    ['HASSETTE__DATA_DIR=/srv/env', '/srv/env/hassette.db'],
    ['export HASSETTE__DATABASE__PATH="/srv/y.db"', '/srv/y.db'],
    ["hassette__data_dir = './env' # here", '/etc/h/env/hassette.db'],
    ['\uFEFFHASSETTE__DATA_DIR=/srv/env\r\nTOKEN=x\r\n', '/srv/env/hassette.db'],
    ['HASSETTE__DATA_DIR=/srv/env\nHASSETTE__DATABASE__PATH=/srv/y.db', '/srv/y.db'],
    ['[hassette]\ndata_dir = "/no"', null],
    ['# HASSETTE__DATA_DIR=/no', null],
  ])('.env: %j → %s', (text, expected) => {
    expect(databaseNamedIn('/etc/h/.env', text)).toBe(expected)
  })
})

describe('findDatabases', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'discovery-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  it('names each file that exists once, however many ways lead to it', async () => {
    const usual = join(folder, '.local', 'share', 'hassette', 'v0')
    mkdirSync(usual, { recursive: true })
    writeFileSync(join(usual, 'hassette.db'), '')
    symlinkSync(usual, join(folder, 'linked'))
    writeFileSync(join(folder, 'hassette.toml'), '[hassette]\ndata_dir = "linked"\n')
    mkdirSync(join(folder, 'folder', 'hassette.db'), { recursive: true })
    const found = await findDatabases({
      platform: 'linux',
      env: { HASSETTE__DATA_DIR: join(folder, 'folder') },
      home: folder,
      cwd: folder,
    })
    expect(found.filter(({ path }) => path.startsWith(folder))).toEqual([
      { path: join(usual, 'hassette.db'), because: "Hassette's usual folder" },
    ])
  })

  it('passes over a configuration that it cannot read, and finds what the next one names', async () => {
    mkdirSync(join(folder, 'config'))
    mkdirSync(join(folder, 'data'))
    writeFileSync(join(folder, 'data', 'hassette.db'), '')
    writeFileSync(join(folder, 'hassette.toml'), '[hassette\ndata_dir = "data"\n')
    writeFileSync(join(folder, 'config', 'hassette.toml'), '\uFEFF[hassette]\r\ndata_dir = "../data"\r\n')
    mkdirSync(join(folder, '.env'))
    const found = await findDatabases({ platform: 'linux', env: {}, home: folder, cwd: folder })
    expect(found.filter(({ path }) => path.startsWith(folder))).toEqual([
      {
        path: join(folder, 'data', 'hassette.db'),
        because: `${join(folder, 'config', 'hassette.toml')} names it`,
      },
    ])
  })
})
