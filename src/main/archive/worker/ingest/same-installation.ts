import type { HassetteReader } from '@main/sources/hassette-file/reader'
import type { RunInput } from '../../batch'
import type { Overlap } from './known-runs'

/** So many of the sampled runs must be there, with the same execution id and start. */
const AGREEING = 20
/** Some may be missing: retention, a gap. */
const SHARE = 0.9
const PLACES = 5
const RUNS_AT_A_PLACE = 8

/** A source that was read from the same Hassette before, and the epoch that the file belongs to. */
export interface SameInstallation {
  sourceId: number
  epochId: number
}

/**
 * Whether a file (a copy, the same file by another way) belongs to a source that is known: runs are sampled from the
 * time that both have. Without a common time nothing can be said: null, as for a Hassette that was never seen.
 */
export function findSameInstallation(
  reader: HassetteReader,
  sourceIds: readonly number[],
  overlap: Overlap,
): SameInstallation | null {
  for (const sourceId of sourceIds) {
    const sampled = sample(reader, overlap.range(sourceId))
    const known = overlap.of(sourceId, sampled)
    if (known.size < AGREEING || known.size < sampled.length * SHARE) continue
    const votes = new Map<number, number>()
    for (const { epochId } of known.values()) votes.set(epochId, (votes.get(epochId) ?? 0) + 1)
    const [winner] = [...votes].sort((a, b) => b[1] - a[1])
    if (winner) return { sourceId, epochId: winner[0] }
  }
  return null
}

/** Runs at places spread evenly over the ids of the common time: starts may lie anywhere in it. */
function sample(reader: HassetteReader, range: { fromUs: number; toUs: number } | null): RunInput[] {
  const ids = reader.ids()
  const first = range && reader.runsFrom(range.fromUs, 1)[0]
  if (!range || !ids || !first) return []
  const end = reader.runsFrom(range.toUs + 1, 1)[0]?.foreignId ?? ids.newest
  const begin = Math.min(first.foreignId, end)
  const sampled = new Map<number, RunInput>()
  for (let place = 0; place < PLACES; place++) {
    const after = begin - 1 + Math.floor(((end - begin) * place) / PLACES)
    for (const run of reader.runsAfter(after, RUNS_AT_A_PLACE)) {
      if (run.startedUs >= range.fromUs && run.startedUs <= range.toUs) sampled.set(run.foreignId, run)
    }
  }
  return [...sampled.values()]
}
