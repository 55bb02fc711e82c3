import * as v from 'valibot'
import type { AlertReplay, AlertsStatus, Incident, IncidentDetail } from './alert'
import type { AlertNotification, NotificationOutcome } from './alert-notification'
import { snoozeSchema } from './alert'
import { sensitivitySchema } from './alert-settings'
import { idSchema, runFilterSchema, spanSchema, tierChoiceSchema } from './filter'
import type { Result } from './result'
import type { RunDetail, RunPage } from './run'
import { PAGE_SIZE, TARGET_KINDS } from './run'
import type { SettingsView, ViewState } from './settings'
import { settingChangeSchema, viewStateSchema } from './settings'
import type { ArchiveState, FoundSource, HassetteFacts, SourceInfo } from './source'
import { limitsSchema } from './storage'
import type { RetentionLogRow, RetentionPreview, StorageInfo, StorageWork, WorkDone } from './storage'
import type { AppRow, TargetDetail, TargetRow } from './target'
import { timeZoneSchema, trendScopeSchema } from './trends'
import type { Attention, Coverage, Heatmap, SessionRow, TrendSeries, TrendSummary } from './trends'
import type { EventName, Verb } from './verbs'

/** Facts about the running app. */
export interface AppInfo {
  version: string
  electron: string
  /** Whether this Electron still gets corrections from its makers; the shipped one does. */
  electronMaintained: boolean
  dataDir: string
  /** The user's archive, also while the sample is shown. */
  archivePath: string
  logsDir: string
  platform: 'linux' | 'darwin' | 'win32'
  /** The sample home is shown: no source is configured, or `--sample`. */
  sample: boolean
  /** Whether the system shows tray icons now: without them closing the window ends the app, whatever the setting says. */
  tray: 'there' | 'missing'
}

/** Runs of a span by tier, for "Framework 211 k hidden". */
export interface TierCounts {
  app: number
  framework: number
}

type Schema = v.GenericSchema
interface Entry<S extends Schema, Out> {
  input: S
  /** Type only; never present at run time. */
  output?: Out
}

function answers<Out>() {
  return <S extends Schema>(input: S): Entry<S, Out> => ({ input })
}

const nothing = v.undefined_()
const filePath = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const pageToken = v.pipe(v.string(), v.maxLength(4096), v.regex(/^(\d{1,7}:\d{1,16}(,\d{1,7}:\d{1,16})*)?$/))

