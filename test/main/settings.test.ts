import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { resolveDataDir } from '@main/cli/places'
import { readJson, writeJson } from '@main/settings/json-file'
import {
  DEFAULT_SETTINGS,
  mergeSettings,
  settingsFromEnvironment,
  settingsFromFile,
  settingsFromFlags,
} from '@main/settings/precedence'
import { createSettingsStore } from '@main/settings/settings'
import { createViewStateStore } from '@main/settings/view-state'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'))
})
afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true, force: true })
})

describe('defaults of the brief', () => {
  it('keeps 7 days and 500 MB', () => {
    expect(DEFAULT_SETTINGS).toMatchObject({ db_path: null, db_retention_days: 7, db_max_size_mb: 500 })
  })
})

describe('precedence', () => {
  it('flag wins over environment, environment over file, file over default', () => {
    const { values, origins } = mergeSettings({
      flag: { db_path: '/flag' },
      environment: { db_path: '/env', db_retention_days: 30 },
      file: { db_path: '/file', db_retention_days: 90, db_max_size_mb: 100 },
    })
    expect(values).toMatchObject({ db_path: '/flag', db_retention_days: 30, db_max_size_mb: 100, theme: 'system' })
    expect(origins).toMatchObject({
      db_path: 'flag',
      db_retention_days: 'environment',
      db_max_size_mb: 'file',
      theme: 'default',
    })
  })

  it.each(['0', '3651', '7.5', 'seven', '-1', ' 7'])('refuses HASSETTE_MONITOR_DB_RETENTION_DAYS=%s', (text) => {
    expect(() => settingsFromEnvironment({ HASSETTE_MONITOR_DB_RETENTION_DAYS: text }, '/')).toThrow(
      /a whole number from 1 to 3650/,
    )
  })

  it('takes days of framework runs of their own', () => {
    const variable = 'HASSETTE_MONITOR_DB_FRAMEWORK_RETENTION_DAYS'
    expect(settingsFromEnvironment({ [variable]: '2' }, '/')).toEqual({ db_framework_retention_days: 2 })
    expect(() => settingsFromEnvironment({ [variable]: '3651' }, '/')).toThrow(/a whole number from 1 to 3650/)
  })

  it('refuses a size under 10 MB and takes 10', () => {
    expect(() => settingsFromEnvironment({ HASSETTE_MONITOR_DB_MAX_SIZE_MB: '9' }, '/')).toThrow(/from 10/)
    expect(settingsFromEnvironment({ HASSETTE_MONITOR_DB_MAX_SIZE_MB: '10' }, '/')).toEqual({ db_max_size_mb: 10 })
  })

  it('makes typed paths absolute and drops a source that is named twice', () => {
    expect(settingsFromFlags({ dbPath: 'a.db', sources: ['b.db', './b.db', '/c.db'] }, '/home')).toEqual({
      db_path: '/home/a.db',
      sources: ['/home/b.db', '/c.db'],
    })
  })

  it.each(['x.db-wal', '/srv/hassette.db-SHM', 'x.lock', 'x-journal '])(
    'keeps no archive under the name of a file beside a database: %s',
    (path) => {
      expect(() => settingsFromFlags({ dbPath: path, sources: [] }, '/home')).toThrow(/--db-path: .*beside a database/)
      expect(() => settingsFromEnvironment({ HASSETTE_MONITOR_DB_PATH: path }, '/home')).toThrow(
        /HASSETTE_MONITOR_DB_PATH: .*beside a database/,
      )
    },
  )

  it('takes no path of another computer on Windows, wherever it stands', () => {
    const FOLDERS = { appData: () => 'C:\\data', home: () => 'C:\\home' }
    const far = '\\\\server\\share\\hassette.db'
    const flags = { dbPath: null, sources: [] }
    expect(() => settingsFromFlags({ ...flags, dbPath: far }, 'C:\\', 'win32')).toThrow(/--db-path/)
    expect(() => settingsFromFlags({ ...flags, sources: ['C:\\a.db', far] }, 'C:\\', 'win32')).toThrow(/--source/)
    expect(() => settingsFromEnvironment({ HASSETTE_MONITOR_DB_PATH: far }, 'C:\\', 'win32')).toThrow(/DB_PATH/)
    expect(() => resolveDataDir(far, {}, FOLDERS, 'C:\\', 'win32')).toThrow(/not on this computer/)
    expect(() => resolveDataDir(null, { HASSETTE_MONITOR_DATA_DIR: '//server/x' }, FOLDERS, 'C:\\', 'win32')).toThrow(
      /not on this computer/,
    )
    const { layer, invalid } = settingsFromFile(
      { db_path: far, sources: ['/near.db', far], theme: 'dark' },
      '/',
      'win32',
    )
    expect({ layer, invalid }).toEqual({
      layer: { sources: ['/near.db'], theme: 'dark' },
      invalid: ['sources[1]', 'db_path'],
    })
  })

  it('leaves out and names what is invalid in a file, keeps the rest', () => {
    const { layer, invalid } = settingsFromFile({ theme: 'pink', db_max_size_mb: 20, db_path: 'x.db' }, '/data')
    expect(invalid).toEqual(['theme'])
    expect(layer).toEqual({ db_max_size_mb: 20, db_path: '/data/x.db' })
  })
})

