import { DAY_US, HOUR_US } from '@shared/time'
import type { StorageTier } from '@shared/storage'
import type { Readable } from '../../core/database'
import { RESOLUTION } from '../../derived/rollups/accumulator'
import { createAgedStreams } from '../../retention/expiry'
import type { AgedStream } from '../../retention/expiry'

/** Number of hours over which the rate of runs is taken. */
const HOURS = 168

interface StreamFigures {
  runs: number
  blockBytes: number
  oldestUs: number
  newestUs: number
  trendsFromUs: number
}

/** Gives each source's tiers, from the zone map and from the hours of their streams; `bytes` as the zone map has them. */
export function createTiers(db: Readable): (nowUs: number) => StorageTier[] {
  const streams = createAgedStreams(db)
  const selectRuns = db
    .prepare<[{ hours: string; total: number }], number>(
      `SELECT coalesce(sum(r.n), 0) FROM json_each(@hours) h
       CROSS JOIN rollups r ON r.resolution = ${RESOLUTION.hour} AND r.bucket = h.value AND r.target_id = @total`,
    )
    .pluck()
  const selectTail = db
    .prepare<[number], number>('SELECT last_sequence - rolled_sequence FROM streams WHERE id = ?')
    .pluck()
  const selectFrom = db
    .prepare<[number], number | null>(`SELECT min(from_us) FROM coverage WHERE stream_id = ? AND kind <> 'gap'`)
    .pluck()

  const figuresOf = (stream: AgedStream): StreamFigures => {
    const blocks = streams.blocksOf(stream)
    const sum = (of: 'n' | 'bytes'): number => blocks.reduce((total, block) => total + block[of], 0)
    return {
      runs: sum('n'),
      blockBytes: sum('bytes'),
      oldestUs: blocks.reduce((oldest, block) => Math.min(oldest, block.minStartUs), Infinity),
      newestUs: blocks.reduce((newest, block) => Math.max(newest, block.maxStartUs), -Infinity),
      trendsFromUs: selectFrom.get(stream.id) ?? Infinity,
    }
  }

  /** Runs of the hours before `endUs`, by the trends: they know of runs that are gone, too. */
  const countLately = (own: AgedStream[], endUs: number): number => {
    const last = Math.floor(endUs / HOUR_US) * RESOLUTION.hour
    const hours = JSON.stringify(Array.from({ length: HOURS }, (_, index) => last - index * RESOLUTION.hour))
    return own.reduce(
      (runs, { id }) => runs + (selectRuns.get({ hours, total: -id }) ?? 0) + (selectTail.get(id) ?? 0),
      0,
    )
  }

  const tierOf = (own: AgedStream[], nowUs: number): StorageTier[] => {
    const [stream] = own
    if (!stream) return []
    const figures = own.map(figuresOf)
    const runs = figures.reduce((sum, each) => sum + each.runs, 0)
    const oldestUs = Math.min(...figures.map((each) => each.oldestUs))
    const newestUs = Math.max(...figures.map((each) => each.newestUs))
    const trendsFromUs = Math.min(...figures.map((each) => each.trendsFromUs))
    // The time of a snapshot ends with its last run.
    const endUs = stream.hasTerm || runs === 0 ? nowUs : newestUs
    const days = Math.min(HOURS / 24, Math.max((endUs - trendsFromUs) / DAY_US, 1 / 24))
    return [
      {
        sourceId: stream.sourceId,
        tier: stream.tier,
        runs,
        oldestRunUs: runs === 0 ? null : oldestUs,
        newestRunUs: runs === 0 ? null : newestUs,
        oldestTrendUs: Number.isFinite(trendsFromUs) ? trendsFromUs : null,
        runsPerDay: Number.isFinite(trendsFromUs) ? countLately(own, endUs) / days : 0,
        snapshot: !stream.hasTerm,
        bytes: figures.reduce((sum, each) => sum + each.blockBytes, 0),
      },
    ]
  }

  return (nowUs) => {
    const all = streams.list()
    const keys = [...new Set(all.map(keyOf))]
    return keys.flatMap((key) =>
      tierOf(
        all.filter((stream) => keyOf(stream) === key),
        nowUs,
      ),
    )
  }
}

function keyOf({ sourceId, tier }: AgedStream): string {
  return `${sourceId}/${tier}`
}