/** THE contract: each verb's input, checked once at the border of main, and its output. */
export const contract = {
  'app.info': answers<AppInfo>()(nothing),
  'app.showArchive': answers<null>()(nothing),
  'app.openLogs': answers<null>()(nothing),
  'app.copyText': answers<null>()(v.strictObject({ text: v.pipe(v.string(), v.maxLength(1_000_000)) })),
  'archive.state': answers<ArchiveState>()(nothing),
  'archive.retry': answers<ArchiveState>()(nothing),
  /**
   * The ways out when the archive cannot be used; none deletes anything. `openOther` asks for a file; `restoreCopy`
   * takes the copy made before the last migration; `startFresh` moves the file aside.
   */
  'archive.repair': answers<ArchiveState>()(v.picklist(['openOther', 'restoreCopy', 'startFresh'])),
  'settings.get': answers<SettingsView>()(nothing),
  'settings.change': answers<SettingsView>()(settingChangeSchema),
  'view.get': answers<ViewState>()(nothing),
  'view.remember': answers<null>()(
    // An array would pass as a change of nothing.
    v.pipe(
      v.unknown(),
      v.check((input) => !Array.isArray(input)),
      v.strictObject(v.partial(viewStateSchema).entries),
    ),
  ),
  'sources.list': answers<SourceInfo[]>()(nothing),
  'sources.retry': answers<null>()(v.strictObject({ sourceId: idSchema })),
  /** Stops the reading of a source; `sources.retry` goes on where it stopped. */
  'sources.cancel': answers<null>()(v.strictObject({ sourceId: idSchema })),
  /** Looks for Hassettes on this computer. */
  'sources.discover': answers<FoundSource[]>()(nothing),
  /** Reads a Hassette file from now on, at every start; ends the sample home. */
  'sources.watch': answers<null>()(v.strictObject({ path: filePath })),
  /** Looks at a source's file, or at any Hassette file, and says what it holds now. */
  'sources.examine': answers<HassetteFacts>()(
    v.union([v.strictObject({ sourceId: idSchema }), v.strictObject({ path: filePath })]),
  ),
  'sources.rename': answers<null>()(
    v.strictObject({ sourceId: idSchema, name: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(80)) }),
  ),
  /** A snapshot is exempt from the time rule. */
  'sources.setMode': answers<null>()(v.strictObject({ sourceId: idSchema, mode: v.picklist(['live', 'snapshot']) })),
  /**
   * Ends the reading of a source for good; its runs stay to be looked at, or go with it. A negative id is a source that
   * could not be added yet.
   */
  'sources.remove': answers<null>()(
    v.strictObject({ sourceId: v.pipe(v.number(), v.safeInteger()), runs: v.picklist(['keep', 'delete']) }),
  ),
  'runs.page': answers<RunPage>()(
    v.strictObject({
      filter: runFilterSchema,
      direction: v.picklist(['older', 'newer']),
      /** Null = from the newest run. */
      from: v.nullable(pageToken),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(PAGE_SIZE)),
    }),
  ),
  'runs.get': answers<RunDetail>()(v.strictObject({ runId: idSchema })),
  /** The run of an execution id; without `scan` only where the id's own time says. Null = not found there. */
  'runs.find': answers<{ runId: number } | null>()(
    v.strictObject({
      sourceId: idSchema,
      executionId: v.pipe(v.string(), v.minLength(1), v.maxLength(255)),
      scan: v.boolean(),
    }),
  ),
  /** How many runs a filter holds. A new count with the same ticket cancels the one before. */
  'runs.count': answers<{ runs: number }>()(
    v.strictObject({ filter: runFilterSchema, ticket: v.pipe(v.string(), v.maxLength(50)) }),
  ),
  'runs.countByTier': answers<TierCounts>()(v.strictObject({ sourceId: idSchema, span: spanSchema })),
  /**
   * How many runs each value of a field has among those that a filter holds, its own conditions on the field left out;
   * most first, at most 200. A new list with the same ticket cancels the one before.
   */
  'runs.values': answers<{ values: { value: string | number; runs: number }[] }>()(
    v.strictObject({
      filter: runFilterSchema,
      field: v.picklist(['status', 'app', 'kind', 'target', 'errorType']),
      ticket: v.pipe(v.string(), v.maxLength(50)),
    }),
  ),
  'targets.list': answers<TargetRow[]>()(
    v.strictObject({
      sourceId: idSchema,
      kind: v.picklist(TARGET_KINDS),
      tier: tierChoiceSchema,
      span: spanSchema,
    }),
  ),
  'targets.get': answers<TargetDetail>()(v.strictObject({ targetId: idSchema, span: spanSchema })),
  'apps.list': answers<AppRow[]>()(v.strictObject({ sourceId: idSchema })),
  'trends.summary': answers<TrendSummary>()(trendScopeSchema),
  /** At most `points` steps of one of the round lengths; a range without ends begins with what is known. */
  'trends.series': answers<TrendSeries>()(
    v.strictObject({
      ...trendScopeSchema.entries,
      points: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
      timeZone: timeZoneSchema,
    }),
  ),
  'trends.heatmap': answers<Heatmap>()(v.strictObject({ ...trendScopeSchema.entries, timeZone: timeZoneSchema })),
  'trends.attention': answers<Attention>()(
    v.strictObject({ sourceId: idSchema, tier: tierChoiceSchema, span: spanSchema }),
  ),
  /** Sessions that overlap the span, newest first; `beforeUs` goes on below a session's start. */
  'sessions.list': answers<SessionRow[]>()(
    v.strictObject({
      sourceId: idSchema,
      span: spanSchema,
      beforeUs: v.nullable(v.pipe(v.number(), v.safeInteger())),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  'coverage.get': answers<Coverage>()(v.strictObject({ sourceId: idSchema, tier: tierChoiceSchema, span: spanSchema })),
  'alerts.status': answers<AlertsStatus>()(nothing),
  /** Incidents that are over, of one source or of all, the newest first; `beforeId` goes on below an incident. */
  'alerts.list': answers<Incident[]>()(
    v.strictObject({
      sourceId: v.nullable(idSchema),
      beforeId: v.nullable(idSchema),
      limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)),
    }),
  ),
  'alerts.get': answers<IncidentDetail>()(v.strictObject({ incidentId: idSchema })),
  /** Notifications, also those that were not shown, newest first. */
  'alerts.notifications': answers<AlertNotification[]>()(
    v.strictObject({ limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(200)) }),
  ),
  /** Judges the last seven days of a source again. A new replay with the same ticket cancels the one before. */
  'alerts.replay': answers<AlertReplay>()(
    v.strictObject({
      sourceId: idSchema,
      sensitivity: sensitivitySchema,
      ticket: v.pipe(v.string(), v.maxLength(50)),
    }),
  ),
  /** Null ends a snooze. */
  'alerts.snooze': answers<null>()(v.strictObject({ incidentId: idSchema, snooze: v.nullable(snoozeSchema) })),
  'alerts.mute': answers<null>()(
    v.variant('kind', [
      v.strictObject({ kind: v.literal('group'), sourceId: idSchema, groupId: idSchema, muted: v.boolean() }),
      v.strictObject({ kind: v.literal('target'), sourceId: idSchema, targetId: idSchema, muted: v.boolean() }),
    ]),
  ),
  /** No notifications until a moment (microseconds), or until somebody resumes; null goes on. */
  'alerts.pause': answers<null>()(
    v.strictObject({ until: v.nullable(v.union([v.literal('resumed'), v.pipe(v.number(), v.safeInteger())])) }),
  ),
  /** Shows a notification, whatever the settings are, and says what the system answered. */
  'alerts.tryNotification': answers<NotificationOutcome>()(nothing),
  'storage.info': answers<StorageInfo>()(nothing),
  /** Newest first. */
  'storage.log': answers<RetentionLogRow[]>()(
    v.strictObject({ limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)) }),
  ),
  /** What these limits would remove now. */
  'storage.preview': answers<RetentionPreview>()(limitsSchema),
  'storage.work': answers<StorageWork | null>()(nothing),
  /** These five answer when the work has ended; the event `storageWork` follows it. `busy` while other work goes on. */
  'storage.clean': answers<WorkDone>()(nothing),
  'storage.compact': answers<WorkDone>()(nothing),
  /**
   * Copies the archive; never over a file that is no archive. Here, in `restore` and in `move` the system's dialog asks
   * where: no page can name a file to be written.
   */
  'storage.backUp': answers<WorkDone>()(nothing),
  /** Puts a backup in the archive's place; what was there stays beside it under another name. */
  'storage.restore': answers<WorkDone>()(nothing),
  /** Another place for the archive, now and at every start: with a copy of it, or with what is there or will be made. */
  'storage.move': answers<WorkDone>()(v.strictObject({ how: v.picklist(['copy', 'fresh']) })),
  'storage.cancel': answers<null>()(nothing),
} as const satisfies Record<Verb, Entry<Schema, unknown>>

