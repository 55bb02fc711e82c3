import type { Input, Output } from '@shared/contract'
import type { Bound } from '@shared/storage'
import type { Coverage } from '@shared/trends'
import { TIERS } from '@shared/run'
import type { Readable } from '../../core/database'
import { STREAMS, SESSIONS } from '../../core/ids'
import type { createAvailable, Available, AvailableStream } from './available'

type Gap = Coverage['gaps'][number]

/** The newest gaps of a range; more than a line can tell. */
const MOST_GAPS = 100

/** What is known of a range. */
export function createCoverage(db: Readable, readKnown: ReturnType<typeof createAvailable>) {
  const selectGaps = db.prepare<[{ sourceId: number; tier: string; fromUs: number; toUs: number }], Gap>(
    `SELECT DISTINCT c.from_us AS fromUs, c.to_us AS toUs, c.reason, c.lost AS runs
     FROM ${STREAMS} JOIN coverage c ON c.stream_id = st.id
     WHERE e.source_id = @sourceId AND c.kind = 'gap' AND (@tier = 'all' OR st.tier = @tier)
       AND c.from_us < @toUs AND c.to_us >= @fromUs`,
  )
  const selectDropped = db.prepare<[{ sourceId: number; fromUs: number; toUs: number }], Dropped>(
    `SELECT x.started_us AS fromUs, x.ended_us AS toUs,
       x.dropped_overflow + x.dropped_exhausted + x.dropped_shutdown AS runs
     FROM ${SESSIONS}
     WHERE e.source_id = @sourceId AND x.started_us < @toUs AND (x.ended_us IS NULL OR x.ended_us >= @fromUs)
       AND x.dropped_overflow + x.dropped_exhausted + x.dropped_shutdown > 0`,
  )
  const selectLife = db
    .prepare<[number], number | null>(
      `SELECT max(max(coalesce(x.heartbeat_us, 0), coalesce(x.ended_us, 0), x.started_us))
       FROM ${SESSIONS} WHERE e.source_id = ?`,
    )
    .pluck()
  const selectBound = db
    .prepare<[], Bound>('SELECT bound FROM retention_log WHERE bound IS NOT NULL AND runs > 0 ORDER BY id DESC LIMIT 1')
    .pluck()

  return ({ sourceId, tier, span }: Input<'coverage.get'>): Output<'coverage.get'> => {
    const known = readKnown(sourceId, tier)
    const lifeUs = selectLife.get(sourceId) ?? null
    const toUs = known.toUs === null && lifeUs === null ? null : Math.max(known.toUs ?? 0, lifeUs ?? 0)
    const fromUs = span.fromUs ?? Number.MIN_SAFE_INTEGER
    const range = { sourceId, fromUs, toUs: span.toUs ?? Number.MAX_SAFE_INTEGER }
    const within = (us: number | null) => (us === null || us >= range.toUs ? null : us)
    const gaps = [
      ...selectGaps.all({ ...range, tier }),
      ...selectDropped.all(range).map((each): Gap => ({
        fromUs: each.fromUs,
        toUs: each.toUs ?? toUs ?? known.endUs,
        reason: 'dropped',
        runs: each.runs,
      })),
    ]
    return {
      runsFromUs: within(runsFrom(known)),
      trendsFromUs: within(known.fromUs),
      toUs,
      gaps: gaps.sort((a, b) => a.fromUs - b.fromUs || a.toUs - b.toUs).slice(-MOST_GAPS),
      bound: boundOf(known),
    }
  }

  function boundOf({ streams, kept }: Available): Coverage['bound'] {
    if (streams.length === 0) return null
    if (kept.runsFromUs === -Infinity) return 'source'
    // What no pass deleted was past its term when it was first read.
    return selectBound.get() ?? 'time'
  }
}

interface Dropped {
  fromUs: number
  /** Null while the session runs. */
  toUs: number | null
  runs: number
}

/** From when on every run is kept: of two tiers the later moment, of one the first run unless some were deleted. */
function runsFrom(known: Available): number | null {
  const ofTiers = TIERS.flatMap((tier) => {
    const streams = known.streams.filter((stream) => stream.tier === tier && stream.keepsRuns)
    return streams.length === 0 ? [] : [Math.max(firstOf(streams), ...streams.map((stream) => stream.runsFromUs))]
  })
  return ofTiers.length === 0 ? null : Math.max(...ofTiers)
}

function firstOf(streams: AvailableStream[]): number {
  return Math.min(...streams.map((stream) => stream.fromUs))
}
