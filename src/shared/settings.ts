import * as v from 'valibot'
import { alertSettingsSchema, DEFAULT_ALERT_SETTINGS } from './alert-settings'
import { DEFAULT_RANGE } from './range'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

/** The panel that the tray icon stands on; `auto` guesses, since Linux does not tell. */
export const TRAY_ICON_CHOICES = ['auto', 'light', 'dark'] as const
export type TrayIconChoice = (typeof TRAY_ICON_CHOICES)[number]

/** Smallest accepted size limit of the archive, MB (10^6 bytes). */
export const MIN_SIZE_MB = 10
export const MAX_RETENTION_DAYS = 3650

/** Most Hassette databases that are read. */
export const MAX_SOURCES = 20

const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))

/** Every setting with its check and its default; the names with `db_` are those of the brief. */
export const settingsSchema = v.object({
  /** Where the archive lies; null = `hassette.db` in the data folder. */
  db_path: v.optional(v.nullable(path), null),
  /** Days of full runs kept of a live source. */
  db_retention_days: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RETENTION_DAYS)), 7),
  /** Days of full framework runs of a live source; null = `db_retention_days`. */
  db_framework_retention_days: v.optional(
    v.nullable(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(MAX_RETENTION_DAYS))),
    null,
  ),
  /** Limit of archive, WAL and SHM together, MB (10^6 bytes). */
  db_max_size_mb: v.optional(v.pipe(v.number(), v.integer(), v.minValue(MIN_SIZE_MB)), 500),
  /** Hassette databases to read, absolute paths. */
  sources: v.optional(v.pipe(v.array(path), v.maxLength(MAX_SOURCES)), []),
  theme: v.optional(v.picklist(THEMES), 'system'),
  /** Closing the window keeps the app in the tray, wherever there is one; elsewhere it ends the app. */
  close_to_tray: v.optional(v.boolean(), false),
  tray_icon: v.optional(v.picklist(TRAY_ICON_CHOICES), 'auto'),
  alerts: v.optional(alertSettingsSchema, DEFAULT_ALERT_SETTINGS),
})

export type Settings = v.InferOutput<typeof settingsSchema>
export type SettingName = keyof Settings

/** Where the value in force came from; the earlier one wins. */
export const SETTING_ORIGINS = ['flag', 'environment', 'file', 'default'] as const
export type SettingOrigin = (typeof SETTING_ORIGINS)[number]

/** What of the settings file is not in force; `path` is that file. */
export type SettingsTrouble =
  /** Nobody knows what it holds: the defaults are in force, and nothing is changed in it. `reason` ends a sentence. */
  | { kind: 'unreadable'; path: string; reason: string }
  /** It holds no settings: the defaults are in force, and what it held was kept as `copy`, null where that failed. */
  | { kind: 'corrupt'; path: string; copy: string | null }
  /** Some values in it are not valid, named as they stand there (`sources[1]`, `alerts.remind`); the rest is in force. */
  | { kind: 'invalid'; path: string; names: string[] }

/** What the Settings page shows. */
export interface SettingsView {
  values: Settings
  defaults: Settings
  origins: Record<SettingName, SettingOrigin>
  trouble: SettingsTrouble | null
}

/** The settings that the window may change. */
export const settingChangeSchema = v.variant('name', [
  v.strictObject({ name: v.literal('theme'), value: v.picklist(THEMES) }),
  v.strictObject({ name: v.literal('db_retention_days'), value: settingsSchema.entries.db_retention_days.wrapped }),
  v.strictObject({
    name: v.literal('db_framework_retention_days'),
    value: settingsSchema.entries.db_framework_retention_days.wrapped,
  }),
  v.strictObject({ name: v.literal('db_max_size_mb'), value: settingsSchema.entries.db_max_size_mb.wrapped }),
  v.strictObject({ name: v.literal('close_to_tray'), value: v.boolean() }),
  v.strictObject({ name: v.literal('tray_icon'), value: v.picklist(TRAY_ICON_CHOICES) }),
  v.strictObject({ name: v.literal('alerts'), value: alertSettingsSchema }),
])
export type SettingChange = v.InferOutput<typeof settingChangeSchema>

const columnName = v.pipe(v.string(), v.maxLength(20))

/** Columns of a table that somebody hid or made wider or narrower; widths in CSS pixels. */
const columnsSchema = v.object({
  hidden: v.optional(v.pipe(v.array(columnName), v.maxLength(20)), () => []),
  widths: v.optional(
    v.pipe(v.record(columnName, v.pipe(v.number(), v.minValue(24), v.maxValue(1000))), v.maxEntries(20)),
    () => ({}),
  ),
})
export type ColumnChoice = v.InferOutput<typeof columnsSchema>

/** What the window remembers by itself: kept in a file of its own, never in the archive. */
export const viewStateSchema = v.object({
  range: v.optional(v.pipe(v.string(), v.maxLength(60)), DEFAULT_RANGE),
  tier: v.optional(v.picklist(['app', 'framework', 'all']), 'app'),
  sidebarCollapsed: v.optional(v.boolean(), false),
  /** CSS pixels, 360–480. */
  inspectorWidth: v.optional(v.pipe(v.number(), v.minValue(360), v.maxValue(480)), 412),
  sourceId: v.optional(v.nullable(v.pipe(v.number(), v.safeInteger())), null),
  handlerColumns: v.optional(columnsSchema, () => ({ hidden: [], widths: {} })),
  jobColumns: v.optional(columnsSchema, () => ({ hidden: [], widths: {} })),
  /** Somebody was told that failures of a real Hassette are notified. */
  notificationsTold: v.optional(v.boolean(), false),
})
export type ViewState = v.InferOutput<typeof viewStateSchema>

/** What is remembered before anything was. */
export const FIRST_VIEW: ViewState = v.parse(viewStateSchema, {})