export type Input<K extends Verb> = v.InferOutput<(typeof contract)[K]['input']>
export type Output<K extends Verb> = Exclude<(typeof contract)[K]['output'], undefined>

/** What each event carries. */
export interface EventPayloads extends Record<EventName, unknown> {
  archiveState: ArchiveState
  /** New runs are in the archive; at most a few times a second. */
  runsCommitted: { sourceId: number; runs: number }
  sourcesChanged: SourceInfo[]
  settingsChanged: SettingsView
  /** Long work on the archive began, went on, or ended (null). */
  storageWork: StorageWork | null
  /** The system's tray came or went. */
  trayChanged: AppInfo['tray']
  alertsChanged: AlertsStatus
  /** A link from outside: the path and query to show, already checked. */
  navigate: { path: string }
}

type Group<K extends string> = K extends `${infer G}.${string}` ? G : never
type Call<K extends Verb> =
  Input<K> extends undefined ? () => Promise<Result<Output<K>>> : (input: Input<K>) => Promise<Result<Output<K>>>

/** What the preload gives the window as `window.hassetteMonitor`, and `dev/bridge.ts` a page of a plain browser. */
export type Api = {
  [G in Group<Verb>]: {
    [K in Verb as K extends `${G}.${infer Name}` ? Name : never]: Call<K>
  }
} & {
  /** Each returns its unsubscribe. */
  events: { [E in EventName]: (listener: (payload: EventPayloads[E]) => void) => () => void }
}
