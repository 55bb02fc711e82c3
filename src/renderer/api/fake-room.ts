import type { SourceInfo } from '@shared/source'
import type { Bound, ContentKind, Limits, RetentionPreview, StorageInfo, StorageTier } from '@shared/storage'
import type { Tier } from '@shared/run'
import { TIERS } from '@shared/run'
import type { FakeRun } from './fake-runs'

/** What a cleaning would leave of each source, and what it would take. Times in microseconds. */
export interface Cut {
  kept: Map<number, FakeRun[]>
  preview: RetentionPreview
  bound: Bound | null
  limitTooSmall: boolean
}

/** The house whose archive takes room. */
export interface FakeRoom {
  sources: readonly SourceInfo[]
  runsOf: (sourceId: number) => readonly FakeRun[]
  nowUs: number
}

const DAY_US = 86_400_000_000
const MB = 1_000_000
/** Far more than a real run takes, so that some thousand runs fill the archive as a real home's do. */
const RUN_BYTES: Record<Tier, number> = { app: 26_000, framework: 9000 }
const FAILURE_BYTES = 120_000
const LOG_BYTES = 40_000
/** What a cleaning never takes. */
const CONTENT_FOR_EVER = { trends: 18 * MB, other: 5 * MB }

/** The bytes of runs with all that belongs to them, by content. */
function contentOf(runs: readonly FakeRun[]): Record<ContentKind, number> {
  const content = { runs: 0, failures: 0, logs: 0, ...CONTENT_FOR_EVER }
  for (const run of runs) {
    content.runs += RUN_BYTES[run.tier]
    if (run.errorType !== null) content.failures += FAILURE_BYTES
    content.logs += run.logs.length * LOG_BYTES
  }
  return content
}

function bytesOf(run: FakeRun): number {
  return RUN_BYTES[run.tier] + (run.errorType === null ? 0 : FAILURE_BYTES) + run.logs.length * LOG_BYTES
}

function usedBytes(runs: readonly FakeRun[]): number {
  return runs.reduce((sum, run) => sum + bytesOf(run), CONTENT_FOR_EVER.trends + CONTENT_FOR_EVER.other)
}

/** Applies the rules as the archive does: days of live sources first (`byDays`), then the size, framework runs before app runs. */
export function cutTo({ sources, runsOf, nowUs }: FakeRoom, limits: Limits, byDays = true): Cut {
  const modes = new Map(sources.map(({ id, mode }) => [id, mode]))
  const all = sources.flatMap(({ id }) => runsOf(id))
  const days = { app: limits.retentionDays, framework: limits.frameworkRetentionDays }
  const gone = new Set<FakeRun>()
  for (const run of all) {
    const old = run.startedUs < nowUs - days[run.tier] * DAY_US
    if (byDays && old && modes.get(run.sourceId) === 'live') gone.add(run)
  }
  const byTime = gone.size
  const limit = limits.maxSizeMb * MB
  let used = usedBytes(all.filter((run) => !gone.has(run)))
  if (used > limit) {
    const oldestFirst = all.toSorted((a, b) => a.finishedUs - b.finishedUs)
    for (const tier of ['framework', 'app'] as const) {
      for (const run of oldestFirst) {
        if (used <= limit * 0.95) break
        if (run.tier !== tier || gone.has(run)) continue
        gone.add(run)
        used -= bytesOf(run)
      }
    }
  }
  const upTo = (tier: Tier): number | null => {
    const starts = [...gone].filter((run) => run.tier === tier).map(({ startedUs }) => startedUs)
    return starts.length === 0 ? null : Math.max(nowUs - days[tier] * DAY_US, Math.max(...starts) + 1)
  }
  return {
    kept: new Map(sources.map(({ id }) => [id, runsOf(id).filter((run) => !gone.has(run))])),
    preview: {
      runs: gone.size,
      frameworkRuns: [...gone].filter(({ tier }) => tier === 'framework').length,
      appUpToUs: upTo('app'),
      frameworkUpToUs: upTo('framework'),
      bytes: [...gone].reduce((sum, run) => sum + bytesOf(run), 0),
    },
    bound: gone.size === 0 ? null : gone.size > byTime ? 'size' : 'time',
    limitTooSmall: used > limit,
  }
}

/** The figures of the archive, counted from its runs. */
export function roomOf(
  room: FakeRoom,
  limits: Limits,
  file: Pick<StorageInfo, 'path' | 'reusableBytes' | 'diskFreeBytes' | 'timeWaits'>,
): StorageInfo {
  const all = room.sources.flatMap(({ id }) => room.runsOf(id))
  const used = usedBytes(all)
  const tiers = room.sources.flatMap((source) => TIERS.flatMap((tier) => tierOf(room, source, tier) ?? []))
  const perDay = tiers.reduce((sum, { runsPerDay, bytes, runs }) => sum + (runsPerDay * bytes) / runs, 0)
  const limitBytes = limits.maxSizeMb * MB
  const sizeAtUs = room.nowUs + (Math.max(0, limitBytes - used) / perDay) * DAY_US
  const oldestUs = Math.min(
    ...tiers.filter(({ snapshot }) => !snapshot).map(({ oldestRunUs }) => oldestRunUs ?? Infinity),
  )
  const timeAtUs = Math.max(room.nowUs, oldestUs + limits.retentionDays * DAY_US)
  const first = Math.min(sizeAtUs, timeAtUs)
  return {
    ...file,
    bytes: used + file.reusableBytes,
    usedBytes: used,
    limitBytes,
    content: Object.entries(contentOf(all)).map(([kind, bytes]) => ({ kind: kind as ContentKind, bytes })),
    tiers,
    limits,
    binds:
      perDay > 0 && first < room.nowUs + 3650 * DAY_US
        ? { bound: sizeAtUs < timeAtUs ? 'size' : 'time', atUs: Math.round(first) }
        : null,
    daysBySize: perDay > 0 ? Math.max(0, limitBytes - CONTENT_FOR_EVER.trends - CONTENT_FOR_EVER.other) / perDay : null,
    limitTooSmall: cutTo(room, limits).limitTooSmall,
    nextTimePassUs: room.nowUs + 2_400_000_000,
    nextSizePassUs: room.nowUs + DAY_US / 2,
  }
}

function tierOf(room: FakeRoom, source: SourceInfo, tier: Tier): StorageTier | null {
  const runs = room.runsOf(source.id).filter((run) => run.tier === tier)
  const newest = runs.at(-1)
  if (newest === undefined) return null
  const endUs = source.mode === 'live' ? room.nowUs : newest.finishedUs
  const oldestRunUs = Math.min(...runs.map(({ startedUs }) => startedUs))
  const known = Math.min(7 * DAY_US, Math.max(DAY_US, endUs - oldestRunUs))
  return {
    sourceId: source.id,
    tier,
    runs: runs.length,
    oldestRunUs,
    newestRunUs: newest.startedUs,
    // Trends outlive runs: this house was watched for three months before.
    oldestTrendUs: tier === 'app' ? oldestRunUs - 90 * DAY_US : oldestRunUs - 20 * DAY_US,
    runsPerDay: (runs.filter(({ startedUs }) => startedUs >= endUs - known).length / known) * DAY_US,
    bytes: runs.reduce((sum, run) => sum + bytesOf(run), 0),
    snapshot: source.mode === 'snapshot',
  }
}
