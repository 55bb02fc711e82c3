import type { Input, Output } from '@shared/contract'
import type { Condition, RunFilter, Span } from '@shared/filter'
import type { RunDetail, RunPage, RunRow } from '@shared/run'
import { outcomeLetter } from '@shared/run'
import type { AppRow, TargetDetail, TargetRow } from '@shared/target'
import type { ClosedSpan } from './fake-figures'
import { closed, countRuns, inSpan, missedStarts, spanBefore } from './fake-figures'
import type { FakeRun } from './fake-runs'
import { runId, sourceOf } from './fake-runs'
import type { FakeTarget } from './fake-targets'
import { FAKE_TARGETS } from './fake-targets'

/** Whether a run has what a condition names, whatever its operator. */
function holds(run: FakeRun, condition: Condition): boolean {
  switch (condition.field) {
    case 'status':
      return run.status === condition.value
    case 'app':
      return run.appKey === condition.value
    case 'kind':
      return run.kind === condition.value
    case 'target':
      return run.targetId === condition.value
    case 'errorType':
      return run.errorType === condition.value
    case 'dependencyFailure':
      return run.dependencyFailure
    case 'text':
      return `${run.errorType ?? ''}\n${run.message ?? ''}`.toLowerCase().includes(condition.value.toLowerCase())
  }
}

/** Whether a run passes: several `is` of one field are alternatives, each `not` takes away. */
export function matches(run: FakeRun, filter: RunFilter): boolean {
  const { conditions } = filter
  const passes = conditions.every((condition) =>
    condition.op === 'not'
      ? !holds(run, condition)
      : conditions.some((other) => other.op === 'is' && other.field === condition.field && holds(run, other)),
  )
  return (
    passes &&
    inSpan(run, filter.span) &&
    (filter.tier === 'all' || run.tier === filter.tier) &&
    (filter.targetId === null || run.targetId === filter.targetId)
  )
}

