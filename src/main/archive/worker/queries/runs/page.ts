import type { Input } from '@shared/contract'
import { RUN_FLAG } from '@shared/run'
import type { RunPage, RunRow } from '@shared/run'
import { sequenceOf, streamOf } from '../../core/ids'
import { readToken, writeToken } from './page-token'
import type { Place } from './page-token'
import type { CallContext } from '../../core/serve'
import type { StoredRun } from './block-statements'
import type { Blocks } from './blocks'
import type { Directory } from '../directory'
import { walk } from './merge-streams'
import type { RecentLists } from '../../derived/recent-runs'
import { createYieldThread } from '../../core/scheduling'
import { wantedBy } from './filter'
import type { Wanted } from './filter'

/** What the queries about runs are made from. */
export interface RunQueryParts {
  blocks: Blocks
  directory: Directory
  recent: RecentLists
  rowOf: (run: StoredRun) => RunRow
}

/** A page of runs, newest finished first. See `PageToken` for what a place is. */
export async function runsPage(
  { blocks, directory, recent, rowOf }: RunQueryParts,
  { filter, direction, from, limit }: Input<'runs.page'>,
  context: CallContext,
): Promise<RunPage> {
  const wanted = wantedBy(filter, directory)
  const last = new Map(directory.streamsOf(filter.sourceId).map((stream) => [stream.id, stream.lastSequence]))
  const newest: Place = new Map(wanted.streams.map((stream) => [stream, last.get(stream) ?? 0]))
  if (from === null && direction === 'older' && filter.targetId !== null && wanted.errors === null) {
    const page = firstPageOfTarget(filter.targetId, wanted, newest, limit, { blocks, recent })
    if (page) return { ...page, rows: page.runs.map(rowOf) }
  }
  const given: Place = from === null ? newest : readToken(from)
  const breathe = createYieldThread(context)
  const found = await walk({ blocks, wanted, direction, from: given, last, limit, breathe })
  if (direction === 'older') {
    return {
      rows: found.runs.map(rowOf),
      older: found.exhausted ? null : writeToken(found.end),
      newer: writeToken(inside(given, wanted)),
    }
  }
  return {
    rows: found.runs.reverse().map(rowOf),
    older: isStart(given, wanted) ? null : writeToken(inside(given, wanted)),
    newer: writeToken(found.end),
  }
}

/**
 * The first page of one target from the list at hand, if it fills the page or holds all there is. Null otherwise: then
 * the zone map finds the runs.
 */
function firstPageOfTarget(
  targetId: number,
  wanted: Wanted,
  newest: Place,
  limit: number,
  { blocks, recent }: Pick<RunQueryParts, 'blocks' | 'recent'>,
): { runs: StoredRun[]; older: string | null; newer: string } | null {
  const { runs, complete } = recent.of(targetId)
  const matching = runs
    .toReversed()
    .filter((run) => wanted.streams.includes(streamOf(run.id)))
    .flatMap((run) => blocks.run(run.id) ?? [])
    .filter((run) => isWanted(run, wanted))
  if (matching.length < limit && !complete) return null
  const page = matching.slice(0, limit)
  const older = new Map(newest)
  for (const run of page) older.set(streamOf(run.id), sequenceOf(run.id) - 1)
  const more = matching.length > page.length || !complete
  return { runs: page, older: more ? writeToken(older) : null, newer: writeToken(newest) }
}

function isWanted(run: StoredRun, { statusMask, dependencyMask, fromUs, toUs, targets }: Wanted): boolean {
  return (
    ((statusMask >> run.status) & 1) === 1 &&
    ((dependencyMask >> (run.flags & RUN_FLAG.dependencyFailure)) & 1) === 1 &&
    run.startedUs >= fromUs &&
    run.startedUs < toUs &&
    (targets === null || targets.has(run.targetId))
  )
}

/** The part of a place that concerns the streams of a filter. A stream unknown to it lies on its newer side. */
function inside(place: Place, { streams }: Wanted): Place {
  return new Map(streams.map((stream) => [stream, place.get(stream) ?? 0]))
}

function isStart(place: Place, { streams }: Wanted): boolean {
  return streams.every((stream) => (place.get(stream) ?? 0) === 0)
}
