import type { Input, Output } from '@shared/contract'
import { statusOf } from '../../core/run-codes'
import type { CallContext } from '../../core/serve'
import type { StoredRun } from './block-statements'
import type { Blocks } from './blocks'
import { streamsOf } from './count'
import type { Directory } from '../directory'
import { createYieldThread } from '../../core/scheduling'
import { ofErrorType, wantedBy } from './filter'

type Field = Input<'runs.values'>['field']
type Value = string | number

/** A list of values names so many at most. */
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
  const asked = wantedBy(others, directory)
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
