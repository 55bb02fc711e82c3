import type { Output } from '@shared/contract'
import type { RunFilter } from '@shared/filter'
import { Failure } from '@shared/result'
import type { RunLogLine, RunSession } from '@shared/run'
import type { Readable } from '../../core/database'
import { sequenceOf, streamOf } from '../../core/ids'
import { RECENT } from '../../derived/recent-runs'
import { letterOf, marksOf } from '../../core/run-codes'
import type { CallContext } from '../../core/serve'
import { decodeUid } from '../../core/execution-id'
import type { StoredRun } from './blocks'
import { mergeStreams } from './merge-streams'
import type { RunQueryParts } from './page'
import { createYieldThread } from '../../core/scheduling'
import { compileFilter } from './filter'

interface Texts {
  uid: Uint8Array | null
  context: Uint8Array | null
  message: string | null
  traceback: string | null
}

/** Neighbours of the same target, and the letters up to a run. */
interface Around {
  previousRunId: number | null
  nextRunId: number | null
  strip: string
}

/** One run with everything the archive keeps of it; `not_found` for an id that is not, or no longer, there. */
export function createRunDetail(db: Readable, parts: RunQueryParts) {
  const selectTexts = db.prepare<[number], Texts>(
    `SELECT r.uid, r.context, f.message, tb.body AS traceback FROM runs r
     LEFT JOIN failures f ON f.run_id = r.id LEFT JOIN tracebacks tb ON tb.id = f.traceback_id WHERE r.id = ?`,
  )
  const selectSession = db.prepare<[number], RunSession>(
    'SELECT id, started_us AS startedUs, ended_us AS endedUs, ending FROM sessions WHERE id = ?',
  )
  // Lines of one moment stay in the order in which they were logged.
  const selectLogs = db.prepare<[number], RunLogLine>(
    'SELECT at_us AS atUs, level, logger, message, error FROM run_logs WHERE run_id = ? ORDER BY at_us, id',
  )

  return async ({ runId }: { runId: number }, context: CallContext): Promise<Output<'runs.get'>> => {
    const run = parts.blocks.run(runId)
    const texts = run && selectTexts.get(runId)
    const target = run && parts.directory.target(run.targetId)
    if (!run || !texts || !target) {
      throw new Failure(
        'not_found',
        'This run is not in the archive.',
        'It may have been removed by the retention rules.',
      )
    }
    return {
      ...parts.rowOf(run),
      sourceId: target.sourceId,
      message: texts.message,
      traceback: texts.traceback,
      executionId: texts.uid && decodeUid(texts.uid),
      contextId: texts.context && decodeUid(texts.context),
      origin: marksOf(run.flags).origin,
      session: run.sessionId === null ? null : (selectSession.get(run.sessionId) ?? null),
      logs: selectLogs.all(runId),
      ...(aroundFromList(run, parts) ?? (await aroundFromBlocks(run, target.sourceId, parts, context))),
    }
  }
}

/** From the list at hand, when the run is in it and the list reaches far enough back. */
function aroundFromList(run: StoredRun, { recent }: RunQueryParts): Around | null {
  const { runs, complete } = recent.of(run.targetId)
  const index = runs.findIndex((each) => each.id === run.id)
  if (index < 0 || (!complete && index < RECENT - 1)) return null
  return {
    previousRunId: runs[index - 1]?.id ?? null,
    nextRunId: runs[index + 1]?.id ?? null,
    strip: runs
      .slice(0, index + 1)
      .map((each) => each.letter)
      .join(''),
  }
}

async function aroundFromBlocks(
  run: StoredRun,
  sourceId: number,
  { blocks, directory }: RunQueryParts,
  context: CallContext,
): Promise<Around> {
  const filter: RunFilter = {
    sourceId,
    tier: 'all',
    span: { fromUs: null, toUs: null },
    targetId: run.targetId,
    conditions: [],
  }
  const wanted = compileFilter(filter, directory)
  const last = new Map(directory.streamsOf(sourceId).map((stream) => [stream.id, stream.lastSequence]))
  const endUs = run.startedUs + run.durationUs
  const place = new Map(
    wanted.streams.map((stream) => [
      stream,
      stream === streamOf(run.id) ? sequenceOf(run.id) : blocks.lastEndedBy(stream, endUs),
    ]),
  )
  const input = { blocks, wanted, last, breathe: createYieldThread(context) }
  const next = await mergeStreams({ ...input, direction: 'newer', from: place, limit: 1 })
  place.set(streamOf(run.id), sequenceOf(run.id) - 1)
  const older = await mergeStreams({ ...input, direction: 'older', from: place, limit: RECENT - 1 })
  return {
    previousRunId: older.runs[0]?.id ?? null,
    nextRunId: next.runs[0]?.id ?? null,
    strip: [run, ...older.runs]
      .map((each) => letterOf(each.status, each.flags))
      .reverse()
      .join(''),
  }
}
