import { resolve } from 'node:path'
import { reasonOf } from '@shared/messages-system'
import { Failure } from '@shared/result'
import type { SettingChange, Settings, SettingsTrouble, SettingsView } from '@shared/settings'
import { MAX_SOURCES } from '@shared/settings'
import { placeOf } from '../archive/file-facts'
import { isObject, keepCopy, readJson, writeJson } from './json-file'
import type { SettingsLayer } from './precedence'
import { DEFAULT_SETTINGS, mergeSettings, settingsFromFile } from './precedence'

/**
 * The settings in force, and the one way to change them. What changes the file throws `settings_not_written` when that
 * cannot be done, or would cost something that nobody could read.
 */
export interface SettingsStore {
  view: () => SettingsView
  values: () => Settings
  /** Writes the change to the file and tells the listeners. */
  change: (change: SettingChange) => SettingsView
  /** Adds a Hassette file to those that are read at every start. Absolute path. Throws `invalid_input` when it is one too many. */
  addSource: (path: string) => SettingsView
  /** Files that are no longer read, by whatever name the settings know them. */
  removeSources: (paths: string[]) => SettingsView
  /** A file that is read at every start lies elsewhere now. Absolute paths. */
  moveSource: (from: string, to: string) => SettingsView
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

/**
 * Reads the settings file and never fails: what is good in it is in force, the defaults are for the rest, and the view
 * says what that is. Nothing in the file is lost by a change: what is not valid or not known stays in it.
 */
export function createSettingsStore(options: SettingsStoreOptions): SettingsStore {
  const { path, dataDir, flag, environment, warn } = options
  const listeners = new Set<(view: SettingsView) => void>()
  let trouble: SettingsTrouble | null = null
  /** As read, with what is not valid and with names that we do not know (a newer version's). */
  let content: Record<string, unknown> = {}
  let file: SettingsLayer = {}

  function take(next: Record<string, unknown>): void {
    const { layer, invalid } = settingsFromFile(next, dataDir)
    content = next
    file = layer
    if (trouble === null || trouble.kind === 'invalid') {
      trouble = invalid.length > 0 ? { kind: 'invalid', path, names: invalid } : null
    }
  }

  /** What lies there now: at the start, and before a change, since people edit the file while the app runs. */
  function read(): void {
    const found = readJson(path)
    if (found.kind === 'unreadable') {
      trouble = { kind: 'unreadable', path, reason: found.reason }
    } else if (found.kind === 'corrupt' || (found.kind === 'ok' && !isObject(found.content))) {
      const copy = found.kind === 'corrupt' ? found.copy : keepCopy(path, new Date())
      trouble = { kind: 'corrupt', path, copy }
    } else {
      if (trouble?.kind === 'unreadable') trouble = null
      if (found.kind === 'ok' && isObject(found.content)) take({ ...found.content })
    }
  }

  function report(): void {
    if (trouble?.kind === 'unreadable') warn(`settings file cannot be read (${trouble.reason}); defaults in force`)
    else if (trouble?.kind === 'corrupt') {
      warn(`settings file holds no settings; defaults in force; copy: ${trouble.copy ?? 'could not be kept'}`)
    } else if (trouble) {
      warn(`settings file has invalid values (${trouble.names.join(', ')}); their defaults are in force`)
    }
  }

  function refuseToLose(): void {
    if (trouble?.kind === 'unreadable') {
      throw notWritten(
        `${path} cannot be read: ${trouble.reason}.`,
        'Nothing was changed, since it would be lost. Mend the file first.',
      )
    }
    if (trouble?.kind === 'corrupt' && trouble.copy === null) {
      throw notWritten(
        `${path} holds no settings, and no copy of it can be made.`,
        'Nothing was changed. Move the file away first.',
      )
    }
  }

  function view(): SettingsView {
    return { ...mergeSettings({ flag, environment, file }), defaults: DEFAULT_SETTINGS, trouble }
  }

  function write(changeOf: () => Record<string, unknown> | null): SettingsView {
    read()
    refuseToLose()
    const changed = changeOf()
    if (changed === null) return view()
    const next = { ...content, ...changed }
    try {
      writeJson(path, next)
    } catch (thrown) {
      throw notWritten(`${path} cannot be written: ${reasonOf(thrown)}.`, 'Nothing was changed.')
    }
    take(next)
    const now = view()
    for (const listener of listeners) listener(now)
    return now
  }

  /** The list as it stands in the file, with entries that are not valid. */
  const listed = (): unknown[] => {
    const { sources } = content
    if (Array.isArray(sources)) return sources as unknown[]
    return sources === undefined || sources === null ? [] : [sources]
  }
  const isAt = (entry: unknown, places: ReadonlySet<string>): boolean =>
    typeof entry === 'string' && places.has(placeOf(resolve(dataDir, entry)))

  read()
  report()

  return {
    view,
    values: () => view().values,
    change: ({ name, value }) =>
      write(() => {
        const known = content[name]
        return { [name]: isObject(known) && isObject(value) ? { ...known, ...value } : value }
      }),
    addSource: (source) =>
      write(() => {
        const known = file.sources ?? []
        if (known.includes(source)) return null
        if (known.length >= MAX_SOURCES) {
          throw new Failure(
            'invalid_input',
            `${MAX_SOURCES} sources are read already.`,
            'Remove one first: Storage, Sources.',
          )
        }
        return { sources: [...listed(), source] }
      }),
    removeSources: (paths) => {
      const gone = new Set(paths.map(placeOf))
      return listed().some((entry) => isAt(entry, gone))
        ? write(() => ({ sources: listed().filter((entry) => !isAt(entry, gone)) }))
        : view()
    },
    moveSource: (from, to) => {
      const old = new Set([placeOf(from)])
      if (!listed().some((entry) => isAt(entry, old))) return view()
      return write(() => {
        const isThere = listed().some((entry) => isAt(entry, new Set([placeOf(to)])))
        return { sources: listed().flatMap((entry) => (isAt(entry, old) ? (isThere ? [] : [to]) : [entry])) }
      })
    },
    setArchive: (archive) => write(() => ({ db_path: archive })),
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function notWritten(message: string, hint: string): Failure {
  return new Failure('settings_not_written', message, hint)
}