/** How many runs each value of a field has, whatever the filter wants of that field. */
export function valuesOf(
  runs: readonly FakeRun[],
  filter: RunFilter,
  field: Input<'runs.values'>['field'],
): Output<'runs.values'>['values'] {
  const others = { ...filter, conditions: filter.conditions.filter((condition) => condition.field !== field) }
  const counts = new Map<string | number, number>()
  for (const run of runs.filter((one) => matches(one, others))) {
    const own = { status: run.status, app: run.appKey, kind: run.kind, target: run.targetId, errorType: run.errorType }
    const value = own[field]
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  return [...counts].map(([value, n]) => ({ value, runs: n })).sort((a, b) => b.runs - a.runs)
}

/** A page of runs; a token is `1:n`, all runs up to the nth lie on its older side. */
export function pageOf(
  runs: readonly FakeRun[],
  input: { filter: RunFilter; direction: 'older' | 'newer'; from: string | null; limit: number },
): RunPage {
  const at = input.from === null ? runs.length : Number(input.from.split(':')[1] ?? 0)
  const hits: number[] = []
  const step = input.direction === 'older' ? -1 : 1
  for (
    let place = input.direction === 'older' ? at - 1 : at;
    runs[place] && hits.length <= input.limit;
    place += step
  ) {
    if (matches(runs[place] as FakeRun, input.filter)) hits.push(place)
  }
  const more = hits.length > input.limit
  const places = hits.slice(0, input.limit).sort((a, b) => b - a)
  const newest = places[0]
  const oldest = places.at(-1)
  const hasOlder = input.direction === 'newer' || more
  return {
    rows: places.map((place) => rowOf(runs[place] as FakeRun)),
    older: hasOlder ? `1:${oldest ?? at}` : null,
    // As the archive: above a page that goes back from a place lies that place.
    newer: `1:${input.direction === 'older' || newest === undefined ? at : newest + 1}`,
  }
}

/** A run as a list shows it. */
function rowOf(run: FakeRun): RunRow {
  const { sourceId, finishedUs, message, traceback, executionId, contextId, origin, session, logs, ...row } = run
  void [sourceId, finishedUs, message, traceback, executionId, contextId, origin, session, logs]
  return row
}

/** A run with its neighbours and the strip up to it. */
export function detailOf(runs: readonly FakeRun[], id: number): RunDetail | null {
  const run = runs[id - runId(sourceOf(id), 0) - 1]
  if (!run) return null
  const same = runs.filter((other) => other.targetId === run.targetId)
  const at = same.indexOf(run)
  const { finishedUs, ...detail } = run
  void finishedUs
  return {
    ...detail,
    previousRunId: same[at - 1]?.id ?? null,
    nextRunId: same[at + 1]?.id ?? null,
    strip: stripOf(same.slice(0, at + 1)),
  }
}

function stripOf(runs: readonly FakeRun[]): string {
  return runs
    .slice(-50)
    .map((run) => outcomeLetter(run.status, run.dependencyFailure))
    .join('')
}

/** Steps of a sparkline. */
const SPARK_STEPS = 24

/** A target counted over a span. */
export function targetRow(target: FakeTarget, all: readonly FakeRun[], span: Span): TargetRow {
  const own = all.filter((run) => run.targetId === target.id)
  const endUs = all.at(-1)?.finishedUs ?? 0
  const last = own.at(-1)
  const counted = (part: Span): ReturnType<typeof countRuns> => countRuns(own.filter((run) => inSpan(run, part)))
  const before = spanBefore(span, all)
  const { p99Us, ...figures } = counted(span)
  void p99Us
  return {
    id: target.id,
    kind: target.kind,
    tier: target.tier,
    appKey: target.app,
    appName: null,
    instanceIndex: target.index,
    instanceCount: target.instances,
    name: target.name,
    trigger: target.trigger,
    state: target.state,
    ...figures,
    missed: missedStarts(target, span, endUs),
    spark: sparkOf(own, closed(span, all)),
    before: before ? { ...counted(before), missed: missedStarts(target, before, endUs) } : null,
    strip: stripOf(own),
    last: last
      ? { runId: last.id, startedUs: last.startedUs, status: last.status, dependencyFailure: last.dependencyFailure }
      : null,
  }
}

function sparkOf(own: readonly FakeRun[], span: ClosedSpan | null): TargetRow['spark'] {
  const spark = { runs: new Array<number>(SPARK_STEPS).fill(0), failed: new Array<number>(SPARK_STEPS).fill(0) }
  if (!span) return spark
  for (const run of own.filter((one) => inSpan(one, span))) {
    const step = Math.floor(((run.startedUs - span.fromUs) / (span.toUs - span.fromUs)) * SPARK_STEPS)
    spark.runs[step] = (spark.runs[step] ?? 0) + 1
    if (run.status === 'failed' || run.status === 'timed_out') spark.failed[step] = (spark.failed[step] ?? 0) + 1
  }
  return spark
}

/** A target's page. */
export function targetDetail(target: FakeTarget, runs: readonly FakeRun[], span: Span, sourceId: number): TargetDetail {
  const handler = target.kind === 'handler'
  return {
    ...targetRow(target, runs, span),
    sourceId,
    topic: handler ? `hass.event.state_changed.${target.entity ?? '*'}` : null,
    entityId: target.entity,
    schedule: target.schedule,
    method: `apps.${target.app}.on_${target.name}`,
    mode: 'single',
    backpressure: handler ? 'block' : null,
    debounceS: target.name === 'idle' ? 2 : null,
    throttleS: target.name === 'room_temp' ? 2 : null,
    durationS: target.name === 'idle' ? 180 : null,
    priority: handler ? 0 : null,
    once: false,
    immediate: target.name === 'window',
    predicate: handler ? `entity ${target.entity ?? '*'} and state changed` : null,
    sourceLocation: `/srv/house/config/apps/${target.app}.py:48`,
    registration: handler
      ? `self.bus.on_state_change(\n    "${target.entity ?? '*'}",\n    handler=self.on_${target.name},\n    name="${target.name}",\n)`
      : `self.scheduler.run_every(self.${target.name}, minutes=5, name="${target.name}")`,
    foreignId: target.id + 13,
    retiredUs: target.state === 'retired' ? (runs.at(-1)?.startedUs ?? 0) - 86_400_000_000 : null,
    removedUs: target.state === 'removed' ? (runs.at(-1)?.startedUs ?? 0) - 3_600_000_000 : null,
  }
}

/** Apps of the house. */
export function appRows(): AppRow[] {
  return [...new Set(FAKE_TARGETS.map(({ app }) => app))].map((appKey) => {
    const own = FAKE_TARGETS.filter(({ app }) => app === appKey)
    const first = own[0] as FakeTarget
    return { appKey, name: null, tier: first.tier, instances: first.instances, targets: own.length }
  })
}
