import * as v from 'valibot'
import { idSchema, runFilterSchema, spanSchema, tierChoiceSchema } from './filter'
import type { Result } from './result'
import type { RunDetail, RunPage } from './run'
import { PAGE_SIZE, TARGET_KINDS } from './run'
import type { SettingsView, ViewState } from './settings'
import { settingChangeSchema, viewStateSchema } from './settings'
import type { ArchiveState, SourceInfo } from './source'
import type { AppRow, TargetDetail, TargetRow } from './target'
import type { EventName, Verb } from './verbs'

/** Facts about the running app. */
export interface AppInfo {
  version: string
  electron: string
  dataDir: string
  /** The user's archive, also while the sample is shown. */
  archivePath: string
  logsDir: string
  platform: 'linux' | 'darwin' | 'win32'
  /** The sample home is shown: no source is configured, or `--sample`. */
  sample: boolean
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
const pageToken = v.pipe(v.string(), v.maxLength(4096), v.regex(/^(\d{1,7}:\d{1,16}(,\d{1,7}:\d{1,16})*)?$/))

/** THE contract: each verb's input, checked once at the border of main, and its output. */
export const contract = {
  'app.info': answers<AppInfo>()(nothing),
  'app.showArchive': answers<null>()(nothing),
  'app.openLogs': answers<null>()(nothing),
  'app.copyText': answers<null>()(v.strictObject({ text: v.pipe(v.string(), v.maxLength(1_000_000)) })),
  'archive.state': answers<ArchiveState>()(nothing),
  'archive.retry': answers<ArchiveState>()(nothing),
  'settings.get': answers<SettingsView>()(nothing),
  'settings.change': answers<SettingsView>()(settingChangeSchema),
  'view.get': answers<ViewState>()(nothing),
  'view.remember': answers<null>()(v.strictObject(v.partial(viewStateSchema).entries)),
  'sources.list': answers<SourceInfo[]>()(nothing),
  'sources.retry': answers<null>()(v.strictObject({ sourceId: idSchema })),
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
  'runs.countByTier': answers<TierCounts>()(v.strictObject({ sourceId: idSchema, span: spanSchema })),
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
  /** A link from outside: the path and query to show, already checked. */
  navigate: { path: string }
}

type Group<K extends string> = K extends `${infer G}.${string}` ? G : never
type Call<K extends Verb> =
  Input<K> extends undefined ? () => Promise<Result<Output<K>>> : (input: Input<K>) => Promise<Result<Output<K>>>

/** What the preload gives the window as `window.hassetteMonitor`, and what the fake implements. */
export type Api = {
  [G in Group<Verb>]: {
    [K in Verb as K extends `${G}.${infer Name}` ? Name : never]: Call<K>
  }
} & {
  /** Each returns its unsubscribe. */
  events: { [E in EventName]: (listener: (payload: EventPayloads[E]) => void) => () => void }
}
