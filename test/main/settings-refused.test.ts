import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { placesIn, resolveDataDir } from '@main/cli/places'
import { createSettingsStore } from '@main/settings/settings'
import type { SettingsStore } from '@main/settings/settings'
import { DEFAULT_SETTINGS } from '@main/settings/precedence'
import { createViewStateStore } from '@main/settings/view-state'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { MAX_SOURCES } from '@shared/settings'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

let folder = ''
let path = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'))
  path = join(folder, 'settings.json')
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

const open = (warn = vi.fn()): SettingsStore =>
  createSettingsStore({ path, dataDir: folder, flag: {}, environment: {}, warn })
const put = (content: unknown): void => writeFileSync(path, JSON.stringify(content))
const written = (): Record<string, unknown> => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
const refused = expect.objectContaining({ code: 'settings_not_written', hint: expect.any(String) }) as Error

/** Whether a mode of 000 keeps this user from a file. */
const isRoot = process.getuid?.() === 0

describe('settings that nobody can read', () => {
  it.each<[string, () => void, RegExp]>([
    ['a folder', () => mkdirSync(path), /^it is a folder$/],
    ['a link that leads in a circle', () => symlinkSync('settings.json', path), /^its links lead in a circle$/],
    ...(process.platform === 'win32'
      ? []
      : ([['a pipe', () => void execFileSync('mkfifo', [path]), /^it is no file$/]] as [string, () => void, RegExp][])),
    ...(isRoot
      ? []
      : ([
          [
            'a file of another owner',
            () => {
              put({ theme: 'dark' })
              chmodSync(path, 0)
            },
            /^no permission$/,
          ],
        ] as [string, () => void, RegExp][])),
  ])('%s: the defaults are in force, the view says why, and nothing is written over it', (_, make, reason) => {
    make()
    const warn = vi.fn()
    const store = open(warn)
    expect(store.values()).toEqual(DEFAULT_SETTINGS)
    expect(store.view().trouble).toEqual({ kind: 'unreadable', path, reason: expect.stringMatching(reason) as string })
    expect(warn).toHaveBeenCalledOnce()
    expect(() => store.change({ name: 'theme', value: 'dark' })).toThrowError(refused)
    expect(() => store.addSource('/a.db')).toThrowError(refused)
    expect(() => store.setArchive('/a.db')).toThrowError(refused)
    store.removeSources(['/a.db'])
    expect(store.values()).toEqual(DEFAULT_SETTINGS)
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it('are taken up as soon as they can be read: a change then keeps what is in them', () => {
    mkdirSync(path)
    const store = open()
    rmSync(path, { recursive: true })
    put({ theme: 'dark', db_max_size_mb: 20 })
    expect(store.change({ name: 'db_retention_days', value: 3 })).toMatchObject({ trouble: null })
    expect(written()).toEqual({ theme: 'dark', db_max_size_mb: 20, db_retention_days: 3 })
    expect(store.values().theme).toBe('dark')
  })

  it.skipIf(isRoot || process.platform === 'win32')('in a folder without permission are not written, in words', () => {
    chmodSync(folder, 0o500)
    expect(() => open().change({ name: 'theme', value: 'dark' })).toThrowError(/no permission/)
    chmodSync(folder, 0o700)
  })

  it('that were damaged and cannot be copied are not written over', () => {
    // The longer name of a copy is too long for the system, that of a file being written is not.
    path = join(folder, `${'s'.repeat(230)}.json`)
    writeFileSync(path, '{"theme": "dar')
    const store = open()
    expect(store.view().trouble).toEqual({ kind: 'corrupt', path, copy: null })
    expect(() => store.change({ name: 'theme', value: 'dark' })).toThrowError(refused)
    expect(readFileSync(path, 'utf8')).toBe('{"theme": "dar')
  })
})

describe('settings as editors and people leave them', () => {
  const text = JSON.stringify({ theme: 'dark', sources: ['/ä.db'] })

  it.each<[string, string | Buffer]>([
    ['a mark of order', `\uFEFF${text}`],
    ['two bytes a character', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])],
  ])('with %s simply work', (_, bytes) => {
    writeFileSync(path, bytes)
    const store = open()
    expect(store.values()).toMatchObject({ theme: 'dark', sources: ['/ä.db'] })
    expect(store.view().trouble).toBeNull()
  })

  it.each(['', ' \n', '\uFEFF'])('that are empty (%j) are none, and can be written', (empty) => {
    writeFileSync(path, empty)
    const store = open()
    expect(store.view()).toMatchObject({ values: DEFAULT_SETTINGS, trouble: null })
    store.change({ name: 'theme', value: 'dark' })
    expect(written()).toEqual({ theme: 'dark' })
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it.each(['[]', 'null', '5', '"dark"'])('that are something else (%s) are kept aside', (other) => {
    writeFileSync(path, other)
    const store = open()
    const { trouble } = store.view()
    expect(trouble).toMatchObject({ kind: 'corrupt', path })
    store.change({ name: 'theme', value: 'dark' })
    expect(trouble?.kind === 'corrupt' && trouble.copy && readFileSync(trouble.copy, 'utf8')).toBe(other)
  })

  it('are read again before a change, so that what was written by hand meanwhile stays', () => {
    put({ theme: 'dark' })
    const store = open()
    put({ theme: 'dark', db_max_size_mb: 77, mine: true })
    store.change({ name: 'db_retention_days', value: 3 })
    expect(written()).toEqual({ theme: 'dark', db_max_size_mb: 77, mine: true, db_retention_days: 3 })
    expect(store.values().db_max_size_mb).toBe(77)
    rmSync(path)
    store.change({ name: 'db_retention_days', value: 4 })
    expect(written()).toEqual({ theme: 'dark', db_max_size_mb: 77, mine: true, db_retention_days: 4 })
    writeFileSync(path, '{"theme": ')
    store.change({ name: 'db_retention_days', value: 5 })
    expect(written()).toMatchObject({ db_max_size_mb: 77, db_retention_days: 5 })
    expect(readdirSync(folder)).toHaveLength(2)
  })
})

describe('settings of which one is not valid', () => {
  it('keep the others, name it, and leave it in the file', () => {
    put({ theme: 'pink', db_max_size_mb: 20, db_retention_days: '7', sources: ['/a.db'], tray_icon: null })
    const store = open()
    expect(store.values()).toEqual({ ...DEFAULT_SETTINGS, db_max_size_mb: 20, sources: ['/a.db'] })
    expect(store.view().trouble).toEqual({
      kind: 'invalid',
      path,
      names: ['db_retention_days', 'theme', 'tray_icon'],
    })
    store.change({ name: 'close_to_tray', value: true })
    expect(written()).toMatchObject({ theme: 'pink', db_retention_days: '7', close_to_tray: true })
    expect(store.change({ name: 'theme', value: 'dark' }).trouble).toMatchObject({
      names: ['db_retention_days', 'tray_icon'],
    })
    // The file itself is whole: no copy of it is needed.
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it('keep the good sources of a list, and the bad ones in the file when another is added or removed', () => {
    const bad = [7, '', { path: '/c.db' }]
    put({ sources: ['/a.db', bad[0], 'b.db', bad[1], bad[2]] })
    const store = open()
    expect(store.values().sources).toEqual(['/a.db', join(folder, 'b.db')])
    expect(store.view().trouble).toMatchObject({ names: ['sources[1]', 'sources[3]', 'sources[4]'] })
    store.addSource('/d.db')
    expect(written()['sources']).toEqual(['/a.db', bad[0], 'b.db', bad[1], bad[2], '/d.db'])
    store.removeSources([join(folder, 'b.db'), '/a.db'])
    expect(written()['sources']).toEqual([...bad, '/d.db'])
    expect(open().values().sources).toEqual(['/d.db'])
  })

  it('keep a source that is no list', () => {
    put({ sources: '/a.db' })
    const store = open()
    expect(store.values().sources).toEqual([])
    expect(store.view().trouble).toMatchObject({ names: ['sources'] })
    store.addSource('/b.db')
    expect(open().values().sources).toEqual(['/a.db', '/b.db'])
  })

  it('keep the first sources where there are too many, and the rest in the file', () => {
    const many = Array.from({ length: MAX_SOURCES + 3 }, (_, index) => `/${index}.db`)
    put({ sources: ['/0.db', ...many] })
    const store = open()
    expect(store.values().sources).toEqual(many.slice(0, MAX_SOURCES))
    expect(store.view().trouble).toMatchObject({ names: ['sources[21]', 'sources[22]', 'sources[23]'] })
    store.change({ name: 'theme', value: 'dark' })
    expect(written()['sources']).toHaveLength(MAX_SOURCES + 4)
    expect(() => store.addSource('/one-more.db')).toThrowError(
      expect.objectContaining({ code: 'invalid_input' }) as Error,
    )
    store.removeSources(['/3.db', '/4.db', '/5.db', '/6.db'])
    expect(store.view().trouble).toBeNull()
    store.addSource('/one-more.db')
    expect(open().values().sources).toHaveLength(MAX_SOURCES)
  })

  it('keep what else was chosen about alerts', () => {
    const alerts = {
      ...DEFAULT_ALERT_SETTINGS,
      enabled: false,
      remind: 'yes',
      notify: { rate: false, blind: 3 },
      later: 1,
    }
    put({ alerts })
    const store = open()
    expect(store.values().alerts).toEqual({
      ...DEFAULT_ALERT_SETTINGS,
      enabled: false,
      notify: { ...DEFAULT_ALERT_SETTINGS.notify, rate: false },
    })
    expect(store.view().trouble).toMatchObject({ names: ['alerts.notify.blind', 'alerts.remind'] })
    store.change({ name: 'alerts', value: { ...DEFAULT_ALERT_SETTINGS, remind: true } })
    expect(written()['alerts']).toEqual({ ...DEFAULT_ALERT_SETTINGS, remind: true, later: 1 })
  })
})

describe('a source that moved', () => {
  it('leaves its old path, also by another name, and is named once', () => {
    mkdirSync(join(folder, 'real'))
    symlinkSync('real', join(folder, 'link'))
    put({ sources: ['link/h.db', '/b.db', 5] })
    const store = open()
    store.moveSource(join(folder, 'real', 'h.db'), '/new/h.db')
    expect(written()['sources']).toEqual(['/new/h.db', '/b.db', 5])
    store.moveSource('/new/h.db', '/b.db')
    expect(written()['sources']).toEqual(['/b.db', 5])
    const { mtimeNs } = statSync(path, { bigint: true })
    store.moveSource('/nobody/knows.db', '/x.db')
    expect(statSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs)
  })
})

describe('window state', () => {
  it.each<[string, (file: string) => void]>([
    ['a folder', (file) => mkdirSync(file)],
    ['a link in a circle', (file) => symlinkSync('window-state.json', file)],
  ])('that is %s costs only the memory', (_, make) => {
    const file = join(folder, 'window-state.json')
    make(file)
    const warn = vi.fn()
    const store = createViewStateStore(file, warn)
    store.remember({ range: '7d' })
    expect(store.view().range).toBe('7d')
    store.flush()
    expect(warn).toHaveBeenCalledOnce()
    expect(readdirSync(folder)).toEqual(['window-state.json'])
  })

  it('keeps what is good in it', () => {
    const file = join(folder, 'window-state.json')
    const bounds = { x: 1, y: 2, width: 900, height: 700 }
    writeFileSync(file, JSON.stringify({ view: { inspectorWidth: 'wide', range: '7d' }, bounds }))
    const store = createViewStateStore(file, vi.fn())
    expect(store.view()).toMatchObject({ inspectorWidth: 412, range: '7d' })
    expect(store.bounds()).toMatchObject({ width: 900, maximized: false })
  })
})

describe('the data folder', () => {
  const system = { appData: () => '/tmp/.config/Hassette Monitor', home: () => '/home/anna' }
  const nobody = {
    ...system,
    home: () => {
      throw new Error('no such user')
    },
  }

  it('is the one of the account where HOME is not set, never one that others can write to', () => {
    expect(resolveDataDir(null, {}, system, '/', 'linux')).toBe('/home/anna/.config/Hassette Monitor')
    expect(() => resolveDataDir(null, { HOME: '' }, nobody, '/', 'linux')).toThrowError(/--data-dir/)
    expect(() => resolveDataDir(null, {}, { ...system, home: () => '/' }, '/', 'linux')).toThrowError(/--data-dir/)
  })

  it('is the one that is named, or that the system names', () => {
    expect(resolveDataDir('x', {}, nobody, '/srv', 'linux')).toBe('/srv/x')
    expect(resolveDataDir(null, { HASSETTE_MONITOR_DATA_DIR: '/y' }, nobody, '/', 'linux')).toBe('/y')
    for (const env of [{ HOME: '/home/anna' }, { XDG_CONFIG_HOME: '/c' }]) {
      expect(resolveDataDir(null, env, nobody, '/', 'linux')).toBe(system.appData())
    }
    expect(resolveDataDir(null, {}, nobody, '/', 'darwin')).toBe(system.appData())
    expect(placesIn('/y').settingsFile).toBe('/y/settings.json')
  })
})
