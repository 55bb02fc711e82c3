import type { Span, TierChoice } from '@shared/filter'
import type { RunFilter } from '@shared/filter'
import type { TierCounts } from '@shared/contract'
import { statusOf } from '../run-codes'
import type { CallContext } from '../serve'
import type { Blocks } from './blocks'
import type { Directory } from './directory'
import { createSlices } from './slices'
import { holdsWhole, wantedBy } from './wanted'
import type { Wanted } from './wanted'

/** How a target's runs of a span ended. */
export interface OutcomeCounts {
  runs: number
  failed: number
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
}

interface Parts {
  blocks: Blocks
  directory: Directory
}

export const NO_RUNS: OutcomeCounts = {
  runs: 0,
  failed: 0,
  dependencyFailures: 0,
  timedOut: 0,
  cancelled: 0,
  skipped: 0,
}

/** Counts by target over a span, block by block. `targetId` null counts every target of the tier. */
export async function countByTarget(
  { blocks, directory }: Parts,
  input: { sourceId: number; tier: TierChoice; span: Span; targetId: number | null },
  context: CallContext,
): Promise<Map<number, OutcomeCounts>> {
  const wanted = wantedBy({ ...input, conditions: [] }, directory)
  const counts = new Map<number, OutcomeCounts>()
  const breathe = createSlices(context)
  for (const stream of streamsOf(input, wanted, directory)) {
    for (const block of blocks.candidates(stream, wanted, 'descending')) {
      for (const { targetId, status, di, n } of blocks.counts(block.block, wanted)) {
        const counted = counts.get(targetId) ?? { ...NO_RUNS }
        addOutcome(counted, status, di === 1, n)
        counts.set(targetId, counted)
      }
      await breathe()
    }
  }
  return counts
}

/** How many runs a filter holds; blocks that lie in it as a whole are not read. */
export async function countRuns(
  { blocks, directory }: Parts,
  filter: RunFilter,
  context: CallContext,
): Promise<{ runs: number }> {
  const wanted = wantedBy(filter, directory)
  const breathe = createSlices(context)
  let runs = 0
  for (const stretch of streamsOf(filter, wanted, directory)) {
    for (const block of blocks.candidates(stretch, wanted, 'descending')) {
      runs += holdsWhole(block, wanted) ? block.n : await blocks.count(block.block, wanted, breathe)
      await breathe()
    }
  }
  return { runs }
}

/** Runs of a span by tier; blocks that lie in it as a whole are not read. */
export async function countByTier(
  { blocks, directory }: Parts,
  { sourceId, span }: { sourceId: number; span: Span },
  context: CallContext,
): Promise<TierCounts> {
  const filter: RunFilter = { sourceId, tier: 'all', span, targetId: null, conditions: [] }
  const wanted = wantedBy(filter, directory)
  const breathe = createSlices(context)
  const total: TierCounts = { app: 0, framework: 0 }
  for (const { id, tier, lastSequence } of directory.streamsOf(sourceId)) {
    for (const block of blocks.candidates({ stream: id, from: 1, to: lastSequence }, wanted, 'descending')) {
      total[tier] += holdsWhole(block, wanted) ? block.n : await blocks.count(block.block, wanted, breathe)
      await breathe()
    }
  }
  return total
}

/** The streams that a filter chooses, as a whole. */
export function streamsOf({ sourceId }: { sourceId: number }, wanted: Wanted, directory: Directory) {
  return directory
    .streamsOf(sourceId)
    .filter((stream) => wanted.streams.includes(stream.id))
    .map((stream) => ({ stream: stream.id, from: 1, to: stream.lastSequence }))
}

function addOutcome(counts: OutcomeCounts, statusCode: number, dependencyFailure: boolean, n: number): void {
  counts.runs += n
  const status = statusOf(statusCode)
  if (status === 'failed') counts.failed += n
  if (status === 'failed' && dependencyFailure) counts.dependencyFailures += n
  if (status === 'timed_out') counts.timedOut += n
  if (status === 'cancelled') counts.cancelled += n
  if (status === 'skipped') counts.skipped += n
}
