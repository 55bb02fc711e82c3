import { HOUR_US } from '@shared/time'
import type { Input, Output } from '@shared/contract'
import { groupTitle } from '@shared/error-group'
import type { Span, TierChoice } from '@shared/filter'
import type { TargetKind } from '@shared/run'
import type { AttentionReason, AttentionRow } from '@shared/trends'
import type { Readable } from '../../core/database'
import { STREAMS, SESSIONS } from '../../core/ids'
import type { CallContext } from '../../core/serve'
import { GROUP_CAUSE, groupCause } from '../../derived/error-groups'
import type { StoredGroupCause } from '../../derived/error-groups'
import type { RecentRun, KnownRecent, RecentLists } from '../../derived/recent-runs'
import type { Directory } from '../directory'
import type { Blocks } from '../runs/blocks'
import type { Aggregate, Request } from './aggregate'
import { knowsExpected, countableRange } from './available'
import type { Available } from './available'
import { createMissedCounter } from './missed'
import { targetFigures } from './target-figures'
import type { TargetFigures } from './target-figures'

/** Most rows that are returned; the rest is counted. */
const MOST = 8
/** Fewer failures in a row are no streak. */
const STREAK = 2
/** What was slow must have run so often, in both ranges, and have become slower by so much. */
const SLOWER = { runs: 20, times: 2, byUs: 50_000 }
/** Fewest missing starts, and their least share of those expected. */
const MISSED = { runs: 2, share: 0.2 }
/** A group is new if the archive had looked for so long before it came; else everything would be. */
const LOOKED_US = HOUR_US
/** Number of its usual pauses, and the time, after which a silent handler is said not to have run in this session. */
const SILENT = { pauses: 5, atLeastUs: HOUR_US, knownRuns: 5 }
const GRAVEST_FIRST: AttentionReason['kind'][] = ['failing', 'new_group', 'slower', 'never_ran', 'missed']

interface ActiveTarget {
  id: number
  kind: TargetKind
}

interface NewGroup extends StoredGroupCause {
  targetId: number
  groupId: number
  firstUs: number
}

interface Parts {
  gather: Aggregate
  directory: Directory
  blocks: Blocks
  recent: RecentLists
  nowUs: () => number
}

