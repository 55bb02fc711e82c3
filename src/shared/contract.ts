import * as v from 'valibot'
import { idSchema, runFilterSchema, spanSchema, tierChoiceSchema } from './filter'
import type { Result } from './result'
import type { RunDetail, RunPage } from './run'
import { PAGE_SIZE, TARGET_KINDS } from './run'
import type { SettingsView, ViewState } from './settings'
import { settingChangeSchema, viewStateSchema } from './settings'
import type { ArchiveState, FoundSource, SourceInfo } from './source'
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
  /**
   * The ways out when the archive cannot be used; none deletes anything. `openOther` asks for a file; `restoreCopy`
   * takes the copy made before the last migration; `startFresh` moves the file aside.
   */
  'archive.repair': answers<ArchiveState>()(v.picklist(['openOther', 'restoreCopy', 'startFresh'])),
  'settings.get': answers<SettingsView>()(nothing),
  'settings.change': answers<SettingsView>()(settingChangeSchema),
  'view.get': answers<ViewState>()(nothing),
  'view.remember': answers<null>()(v.strictObject(v.partial(viewStateSchema).entries)),
  'sources.list': answers<SourceInfo[]>()(nothing),
  'sources.retry': answers<null>()(v.strictObject({ sourceId: idSchema })),
  /** Stops the reading of a source; `sources.retry` goes on where it stopped. */
  'sources.cancel': answers<null>()(v.strictObject({ sourceId: idSchema })),
  /** Looks for Hassettes on this computer. */
  'sources.discover': answers<FoundSource[]>()(nothing),
  /** Reads a Hassette file from now on, at every start; ends the sample home. */
  'sources.watch': answers<null>()(v.strictObject({ path: v.pipe(v.string(), v.minLength(1), v.maxLength(4096)) })),
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
