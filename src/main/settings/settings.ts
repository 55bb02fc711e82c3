import type { SettingChange, Settings, SettingsView } from '@shared/settings'
import { realPath } from '../archive/file-facts'
import { keepCopy, readJson, writeJson } from './json-file'
import type { SettingsLayer } from './precedence'
import { DEFAULT_SETTINGS, mergeSettings, settingsFromFile } from './precedence'

/** The settings in force, and the one way to change them. */
export interface SettingsStore {
  view: () => SettingsView
  values: () => Settings
  /** Writes the change to the file and tells the listeners. */
  change: (change: SettingChange) => SettingsView
  /** Adds a Hassette file to those that are read at every start. Absolute path. */
  addSource: (path: string) => SettingsView
  /** Files that are no longer read, by whatever name the settings know them. */
  removeSources: (paths: string[]) => SettingsView
  /** Another place for the archive, from the next start on. Absolute path. */
  setArchive: (path: string) => SettingsView
  onChange: (listener: (view: SettingsView) => void) => () => void
}

/** What the store is made from. */
export interface SettingsStoreOptions {
  path: string
  dataDir: string
  flag: SettingsLayer
  environment: SettingsLayer
  warn: (message: string) => void
}

/** Reads the settings file. A corrupt file leaves the defaults in force and a copy of itself. */
export function createSettingsStore(options: SettingsStoreOptions): SettingsStore {
  const { path, dataDir, flag, environment, warn } = options
  const listeners = new Set<(view: SettingsView) => void>()
  let corruptCopy: string | null = null
  /** As read: names that we do not know (a newer version's) are written back. */
  let content: Record<string, unknown> = {}
  let file: SettingsLayer = {}

  const read = readJson(path)
  if (read.kind === 'corrupt') {
    corruptCopy = read.copy
    warn(`settings file is not JSON; defaults in force; copy: ${read.copy ?? 'could not be kept'}`)
  } else if (read.kind === 'ok') {
    const { layer, invalid } = settingsFromFile(read.content, dataDir)
    file = layer
    if (invalid.length > 0) {
      corruptCopy = keepCopy(path, new Date())
      warn(`settings file has invalid values (${invalid.join(', ')}); their defaults are in force`)
    }
    if (!invalid.includes('all')) content = { ...(read.content as Record<string, unknown>) }
  }

  function view(): SettingsView {
    return { ...mergeSettings({ flag, environment, file }), defaults: DEFAULT_SETTINGS, corruptCopy }
  }

  function write(layer: SettingsLayer): SettingsView {
    const changed = { ...content, ...layer }
    writeJson(path, changed)
    content = changed
    file = { ...file, ...layer }
    const now = view()
    for (const listener of listeners) listener(now)
    return now
  }

  return {
    view,
    values: () => view().values,
    change: ({ name, value }) => write({ [name]: value }),
    addSource: (source) => write({ sources: [...new Set([...(file.sources ?? []), source])] }),
    removeSources: (paths) => {
      const gone = new Set(paths.map(realPath))
      const known = file.sources ?? []
      const left = known.filter((source) => !gone.has(realPath(source)))
      return left.length < known.length ? write({ sources: left }) : view()
    },
    setArchive: (archive) => write({ db_path: archive }),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
