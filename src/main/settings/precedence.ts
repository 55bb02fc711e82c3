import * as v from 'valibot'
import { isAbsolute, resolve } from 'node:path'
import type { SettingName, SettingOrigin, Settings } from '@shared/settings'
import { alertSettingsSchema, DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import { MAX_SOURCES, settingsSchema } from '@shared/settings'
import { isReservedName } from '../archive/files'
import { isNetworkPath } from '../util/user-path'
import { goodParts, isObject } from './json-file'

/** A layer of settings: what one origin says, already checked. */
export type SettingsLayer = Partial<Settings>

export const SETTING_NAMES = Object.keys(settingsSchema.entries) as SettingName[]
export const DEFAULT_SETTINGS: Settings = v.parse(settingsSchema, {})

/** Merges the layers: flag before environment before file before default. */
export function mergeSettings(layers: { flag: SettingsLayer; environment: SettingsLayer; file: SettingsLayer }): {
  values: Settings
  origins: Record<SettingName, SettingOrigin>
} {
  const values: Settings = { ...DEFAULT_SETTINGS }
  const origins = Object.fromEntries(SETTING_NAMES.map((name) => [name, 'default'])) as Record<
    SettingName,
    SettingOrigin
  >
  for (const origin of ['file', 'environment', 'flag'] as const) {
    for (const name of SETTING_NAMES) {
      if (layers[origin][name] === undefined) continue
      Object.assign(values, { [name]: layers[origin][name] })
      origins[name] = origin
    }
  }
  return { values, origins }
}

const NUMBERS = {
  HASSETTE_MONITOR_DB_RETENTION_DAYS: 'db_retention_days',
  HASSETTE_MONITOR_DB_FRAMEWORK_RETENTION_DAYS: 'db_framework_retention_days',
  HASSETTE_MONITOR_DB_MAX_SIZE_MB: 'db_max_size_mb',
} as const

/** The settings that environment variables give. Throws an `Error` that names the variable and what it takes. */
export function settingsFromEnvironment(
  env: NodeJS.ProcessEnv,
  cwd: string,
  platform: NodeJS.Platform = process.platform,
): SettingsLayer {
  const layer: SettingsLayer = {}
  const dbPath = env['HASSETTE_MONITOR_DB_PATH']
  if (dbPath) layer.db_path = archivePath('HASSETTE_MONITOR_DB_PATH', dbPath, cwd, platform)
  for (const [variable, name] of Object.entries(NUMBERS)) {
    const text = env[variable]
    if (text === undefined || text === '') continue
    const value = v.safeParse(settingsSchema.entries[name], /^\d+$/.test(text) ? Number(text) : text)
    if (!value.success) {
      const takes = name === 'db_max_size_mb' ? 'a whole number from 10' : 'a whole number from 1 to 3650'
      throw new Error(`${variable}=${text} is not valid: it takes ${takes}.`)
    }
    Object.assign(layer, { [name]: value.output })
  }
  return layer
}

/** The settings that the command line gives. Throws an `Error` that names the option and what is wrong. */
export function settingsFromFlags(
  flags: { dbPath: string | null; sources: string[] },
  cwd: string,
  platform: NodeJS.Platform = process.platform,
): SettingsLayer {
  const layer: SettingsLayer = {}
  if (flags.dbPath) layer.db_path = archivePath('--db-path', flags.dbPath, cwd, platform)
  if (flags.sources.length > 0) {
    layer.sources = [...new Set(flags.sources.map((path) => localPath('--source', path, cwd, platform)))]
  }
  return layer
}

function archivePath(by: string, path: string, cwd: string, platform: NodeJS.Platform): string {
  if (isReservedName(path, platform)) {
    throw new Error(`${by}: ${path} is the name of a file that SQLite keeps beside a database.`)
  }
  return localPath(by, path, cwd, platform)
}

function localPath(by: string, path: string, cwd: string, platform: NodeJS.Platform): string {
  const whole = resolve(cwd, path)
  if (isNetworkPath(path, platform) || isNetworkPath(whole, platform)) {
    throw new Error(`${by}: ${path} is not on this computer.`)
  }
  return whole
}

/**
 * What a settings file says. Values that do not pass the check are left out and named, and so are paths of another
 * computer, also single ones of a list or an object (`sources[1]`, `alerts.remind`); relative paths are relative to the
 * data folder.
 */
export function settingsFromFile(
  content: Record<string, unknown>,
  dataDir: string,
  platform: NodeJS.Platform = process.platform,
): { layer: SettingsLayer; invalid: string[] } {
  const layer: SettingsLayer = {}
  const invalid: string[] = []
  for (const name of SETTING_NAMES) {
    const raw = content[name]
    if (raw === undefined) continue
    if (name === 'sources' && Array.isArray(raw)) {
      layer.sources = goodSources(raw, dataDir, platform, invalid)
      continue
    }
    if (name === 'alerts' && isObject(raw)) {
      const good = goodParts(alertSettingsSchema, raw, DEFAULT_ALERT_SETTINGS, name, invalid)
      layer.alerts = v.parse(alertSettingsSchema, good)
      continue
    }
    const value = v.safeParse(settingsSchema.entries[name], raw)
    if (value.success) Object.assign(layer, { [name]: value.output })
    else invalid.push(name)
  }
  if (layer.db_path && isNetworkPath(layer.db_path, platform)) {
    delete layer.db_path
    invalid.push('db_path')
  }
  if (layer.db_path && !isAbsolute(layer.db_path)) layer.db_path = resolve(dataDir, layer.db_path)
  return { layer, invalid }
}

/** The first `MAX_SOURCES` that are paths of this computer, absolute, each once. */
function goodSources(raw: unknown[], dataDir: string, platform: NodeJS.Platform, invalid: string[]): string[] {
  const good = new Set<string>()
  for (const [index, entry] of raw.entries()) {
    const checked = v.safeParse(settingsSchema.entries.sources.wrapped, [entry])
    const path = checked.success ? checked.output[0] : undefined
    const place = path === undefined || isNetworkPath(path, platform) ? null : resolve(dataDir, path)
    if (place === null || (good.size >= MAX_SOURCES && !good.has(place))) invalid.push(`sources[${index}]`)
    else good.add(place)
  }
  return [...good]
}