describe('settings file', () => {
  const open = (warn = vi.fn()): ReturnType<typeof createSettingsStore> =>
    createSettingsStore({ path: join(folder, 'settings.json'), dataDir: folder, flag: {}, environment: {}, warn })

  it('keeps a change over a restart, and what it does not know', () => {
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ db_max_size_mb: 20, from_the_future: [1] }))
    const store = open()
    const heard = vi.fn()
    store.onChange(heard)
    store.change({ name: 'theme', value: 'dark' })
    expect(heard).toHaveBeenCalledOnce()
    expect(open().values()).toMatchObject({ theme: 'dark', db_max_size_mb: 20 })
    expect(JSON.parse(readFileSync(join(folder, 'settings.json'), 'utf8'))).toHaveProperty('from_the_future', [1])
  })

  it('adds a source once, beside those that the file names', () => {
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ sources: ['/a.db'] }))
    const store = open()
    store.addSource('/b.db')
    store.addSource('/b.db')
    expect(open().values().sources).toEqual(['/a.db', '/b.db'])
  })

  it('forgets files that are no longer read, by whatever name, and writes nothing when it knows none of them', () => {
    const store = open()
    store.removeSources(['/a.db'])
    expect(readdirSync(folder)).toEqual([])
    writeFileSync(join(folder, 'real.db'), '')
    symlinkSync(join(folder, 'real.db'), join(folder, 'link.db'))
    for (const path of ['/a.db', join(folder, 'link.db'), '/b.db']) store.addSource(path)
    store.removeSources([join(folder, 'real.db'), '/b.db'])
    expect(open().values().sources).toEqual(['/a.db'])
  })

  it('remembers another place for the archive', () => {
    open().setArchive(join(folder, 'other.db'))
    expect(open().values().db_path).toBe(join(folder, 'other.db'))
  })

  it('starts from defaults when the file is corrupt, and keeps a copy of it', () => {
    writeFileSync(join(folder, 'settings.json'), '{"theme": "dar')
    const warn = vi.fn()
    const store = open(warn)
    expect(store.values()).toEqual(DEFAULT_SETTINGS)
    expect(warn).toHaveBeenCalledOnce()
    const { trouble } = store.view()
    const copy = trouble?.kind === 'corrupt' ? trouble.copy : null
    expect(copy && readFileSync(copy, 'utf8')).toBe('{"theme": "dar')
    store.change({ name: 'theme', value: 'light' })
    expect(copy && readFileSync(copy, 'utf8')).toBe('{"theme": "dar')
  })

  it('keeps one copy of a corrupt file, however often it is read', () => {
    writeFileSync(join(folder, 'settings.json'), '{"theme": "dar')
    for (let start = 0; start < 3; start++) open()
    expect(readdirSync(folder)).toHaveLength(2)
  })

  it('writes through a link, so that the file it leads to is changed', () => {
    writeFileSync(join(folder, 'real.json'), '{"theme":"dark"}')
    symlinkSync('real.json', join(folder, 'settings.json'))
    open().change({ name: 'theme', value: 'light' })
    expect(JSON.parse(readFileSync(join(folder, 'real.json'), 'utf8'))).toEqual({ theme: 'light' })
    expect(readdirSync(folder).toSorted()).toEqual(['real.json', 'settings.json'])
  })

  it('writes whole files of mode 0600 and leaves no temporary one', () => {
    const path = join(folder, 'deep', 'settings.json')
    writeJson(path, { a: 1 })
    expect(readJson(path)).toEqual({ kind: 'ok', content: { a: 1 } })
    expect(readdirSync(join(folder, 'deep'))).toEqual(['settings.json'])
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

describe('window state', () => {
  it('is remembered over a restart, in a file of its own', () => {
    const path = join(folder, 'window-state.json')
    const store = createViewStateStore(path, vi.fn())
    store.remember({ range: '7d' })
    store.rememberBounds({ x: 1, y: 2, width: 900, height: 700, maximized: false })
    store.flush()
    const again = createViewStateStore(path, vi.fn())
    expect(again.view()).toMatchObject({ range: '7d', tier: 'app' })
    expect(again.bounds()).toMatchObject({ width: 900 })
  })

  it('survives a damaged file', () => {
    const path = join(folder, 'window-state.json')
    writeFileSync(path, '{"view": {"inspectorWidth": "wide"}}')
    expect(createViewStateStore(path, vi.fn()).view().inspectorWidth).toBe(412)
  })

  it('writes once for many changes', () => {
    vi.useFakeTimers()
    const path = join(folder, 'window-state.json')
    const store = createViewStateStore(path, vi.fn())
    for (let width = 360; width < 400; width++) store.remember({ inspectorWidth: width })
    expect(readdirSync(folder)).toEqual([])
    vi.runAllTimers()
    expect(readJson(path)).toMatchObject({ content: { view: { inspectorWidth: 399 } } })
  })
})