/** Which targets need attention, and why. Retired and removed ones never do. */
export function createAttention(db: Readable, { gather, directory, blocks, recent, nowUs }: Parts) {
  const selectActive = db.prepare<[number, string, string], ActiveTarget>(
    `SELECT t.id, t.kind FROM apps a JOIN targets t ON t.app_id = a.id
     WHERE a.source_id = ? AND (? = 'all' OR t.tier = ?) AND t.retired_us IS NULL AND t.removed_us IS NULL`,
  )
  const selectGroups = db.prepare<[number, number, number], NewGroup>(
    `SELECT m.target_id AS targetId, g.id AS groupId, ${GROUP_CAUSE}, g.first_us AS firstUs
     FROM error_groups g JOIN group_targets m ON m.group_id = g.id
     WHERE g.source_id = ? AND g.merged_into IS NULL AND g.fingerprint_version > 0 AND g.state NOT IN ('resolved', 'muted')
       AND g.first_us >= ? AND g.first_us < ?
     ORDER BY m.n`,
  )
  const selectKnownFrom = db
    .prepare<[number], number | null>(
      `SELECT min(c.from_us) FROM ${STREAMS} JOIN coverage c ON c.stream_id = st.id
       WHERE e.source_id = ? AND c.kind <> 'gap'`,
    )
    .pluck()
  const selectSession = db.prepare<[number], { id: number; startedUs: number }>(
    `SELECT x.id, x.started_us AS startedUs FROM ${SESSIONS}
     WHERE e.source_id = ? AND x.ending = 'running' ORDER BY x.started_us DESC LIMIT 1`,
  )
  const sessionRuns = createSessionRuns(db, gather)

  const newGroups = (sourceId: number, span: Span): Map<number, NewGroup> => {
    const lookedUs = (selectKnownFrom.get(sourceId) ?? 0) + LOOKED_US
    const fromUs = Math.max(span.fromUs ?? Number.MIN_SAFE_INTEGER, lookedUs)
    const found = selectGroups.all(sourceId, fromUs, span.toUs ?? Number.MAX_SAFE_INTEGER)
    // The most frequent of a target comes last and stays.
    return new Map(found.map((group) => [group.targetId, group]))
  }

  const failing = (list: KnownRecent | undefined, { fromUs, toUs }: Span): AttentionReason[] => {
    const runs = (list?.runs ?? []).filter(({ endUs }) => endUs < (toUs ?? Infinity))
    const streak = failuresInARow(runs)
    const first = streak[0] && blocks.run(streak[0].id)
    if (!first || streak.length < STREAK || (streak.at(-1)?.endUs ?? 0) < (fromUs ?? -Infinity)) return []
    return [{ kind: 'failing', runs: streak.length, sinceUs: first.startedUs }]
  }

  return async (
    { sourceId, tier, span }: Input<'trends.attention'>,
    context: CallContext,
  ): Promise<Output<'trends.attention'>> => {
    const active = selectActive.all(sourceId, tier, tier)
    const targetIds = active.map(({ id }) => id)
    const jobs = active.filter(({ kind }) => kind === 'job').map(({ id }) => id)
    const question = { span, targetIds, jobs, sparks: false }
    const figures = await targetFigures(gather, { sourceId, tier, targetId: null }, question, context)
    const lists = recent.ofSource(sourceId)
    const groups = newGroups(sourceId, span)
    const running = selectSession.get(sourceId)
    const session = running && running.startedUs < (span.toUs ?? Infinity) ? running : null
    const inSession =
      session && (await sessionRuns({ sourceId, tier, jobs }, { ...session, untilUs: span.toUs }, context))

    const reasonsOf = ({ id, kind }: ActiveTarget): AttentionReason[] => {
      const reasons = failing(lists.get(id), span)
      const group = groups.get(id)
      if (group) {
        const { groupId, firstUs } = group
        reasons.push({ kind: 'new_group', groupId, title: groupTitle(groupCause(group)), firstUs })
      }
      const own = figures.get(id)
      if (own) reasons.push(...slower(own))
      if (session && inSession?.runsOf(id) === 0) {
        const { startedUs } = session
        const forUs = (span.toUs ?? nowUs()) - startedUs
        const silent = kind === 'job' ? inSession.expectedOf(id) > 0 : isSilent(lists.get(id), forUs)
        if (silent) reasons.push({ kind: 'never_ran', sinceUs: startedUs })
      }
      if (own) reasons.push(...missing(own))
      return reasons
    }

    const rows = active
      .flatMap((target) => rowOf(target.id, reasonsOf(target), lists.get(target.id)))
      .sort((a, b) => rankOf(a) - rankOf(b) || weightOf(b) - weightOf(a) || a.targetId - b.targetId)
    return {
      rows: rows.slice(0, MOST),
      total: rows.length,
      handlers: active.filter(({ kind }) => kind === 'handler').length,
      jobs: active.filter(({ kind }) => kind === 'job').length,
    }
  }

  function rowOf(id: number, reasons: AttentionReason[], list: KnownRecent | undefined): AttentionRow[] {
    const target = directory.target(id)
    if (!target || reasons.length === 0) return []
    const { kind, tier, appKey, instanceIndex, instanceCount, name } = target
    const strip = list?.runs.map((run) => run.letter).join('') ?? ''
    return [{ targetId: id, kind, tier, appKey, instanceIndex, instanceCount, name, strip, reasons }]
  }
}

/** The newest failures, oldest first; what was skipped or cancelled meanwhile says nothing. */
function failuresInARow(runs: RecentRun[]): RecentRun[] {
  const telling = runs.filter(({ letter }) => letter !== 's' && letter !== 'c')
  return telling.slice(telling.findLastIndex(({ letter }) => letter === 'o') + 1)
}

