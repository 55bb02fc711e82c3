import type { Input, Output } from '@shared/contract'
import { Failure } from '@shared/result'
import type { TargetDetail, TargetRow, TargetState } from '@shared/target'
import type { TargetKind, Tier } from '@shared/run'
import type { Readable } from '../core/database'
import { triggerWords } from '@main/sources/hassette-file/trigger-words'
import { marksOf, statusOf } from '../core/run-codes'
import type { CallContext } from '../core/serve'
import type { Blocks } from './runs/blocks'
import type { Directory } from './directory'
import type { KnownRecent, RecentLists } from '../derived/recent-runs'
import type { Aggregate } from './trends/aggregate'
import { scopeOf } from './trends/aggregate'
import { targetFigures } from './trends/target-figures'
import type { TargetFigures } from './trends/target-figures'

interface Parts {
  blocks: Blocks
  directory: Directory
  recent: RecentLists
  gather: Aggregate
}

interface StoredTarget {
  id: number
  sourceId: number
  kind: TargetKind
  tier: Tier
  appKey: string
  appName: string | null
  instanceIndex: number
  name: string
  topic: string | null
  entityId: string | null
  scheduleType: string | null
  scheduleLabel: string | null
  scheduleDetail: string | null
  method: string
  mode: string | null
  backpressure: string | null
  debounceS: number | null
  throttleS: number | null
  durationS: number | null
  priority: number | null
  once: number
  immediate: number
  predicate: string | null
  sourceLocation: string | null
  registration: string | null
  foreignId: number | null
  retiredUs: number | null
  removedUs: number | null
}

const SELECT = `SELECT t.id, a.source_id AS sourceId, t.kind, t.tier, a.app_key AS appKey, a.display_name AS appName,
  t.instance_index AS instanceIndex, t.name, t.topic, t.entity_id AS entityId,
  t.schedule_type AS scheduleType, t.schedule_label AS scheduleLabel, t.schedule_detail AS scheduleDetail, t.method,
  t.mode, t.backpressure, t.debounce_s AS debounceS, t.throttle_s AS throttleS, t.duration_s AS durationS, t.priority,
  t.once, t.immediate, t.predicate, t.source_location AS sourceLocation, t.registration, t.foreign_id AS foreignId,
  t.retired_us AS retiredUs, t.removed_us AS removedUs
  FROM targets t JOIN apps a ON a.id = t.app_id`

/** The queries about handlers and jobs. Counts are of the span, strips and the last run are not. */
export function createTargetQueries(db: Readable, parts: Parts) {
  const { blocks, directory, recent, gather } = parts
  const selectAll = db.prepare<[{ sourceId: number; kind: TargetKind; tier: Tier | 'all' }], StoredTarget>(
    `${SELECT} WHERE a.source_id = @sourceId AND t.kind = @kind AND (@tier = 'all' OR t.tier = @tier)
     ORDER BY a.app_key, t.instance_index, t.name, t.topic`,
  )
  const selectOne = db.prepare<[number], StoredTarget>(`${SELECT} WHERE t.id = ?`)

  const rowOf = (target: StoredTarget, figures: TargetFigures, known: KnownRecent | undefined): TargetRow => ({
    id: target.id,
    kind: target.kind,
    tier: target.tier,
    appKey: target.appKey,
    appName: target.appName,
    instanceIndex: target.instanceIndex,
    instanceCount: directory.target(target.id)?.instanceCount ?? 1,
    name: target.name,
    trigger: triggerWords(target),
    state: stateOf(target),
    runs: figures.runs,
    failed: figures.failed,
    dependencyFailures: figures.dependencyFailures,
    timedOut: figures.timedOut,
    cancelled: figures.cancelled,
    skipped: figures.skipped,
    p50Us: figures.p50Us,
    p95Us: figures.p95Us,
    missed: figures.missed,
    spark: figures.spark,
    before: figures.before,
    strip: known?.runs.map((run) => run.letter).join('') ?? '',
    last: lastOf(known),
  })

  const lastOf = (known: KnownRecent | undefined): TargetRow['last'] => {
    const newest = known?.runs.at(-1)
    const run = newest && blocks.run(newest.id)
    if (!run) return null
    const { dependencyFailure } = marksOf(run.flags)
    return { runId: run.id, startedUs: run.startedUs, status: statusOf(run.status), dependencyFailure }
  }

  return {
    list: async (input: Input<'targets.list'>, context: CallContext): Promise<Output<'targets.list'>> => {
      const { sourceId, kind, tier, span } = input
      const targets = selectAll.all({ sourceId, kind, tier })
      const targetIds = targets.map((target) => target.id)
      const question = { span, targetIds, jobs: kind === 'job' ? targetIds : [], sparks: true }
      const figures = await targetFigures(gather, { sourceId, tier, targetId: null }, question, context)
      const known = recent.ofSource(sourceId)
      return targets.flatMap((target) => {
        const own = figures.get(target.id)
        return own ? [rowOf(target, own, known.get(target.id))] : []
      })
    },
    get: async ({ targetId, span }: Input<'targets.get'>, context: CallContext): Promise<Output<'targets.get'>> => {
      const target = selectOne.get(targetId)
      if (!target) throw new Failure('not_found', 'This handler or job is not in the archive.')
      const scope = scopeOf({ sourceId: target.sourceId, tier: target.tier, targetId }, directory)
      const jobs = target.kind === 'job' ? [targetId] : []
      const question = { span, targetIds: [targetId], jobs, sparks: true }
      const figures = await targetFigures(gather, scope, question, context)
      const own = figures.get(targetId)
      if (!own) throw new Error('figures of the target that was asked for are missing')
      return { ...rowOf(target, own, recent.of(targetId)), ...detailOf(target) }
    },
  }
}

function detailOf(target: StoredTarget): Omit<TargetDetail, keyof TargetRow> {
  const { scheduleType, scheduleLabel, scheduleDetail } = target
  return {
    sourceId: target.sourceId,
    topic: target.topic,
    entityId: target.entityId,
    schedule: target.kind === 'job' ? { type: scheduleType, label: scheduleLabel ?? '', detail: scheduleDetail } : null,
    method: target.method,
    mode: target.mode,
    backpressure: target.backpressure,
    debounceS: target.debounceS,
    throttleS: target.throttleS,
    durationS: target.durationS,
    priority: target.priority,
    once: target.once === 1,
    immediate: target.immediate === 1,
    predicate: target.predicate,
    sourceLocation: target.sourceLocation,
    registration: target.registration,
    foreignId: target.foreignId,
    retiredUs: target.retiredUs,
    removedUs: target.removedUs,
  }
}

function stateOf({ retiredUs, removedUs }: { retiredUs: number | null; removedUs: number | null }): TargetState {
  if (retiredUs !== null) return 'retired'
  return removedUs === null ? 'active' : 'removed'
}
