import type { TargetRow } from '@shared/target'

/** Columns that a table of handlers or jobs can be sorted by; `attention` is the default. */
export const SORT_KEYS = [
  'attention',
  'name',
  'app',
  'trigger',
  'runs',
  'failed',
  'dependency',
  'timed',
  'missed',
  'skipped',
  'p50',
  'p95',
  'last',
] as const
export type SortKey = (typeof SORT_KEYS)[number]

/** A sort as the route holds it: `failed` or `-failed` (largest first). */
export interface Sort {
  key: SortKey
  descending: boolean
}

/** What a table of targets leaves out. */
export interface TargetFilter {
  text: string
  apps: readonly string[]
  failingOnly: boolean
  /** Show retired and removed ones too. */
  gone: boolean
}

/** Text columns begin with A, figures with the largest. */
export function firstDirection(key: SortKey): boolean {
  return key !== 'name' && key !== 'app' && key !== 'trigger'
}

/** Reads `failed`, `-failed`; null for the default or nonsense. */
export function parseSort(text: string | null): Sort | null {
  const key = SORT_KEYS.find((known) => known === text?.replace(/^-/, ''))
  return key && text ? { key, descending: text.startsWith('-') } : null
}

/** Failing now: it is still in the code and its newest run failed or timed out. */
export function isFailing(row: TargetRow): boolean {
  return row.state === 'active' && (row.last?.status === 'failed' || row.last?.status === 'timed_out')
}

/** Rows that pass the filter, in the order asked for. Equal rows keep a fixed order, so that a refresh moves nothing. */
export function listTargets(rows: readonly TargetRow[], filter: TargetFilter, sort: Sort): TargetRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  const shown = rows.filter(
    (row) =>
      (filter.gone || row.state === 'active') &&
      (!filter.failingOnly || isFailing(row) || row.failed + row.timedOut > 0) &&
      (filter.apps.length === 0 || filter.apps.includes(row.appKey)) &&
      words.every((word) => `${row.name} ${row.appKey} ${row.trigger}`.toLowerCase().includes(word)),
  )
  const sign = sort.descending ? -1 : 1
  return shown.sort((a, b) => sign * compare[sort.key](a, b) || byNewest(b, a) || byPlace(a, b))
}

const compare: Record<SortKey, (a: TargetRow, b: TargetRow) => number> = {
  attention: (a, b) => attention(a) - attention(b),
  name: (a, b) => a.name.localeCompare(b.name),
  app: (a, b) => a.appKey.localeCompare(b.appKey) || a.instanceIndex - b.instanceIndex,
  trigger: (a, b) => a.trigger.localeCompare(b.trigger, undefined, { numeric: true }),
  runs: (a, b) => a.runs - b.runs,
  failed: (a, b) => a.failed - b.failed,
  dependency: (a, b) => a.dependencyFailures - b.dependencyFailures,
  timed: (a, b) => a.timedOut - b.timedOut,
  missed: (a, b) => (a.missed ?? -1) - (b.missed ?? -1),
  skipped: (a, b) => a.skipped - b.skipped,
  p50: (a, b) => (a.p50Us ?? -1) - (b.p50Us ?? -1),
  p95: (a, b) => (a.p95Us ?? -1) - (b.p95Us ?? -1),
  last: byNewest,
}

function attention(row: TargetRow): number {
  if (isFailing(row)) return 3
  if (row.state !== 'active') return 0
  return row.failed + row.timedOut > 0 ? 2 : 1
}

function byNewest(a: TargetRow, b: TargetRow): number {
  return (a.last?.startedUs ?? 0) - (b.last?.startedUs ?? 0)
}

function byPlace(a: TargetRow, b: TargetRow): number {
  return a.appKey.localeCompare(b.appKey) || a.name.localeCompare(b.name) || a.id - b.id
}