function slower({ p95Us, before, timed, timedBefore }: TargetFigures): AttentionReason[] {
  const beforeUs = before?.p95Us ?? null
  if (p95Us === null || beforeUs === null || timed < SLOWER.runs || timedBefore < SLOWER.runs) return []
  if (p95Us < beforeUs * SLOWER.times || p95Us - beforeUs <= SLOWER.byUs) return []
  return [{ kind: 'slower', p95Us, beforeUs }]
}

function missing({ missed, expected }: TargetFigures): AttentionReason[] {
  if (missed === null || missed < MISSED.runs || missed < expected * MISSED.share) return []
  return [{ kind: 'missed', runs: missed, expected }]
}

/** Whether a handler that ran before is silent for longer than its pauses let expect. `forUs`: how long the session lasts. */
function isSilent(list: KnownRecent | undefined, forUs: number): boolean {
  const runs = list?.runs ?? []
  const [first, last] = [runs[0], runs.at(-1)]
  if (!first || !last || runs.length < SILENT.knownRuns) return false
  const pauseUs = (last.endUs - first.endUs) / (runs.length - 1)
  return forUs >= Math.max(SILENT.atLeastUs, pauseUs * SILENT.pauses)
}

function rankOf({ reasons: [gravest] }: AttentionRow): number {
  return gravest ? GRAVEST_FIRST.indexOf(gravest.kind) : GRAVEST_FIRST.length
}

/** Among rows of one kind the one that weighs more comes first. */
function weightOf({ reasons: [gravest] }: AttentionRow): number {
  if (gravest?.kind === 'failing' || gravest?.kind === 'missed') return gravest.runs
  if (gravest?.kind === 'new_group') return gravest.firstUs
  return gravest?.kind === 'slower' ? gravest.p95Us / Math.max(1, gravest.beforeUs) : 0
}

/** A session whose runs are asked for. */
interface AskedSession {
  id: number
  startedUs: number
  /** What was to be started is looked at until here, microseconds; null = now. */
  untilUs: number | null
}

/** What ran in a session. */
interface SessionRuns {
  /** How often a target ran in it. */
  runsOf(targetId: number): number
  /** How often its schedule foresaw a start; 0 where that is not known. */
  expectedOf(targetId: number): number
}

/** Runs of every target in a session, from the session's own trends: as many rows as targets, however long it lasts. */
function createSessionRuns(db: Readable, gather: Aggregate) {
  const selectRuns = db.prepare<[number], { targetId: number; n: number }>(
    'SELECT target_id AS targetId, n FROM rollups WHERE resolution = 0 AND bucket = ? AND target_id > 0',
  )
  return (
    { sourceId, tier, jobs }: { sourceId: number; tier: TierChoice; jobs: readonly number[] },
    { id, startedUs, untilUs }: AskedSession,
    context: CallContext,
  ): Promise<SessionRuns> => {
    const plan = (known: Available) => {
      const runs = new Map(selectRuns.all(id).map(({ targetId, n }) => [targetId, n]))
      const missed = createMissedCounter()
      const tail: Request = {
        range: { fromUs: Number.MIN_SAFE_INTEGER, toUs: Number.MAX_SAFE_INTEGER, pieces: [] },
        trends: () => undefined,
        run: ({ sessionId, targetId }) => {
          if (sessionId === id) runs.set(targetId, (runs.get(targetId) ?? 0) + 1)
        },
      }
      const range = countableRange({ fromUs: startedUs, toUs: untilUs }, known)
      const starts: Request = {
        range: { ...range, pieces: range.pieces.filter(knowsExpected) },
        trends: (piece, rows) => rows.starts(piece, jobs, missed.row),
        run: () => undefined,
      }
      const answer = (): SessionRuns => ({
        runsOf: (targetId) => runs.get(targetId) ?? 0,
        expectedOf: (targetId) => missed.of(targetId)?.expected ?? 0,
      })
      return { requests: jobs.length === 0 ? [tail] : [tail, starts], answer }
    }
    return gather({ sourceId, tier, targetId: null }, plan, context)
  }
}
