import type { Input } from '@shared/contract'
import { RUN_FLAG } from '@shared/run'
import type { RunPage, RunRow } from '@shared/run'
import type { Readable } from '../../core/database'
import { sequenceOf, streamOf } from '../../core/ids'
import { marksOf, statusOf } from '../../core/run-codes'
import { createYieldThread } from '../../core/scheduling'
import type { CallContext } from '../../core/serve'
import type { RecentLists } from '../../derived/recent-runs'
import type { Directory } from '../directory'
import type { StoredRun, Blocks } from './blocks'
import { compileFilter } from './filter'
import type { CompiledFilter } from './filter'
import { mergeStreams, readToken, writeToken } from './merge-streams'
import type { Place } from './merge-streams'

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
  const wanted = compileFilter(filter, directory)
  const last = new Map(directory.streamsOf(filter.sourceId).map((stream) => [stream.id, stream.lastSequence]))
  const newest: Place = new Map(wanted.streams.map((stream) => [stream, last.get(stream) ?? 0]))
  if (from === null && direction === 'older' && filter.targetId !== null && wanted.errors === null) {
    const page = firstPageOfTarget(filter.targetId, wanted, newest, limit, { blocks, recent })
    if (page) return { ...page, rows: page.runs.map(rowOf) }
  }
  const given: Place = from === null ? newest : readToken(from)
  const breathe = createYieldThread(context)
  const found = await mergeStreams({ blocks, wanted, direction, from: given, last, limit, breathe })
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
  wanted: CompiledFilter,
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

function isWanted(run: StoredRun, { statusMask, dependencyMask, fromUs, toUs, targets }: CompiledFilter): boolean {
  return (
    ((statusMask >> run.status) & 1) === 1 &&
    ((dependencyMask >> (run.flags & RUN_FLAG.dependencyFailure)) & 1) === 1 &&
    run.startedUs >= fromUs &&
    run.startedUs < toUs &&
    (targets === null || targets.has(run.targetId))
  )
}

/** The part of a place that concerns the streams of a filter. A stream unknown to it lies on its newer side. */
function inside(place: Place, { streams }: CompiledFilter): Place {
  return new Map(streams.map((stream) => [stream, place.get(stream) ?? 0]))
}

function isStart(place: Place, { streams }: CompiledFilter): boolean {
  return streams.every((stream) => (place.get(stream) ?? 0) === 0)
}

/** Longest first line of a message in a list, characters. */
const LINE_LENGTH = 200

interface FailureLine {
  errorType: string | null
  message: string | null
}

/** Turns stored runs into rows for a list. */
export function createRunRows(db: Readable, directory: Directory): (run: StoredRun) => RunRow {
  const failure = db.prepare<[number], FailureLine>(
    `SELECT et.name AS errorType, substr(f.message, 1, ${LINE_LENGTH * 5}) AS message
     FROM failures f LEFT JOIN error_types et ON et.id = f.error_type_id WHERE f.run_id = ?`,
  )

  return (run) => {
    const target = directory.target(run.targetId)
    const status = statusOf(run.status)
    const failed = status === 'ok' || status === 'skipped' ? undefined : failure.get(run.id)
    const { dependencyFailure, manual, threadLeaked } = marksOf(run.flags)
    return {
      id: run.id,
      targetId: run.targetId,
      kind: target?.kind ?? 'handler',
      tier: target?.tier ?? 'app',
      appKey: target?.appKey ?? '',
      instanceIndex: target?.instanceIndex ?? 0,
      instanceCount: target?.instanceCount ?? 1,
      targetName: target?.name ?? '',
      startedUs: run.startedUs,
      durationUs: run.durationUs,
      status,
      dependencyFailure,
      manual,
      threadLeaked,
      errorType: failed?.errorType ?? null,
      errorLine: firstLine(failed?.message ?? null),
    }
  }
}

/** The first line that says something, at most 200 characters. */
export function firstLine(message: string | null): string | null {
  const line = message?.split(/\r?\n/).find((each) => each.trim() !== '')
  if (line === undefined) return null
  // By code points: else half a character could be left at the end.
  const characters = [...line.trim()]
  return characters.length <= LINE_LENGTH ? line.trim() : `${characters.slice(0, LINE_LENGTH - 1).join('')}…`
}
