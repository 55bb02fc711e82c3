import type { TierChoice } from '@shared/filter'
import { Failure } from '@shared/result'
import type { Readable } from '../../core/database'
import { BLOCK_SIZE } from '../../core/ids'
import { createYieldThread } from '../../core/scheduling'
import type { CallContext } from '../../core/serve'
import type { Directory } from '../directory'
import type { StoredRun, Blocks, Stretch } from '../runs/blocks'
import { anyRun } from '../runs/filter'
import type { createAvailable, Available, AvailableStream } from './available'
import type { TiledRange, Piece, TrendPiece } from './tile-range'
import type { TrendRows } from './trend-rows'

/** Something to be counted: a range, and what is done with its trends and runs. */
export interface Request {
  range: TiledRange
  /** Reads the trends of a piece; within the transaction. */
  trends: (piece: TrendPiece, rows: TrendRows) => void
  /** A run that no row holds, or whose row reaches beyond the range. It started within the range. */
  run: (run: StoredRun) => void
}

/** Whose runs are read where trends do not tell. */
export interface Scope {
  sourceId: number
  tier: TierChoice
  /** Null = every target of the tier. */
  targetId: number | null
}

/**
 * Counts ranges from trends, from runs at the ranges' ends, and from the runs that no trend holds yet. Rows and the mark
 * up to which they hold every run are read in one transaction, so that no run is counted twice or missed. `plan` says what is
 * wanted, given what is known; it begins anew when runs are deleted meanwhile.
 */
export type Aggregate = <T>(
  scope: Scope,
  plan: (known: Available) => { requests: Request[]; answer: () => T },
  context: CallContext,
) => Promise<T>

/** So often it begins anew; a purge goes on for a while, and an answer that is late by some runs is better than none. */
const ATTEMPTS = 3

interface Parts {
  blocks: Blocks
  rows: TrendRows
  known: ReturnType<typeof createAvailable>
}

export function createAggregate(db: Readable, { blocks, rows, known: readKnown }: Parts): Aggregate {
  const readRows = (request: Request): void => {
    for (const piece of request.range.pieces) {
      if (isTrend(piece)) request.trends(piece, rows)
    }
  }
  const begin = db.transaction((scope: Scope, plan: Parameters<Aggregate>[1]) => {
    const known = readKnown(scope.sourceId, scope.tier)
    const planned = plan(known)
    for (const request of planned.requests) readRows(request)
    return { known, planned }
  })

  return async <T>(
    scope: Scope,
    plan: (known: Available) => { requests: Request[]; answer: () => T },
    context: CallContext,
  ): Promise<T> => {
    const breathe = createYieldThread(context)
    const takeRuns = async (stretch: Stretch, { fromUs, toUs }: TimeRange, take: Request['run']): Promise<void> => {
      if (stretch.from > stretch.to || fromUs >= toUs) return
      const wanted = anyRun({ fromUs, toUs, targetId: scope.targetId })
      for (const { block } of blocks.candidates(stretch, wanted, 'ascending')) {
        for (const run of blocks.runs(block, stretch, wanted, 'ascending', BLOCK_SIZE).runs) take(run)
        await breathe()
      }
    }
    const takeStream = async (stream: AvailableStream, requests: Request[]): Promise<void> => {
      const { id, rolledSequence, lastSequence } = stream
      const parts = requests.flatMap(({ range, run }) =>
        range.pieces.filter((piece) => !isTrend(piece)).map(({ fromUs, toUs }) => ({ fromUs, toUs, run })),
      )
      for (const joined of join(parts)) {
        await takeRuns({ stream: id, from: 1, to: rolledSequence }, joined, (found) => {
          for (const { fromUs, toUs, run } of parts) {
            if (found.startedUs >= fromUs && found.startedUs < toUs) run(found)
          }
        })
      }
      const tail = {
        fromUs: Math.min(...requests.map(({ range }) => range.fromUs)),
        toUs: Math.max(...requests.map(({ range }) => range.toUs)),
      }
      await takeRuns({ stream: id, from: rolledSequence + 1, to: lastSequence }, tail, (found) => {
        for (const { range, run } of requests) {
          if (found.startedUs >= range.fromUs && found.startedUs < range.toUs) run(found)
        }
      })
    }
    for (let attempt = 1; ; attempt++) {
      const { known, planned } = begin(scope, plan) as { known: Available; planned: ReturnType<typeof plan> }
      for (const stream of known.streams) await takeStream(stream, planned.requests)
      const { kept } = readKnown(scope.sourceId, scope.tier)
      if (kept.runsFromUs === known.kept.runsFromUs || attempt === ATTEMPTS) return planned.answer()
    }
  }
}

type TimeRange = Pick<Piece, 'fromUs' | 'toUs'>

function isTrend(piece: Piece): piece is TrendPiece {
  return piece.from !== 'runs'
}

/** Ranges that meet or overlap as one, so that no run is read twice. */
function join(ranges: readonly TimeRange[]): TimeRange[] {
  const joined: TimeRange[] = []
  for (const { fromUs, toUs } of ranges.toSorted((a, b) => a.fromUs - b.fromUs)) {
    const last = joined.at(-1)
    if (last && fromUs <= last.toUs) last.toUs = Math.max(last.toUs, toUs)
    else joined.push({ fromUs, toUs })
  }
  return joined
}

/** Whose runs are counted; a target's own tier takes the place of the one asked for. Throws `not_found`. */
export function scopeOf(
  { sourceId, tier, targetId }: { sourceId: number; tier: TierChoice; targetId: number | null },
  directory: Directory,
): Scope {
  if (targetId === null) return { sourceId, tier, targetId }
  const target = directory.target(targetId)
  if (!target) throw new Failure('not_found', 'This handler or job is not in the archive.')
  return { sourceId: target.sourceId, tier: target.tier, targetId }
}
