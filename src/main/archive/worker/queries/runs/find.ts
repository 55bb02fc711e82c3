import { SECOND_US } from '@shared/time'
import type { Input, Output } from '@shared/contract'
import type { Readable } from '../../core/database'
import { blockOf, idsOfBlock, runId } from '../../core/ids'
import type { CallContext } from '../../core/serve'
import { encodeUid } from '../../core/execution-id'
import type { Directory } from '../directory'
import { createYieldThread } from '../../core/scheduling'
/**
 * A run begins soon after its id was made: first where it should be, then with patience for a queue that was stuck, or
 * a clock that was set, microseconds before and after.
 */
const WINDOWS = [
  { before: SECOND_US, after: 15 * 60 * SECOND_US },
  { before: 3600 * SECOND_US, after: 24 * 3600 * SECOND_US },
] as const

const UUID7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/
const CHUNK = 64

/**
 * Finds a run by its execution id without an index: a UUIDv7 says when it was made, and the zone map which blocks were
 * written then. Other ids are found by reading everything, which is only done when asked for.
 */
export function createRunFind(db: Readable, { directory }: { directory: Directory }) {
  const selectBlocks = db
    .prepare<[{ low: number; high: number; fromUs: number; toUs: number }], number>(
      `SELECT block FROM blocks WHERE block BETWEEN @low AND @high AND min_start_us <= @toUs AND max_start_us >= @fromUs
       ORDER BY block DESC LIMIT ${CHUNK}`,
    )
    .pluck()
  const selectRun = db
    .prepare<[number, number, Uint8Array, Uint8Array], number>(
      'SELECT id FROM runs WHERE id BETWEEN ? AND ? AND uid IN (?, ?) LIMIT 1',
    )
    .pluck()

  return async (
    { sourceId, executionId, scan }: Input<'runs.find'>,
    context: CallContext,
  ): Promise<Output<'runs.find'>> => {
    const text = executionId.trim()
    const uids = [encodeUid(text), encodeUid(text.toLowerCase())] as const
    const breathe = createYieldThread(context)
    const seen = new Set<number>()

    const search = async (fromUs: number, toUs: number): Promise<number | null> => {
      for (const stream of directory.streamsOf(sourceId)) {
        const low = blockOf(runId(stream.id, 0))
        let high = blockOf(runId(stream.id, stream.lastSequence))
        for (;;) {
          const blocks = selectBlocks.all({ low, high, fromUs, toUs })
          for (const block of blocks) {
            if (seen.has(block)) continue
            seen.add(block)
            const { first, last } = idsOfBlock(block)
            const found = selectRun.get(first, last, ...uids)
            if (found !== undefined) return found
            await breathe()
          }
          const lowest = blocks.at(-1)
          if (lowest === undefined || blocks.length < CHUNK) break
          high = lowest - 1
        }
      }
      return null
    }

    const madeUs = madeAt(text.toLowerCase())
    if (madeUs !== null) {
      for (const { before, after } of WINDOWS) {
        const found = await search(madeUs - before, madeUs + after)
        if (found !== null) return { runId: found }
      }
    }
    const found = scan ? await search(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER) : null
    return found === null ? null : { runId: found }
  }
}

/** When a UUIDv7 was made, microseconds; null for any other id. */
export function madeAt(id: string): number | null {
  if (!UUID7.test(id)) return null
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) * 1000
}
