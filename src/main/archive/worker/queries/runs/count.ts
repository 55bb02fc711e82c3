import type { TierCounts, Input, Output } from '@shared/contract'
import type { Span, RunFilter } from '@shared/filter'
import { TIERS } from '@shared/run'
import { statusOf } from '../../core/run-codes'
import { createYieldThread } from '../../core/scheduling'
import type { CallContext } from '../../core/serve'
import type { Directory } from '../directory'
import type { Aggregate, Request } from '../trends/aggregate'
import { addRow, addRun, nothingCounted } from '../trends/figures'
import type { Counted } from '../trends/figures'
import { countableRange, totalKeysOf } from '../trends/available'
import type { StoredRun, Blocks } from './blocks'
import { holdsWhole, compileFilter, matchingOf, ofErrorType } from './filter'
import type { CompiledFilter } from './filter'

interface Parts {
  blocks: Blocks
  directory: Directory
  gather: Aggregate
}

/** How many runs a filter holds: from trends where these tell, else block by block. */
export async function countRuns(parts: Parts, filter: RunFilter, context: CallContext): Promise<{ runs: number }> {
  const wanted = compileFilter(filter, parts.directory)
  const counted = await countByTrends(parts.gather, filter, wanted, context)
  return { runs: counted ? matchingOf(counted, wanted) : await countByBlocks(parts, filter, wanted, context) }
}

/** Runs of a span by tier. */
export async function countByTier(
  parts: Parts,
  { sourceId, span }: { sourceId: number; span: Span },
  context: CallContext,
): Promise<TierCounts> {
  const total: TierCounts = { app: 0, framework: 0 }
  for (const tier of TIERS) {
    const filter: RunFilter = { sourceId, tier, span, targetId: null, conditions: [] }
    total[tier] = (await countRuns(parts, filter, context)).runs
  }
  return total
}

/**
 * The runs of a filter's streams, span and targets, by outcome. Null where trends do not tell exactly what a list holds:
 * they know nothing of errors, they still count runs that were deleted, and a target's trends do not tell its tiers apart.
 */
async function countByTrends(
  gather: Aggregate,
  { sourceId, tier, span }: RunFilter,
  { errors, targets }: CompiledFilter,
  context: CallContext,
): Promise<Counted | null> {
  if (errors !== null || (targets !== null && tier !== 'all')) return null
  const counted = nothingCounted()
  let tells = false
  await gather(
    { sourceId, tier, targetId: targets?.size === 1 ? ([...targets][0] ?? null) : null },
    (known) => {
      const range = countableRange(span, known)
      tells = range.precision.kind === 'exact' && range.fromUs >= known.kept.runsFromUs
      Object.assign(counted, nothingCounted())
      const keys = targets === null ? totalKeysOf(known, range) : [...targets]
      const request: Request = {
        range,
        trends: (piece, rows) => rows.of(piece, keys, false, (row) => addRow(counted, row)),
        run: (run) => {
          if (targets === null || targets.has(run.targetId)) addRun(counted, run)
        },
      }
      return { requests: tells ? [request] : [], answer: () => null }
    },
    context,
  )
  return tells ? counted : null
}

/** Block by block; those that lie in the filter as a whole are not read. */
async function countByBlocks(
  { blocks, directory }: Parts,
  filter: RunFilter,
  wanted: CompiledFilter,
  context: CallContext,
): Promise<number> {
  const breathe = createYieldThread(context)
  let runs = 0
  for (const stretch of streamsOf(filter, wanted, directory)) {
    for (const block of blocks.candidates(stretch, wanted, 'descending')) {
      runs += holdsWhole(block, wanted) ? block.n : await blocks.count(block.block, wanted, breathe)
      await breathe()
    }
  }
  return runs
}

/** The streams that a filter chooses, as a whole. */
function streamsOf({ sourceId }: { sourceId: number }, wanted: CompiledFilter, directory: Directory) {
  return directory
    .streamsOf(sourceId)
    .filter((stream) => wanted.streams.includes(stream.id))
    .map((stream) => ({ stream: stream.id, from: 1, to: stream.lastSequence }))
}

type Field = Input<'runs.values'>['field']
type Value = string | number

/** Most values that a list names. */
const MOST = 200

/**
 * How many runs each value of a field has among those that a filter holds, block by block. The filter's own conditions
 * on the field are left out: they say what is chosen, not what there is. A run without an error's class has no value of
 * that field.
 */
export async function countValues(
  { blocks, directory }: { blocks: Blocks; directory: Directory },
  { filter, field }: Pick<Input<'runs.values'>, 'filter' | 'field'>,
  context: CallContext,
): Promise<Output<'runs.values'>> {
  const others = { ...filter, conditions: filter.conditions.filter((condition) => condition.field !== field) }
  const asked = compileFilter(others, directory)
  const wanted = field === 'errorType' ? ofErrorType(asked) : asked
  const breathe = createYieldThread(context)
  const counts = new Map<Value, number>()
  const add = (run: Pick<StoredRun, 'status' | 'targetId' | 'errorType'>, n: number): void => {
    const value = valueOf(run, field, directory)
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + n)
  }
  for (const stretch of streamsOf(filter, wanted, directory)) {
    for (const { block } of blocks.candidates(stretch, wanted, 'descending')) {
      if (wanted.errors) {
        for await (const runs of blocks.pieces(block, wanted, breathe)) for (const run of runs) add(run, 1)
      } else {
        for (const counted of blocks.counts(block, wanted)) add(counted, counted.n)
      }
      await breathe()
    }
  }
  const values = [...counts].map(([value, runs]) => ({ value, runs }))
  return { values: values.sort((a, b) => b.runs - a.runs || (a.value < b.value ? -1 : 1)).slice(0, MOST) }
}

function valueOf(
  { status, targetId, errorType }: Pick<StoredRun, 'status' | 'targetId' | 'errorType'>,
  field: Field,
  directory: Directory,
): Value | null {
  if (field === 'status') return statusOf(status)
  if (field === 'target') return targetId
  if (field === 'errorType') return errorType ?? null
  const target = directory.target(targetId)
  return (field === 'app' ? target?.appKey : target?.kind) ?? null
}
