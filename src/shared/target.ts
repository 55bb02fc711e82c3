import type { RunStatus, TargetKind, Tier } from './run'

/** Whether Hassette still has it: `retired` = no longer in the code, `removed` = cancelled while running. */
export type TargetState = 'active' | 'retired' | 'removed'

/** A handler or a job in the tables, counted over the chosen range. */
export interface TargetRow {
  id: number
  kind: TargetKind
  tier: Tier
  appKey: string
  /** From Hassette's app manifest; null where it has none. */
  appName: string | null
  instanceIndex: number
  instanceCount: number
  name: string
  /** When it runs, in words for people ("light.porch changes", "every 15 min"). */
  trigger: string
  state: TargetState
  runs: number
  failed: number
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
  /** Durations of ok and failed runs of the range, microseconds; from histograms, within 3.1 %. */
  p50Us: number | null
  p95Us: number | null
  /** Starts that a job's schedule foresaw in the range and that were not; null where no schedule can be read. */
  missed: number | null
  /** Runs and failures (timed out too) over the range, in equal steps, oldest first; the same number for all rows. */
  spark: { runs: number[]; failed: number[] }
  /** The equal range before; null when the archive does not reach back so far. */
  before: TargetBefore | null
  /** The newest 50 runs, oldest first, a letter each (`OutcomeLetter`); independent of the range. */
  strip: string
  /** The newest run, independent of the range; null when the target never ran while we knew it. */
  last: { runId: number; startedUs: number; status: RunStatus; dependencyFailure: boolean } | null
}

/** What a target's figures were in the range before. */
export interface TargetBefore {
  runs: number
  failed: number
  dependencyFailures: number
  timedOut: number
  p50Us: number | null
  p95Us: number | null
  missed: number | null
}

/** Everything a target's page shows above its runs. Seconds where Hassette says seconds. */
export interface TargetDetail extends TargetRow {
  sourceId: number
  /** Event topic of a handler; null for jobs. */
  topic: string | null
  entityId: string | null
  /** Schedule as Hassette writes it: label and detail, e.g. `every` `300s`, `cron` `0 6 * * 1-5`; null for handlers. */
  schedule: { type: string | null; label: string; detail: string | null } | null
  method: string
  /** What to do when a run is still going: single, restart, queued, parallel; null where the schema has no column. */
  mode: string | null
  backpressure: string | null
  debounceS: number | null
  throttleS: number | null
  /** Seconds a state must hold. */
  durationS: number | null
  priority: number | null
  once: boolean
  immediate: boolean
  predicate: string | null
  /** `file:line` in the app. */
  sourceLocation: string | null
  /** The line of code that registered it. */
  registration: string | null
  /** Hassette's own number of the listener or job, in its newest database. */
  foreignId: number | null
  retiredUs: number | null
  removedUs: number | null
}

/** An app of a source, for filters. */
export interface AppRow {
  appKey: string
  name: string | null
  tier: Tier
  instances: number
  targets: number
}
