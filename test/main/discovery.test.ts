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
    ['[hassette]\ndata_dir = "/srv/h" # here', '/srv/h/hassette.db'],
    ["[hassette]\nother = 1\n[hassette.database]\npath = './db/h.db'", '/etc/h/db/h.db'],
    ['[database]\npath = "/srv/x.db"', '/srv/x.db'],
    ['HASSETTE__DATA_DIR=/srv/env', '/srv/env/hassette.db'],
    ['export HASSETTE__DATABASE__PATH="/srv/y.db"', '/srv/y.db'],
    ['[other]\ndata_dir = "/no"', null],
    ['# data_dir = "/no"', null],
    ['', null],
  ])('%j → %s', (text, expected) => {
    expect(databaseNamedIn('/etc/h/hassette.toml', text)).toBe(expected)
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
})
