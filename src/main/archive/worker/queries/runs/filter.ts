import type { Condition, RunFilter } from '@shared/filter'
import { RUN_FLAG, RUN_STATUSES } from '@shared/run'
import { outcomeBit, outcomeBitsOf } from '../../core/run-codes'
import { hasBit } from '../../derived/zone-map'
import type { BlockRow } from '../../derived/zone-map'
import type { Directory, KnownTarget } from '../directory'
import { okOf } from '../trends/figures'
import type { OutcomeCounts } from '../trends/figures'

/** A filter in the archive's terms. */
export interface CompiledFilter {
  /** Ids of the targets wanted, in JSON; null = every one of the streams chosen. */
  targetsJson: string | null
  targets: ReadonlySet<number> | null
  /** Bit s: runs of status code s are wanted. */
  statusMask: number
  /** Bit 0: runs that are no dependency failure are wanted; bit 1: those that are one. */
  dependencyMask: number
  /** What must be said of the error, which only the failures themselves tell; null = nothing. */
  errors: ErrorFilter | null
  /** Starts in [fromUs, toUs). */
  fromUs: number
  toUs: number
  streams: number[]
}

const ALL_STATUSES = (1 << RUN_STATUSES.length) - 1
/** `dependencyMask` of a filter that wants dependency failures and nothing else. */
const ONLY_DEPENDENCY = 2
const EITHER = 3
/** Runs of these never carry an error. */
const WITHOUT_ERROR = (1 << RUN_STATUSES.indexOf('ok')) | (1 << RUN_STATUSES.indexOf('skipped'))

/** Works out which streams, targets and statuses a filter wants. */
export function compileFilter(filter: RunFilter, directory: Directory): CompiledFilter {
  const streams = directory
    .streamsOf(filter.sourceId)
    .filter((stream) => filter.tier === 'all' || stream.tier === filter.tier)
  const targets = wantedTargets(filter, directory)
  const errors = errorFilterOf(filter.conditions)
  const statusMask = wantedStatuses(filter.conditions)
  return {
    targets,
    targetsJson: targets && JSON.stringify([...targets]),
    statusMask: errors?.failuresOnly ? statusMask & ~WITHOUT_ERROR : statusMask,
    dependencyMask: wantedDependency(filter.conditions),
    errors,
    fromUs: filter.span.fromUs ?? Number.MIN_SAFE_INTEGER,
    toUs: filter.span.toUs ?? Number.MAX_SAFE_INTEGER,
    streams: streams.map((stream) => stream.id),
  }
}

/** Every run that started in [fromUs, toUs), of one target or of all; of whichever streams the caller reads. */
export function anyRun({
  fromUs,
  toUs,
  targetId,
}: {
  fromUs: number
  toUs: number
  targetId: number | null
}): CompiledFilter {
  return {
    targets: targetId === null ? null : new Set([targetId]),
    targetsJson: targetId === null ? null : JSON.stringify([targetId]),
    statusMask: ALL_STATUSES,
    dependencyMask: EITHER,
    errors: null,
    fromUs,
    toUs,
    streams: [],
  }
}

/** The runs among those wanted whose error has a class. */
export function ofErrorType(wanted: CompiledFilter): CompiledFilter {
  const { errors } = wanted
  return {
    ...wanted,
    statusMask: wanted.statusMask & ~WITHOUT_ERROR,
    errors: {
      failuresOnly: true,
      texts: errors?.texts ?? false,
      matches: (errorType, message) => errorType !== null && (errors?.matches(errorType, message) ?? true),
    },
  }
}

/** Whether a block can hold a run that is wanted. */
export function mayHold(block: BlockRow, wanted: CompiledFilter): boolean {
  if (block.max_start_us < wanted.fromUs || block.min_start_us >= wanted.toUs) return false
  if ((block.outcomes & outcomesWanted(wanted)) === 0) return false
  if (wanted.targets === null) return true
  for (const target of wanted.targets) if (hasBit(block.targets, target)) return true
  return false
}

/** Whether every run of a block is wanted, so that it need not be read. */
export function holdsWhole(block: BlockRow, wanted: CompiledFilter): boolean {
  return (
    wanted.targets === null &&
    wanted.errors === null &&
    (block.outcomes & ~outcomesWanted(wanted)) === 0 &&
    block.min_start_us >= wanted.fromUs &&
    block.max_start_us < wanted.toUs
  )
}

/** How many of runs counted by outcome are wanted; whatever is wanted of their errors. */
export function matchingOf(counted: OutcomeCounts, { statusMask, dependencyMask }: CompiledFilter): number {
  const { failed, timedOut, cancelled, skipped } = counted
  const ofStatus = { ok: okOf(counted), failed, timed_out: timedOut, cancelled, skipped }
  const others = RUN_STATUSES.reduce(
    (sum, status, code) => sum + (((statusMask >> code) & 1) === 1 ? ofStatus[status] : 0),
    0,
  )
  const dependency = ((statusMask >> RUN_STATUSES.indexOf('failed')) & 1) === 1 ? counted.dependencyFailures : 0
  return (dependencyMask & 1 ? others - dependency : 0) + (dependencyMask & ONLY_DEPENDENCY ? dependency : 0)
}

/** Bits of the outcomes that a wanted run may have. */
function outcomesWanted({ statusMask, dependencyMask }: CompiledFilter): number {
  const failed = RUN_STATUSES.indexOf('failed')
  let outcomes = outcomeBitsOf(statusMask)
  if (dependencyMask === ONLY_DEPENDENCY) outcomes &= outcomeBit(failed, RUN_FLAG.dependencyFailure)
  if ((dependencyMask & ONLY_DEPENDENCY) === 0) outcomes &= ~outcomeBit(failed, RUN_FLAG.dependencyFailure)
  return dependencyMask === 0 ? 0 : outcomes
}

function wantedStatuses(conditions: readonly Condition[]): number {
  const ofStatus = conditions.filter((condition) => condition.field === 'status')
  return (
    RUN_STATUSES.reduce((mask, status, code) => (matches(ofStatus, status) ? mask | (1 << code) : mask), 0) &
    ALL_STATUSES
  )
}

function wantedDependency(conditions: readonly Condition[]): number {
  const own = conditions.filter((condition) => condition.field === 'dependencyFailure')
  return [false, true].reduce((mask, value, bit) => (matches<boolean>(own, value) ? mask | (1 << bit) : mask), 0)
}

function wantedTargets({ sourceId, targetId, conditions }: RunFilter, directory: Directory): Set<number> | null {
  const ofApp = conditions.filter((condition) => condition.field === 'app')
  const ofKind = conditions.filter((condition) => condition.field === 'kind')
  const ofTarget = conditions.filter((condition) => condition.field === 'target')
  if (targetId === null && ofApp.length + ofKind.length + ofTarget.length === 0) return null
  const isWanted = (target: KnownTarget) =>
    (targetId === null || target.id === targetId) &&
    matches(ofApp, target.appKey) &&
    matches(ofKind, target.kind) &&
    matches(ofTarget, target.id)
  return new Set(
    directory
      .targetsOf(sourceId)
      .filter(isWanted)
      .map((target) => target.id),
  )
}

/** Several `is` of one field are alternatives, each `not` takes away. */
function matchesAll<T>(conditions: readonly { op: 'is' | 'not'; value: T }[], holds: (value: T) => boolean): boolean {
  const wanted = conditions.filter((condition) => condition.op === 'is')
  if (wanted.length > 0 && !wanted.some((condition) => holds(condition.value))) return false
  return !conditions.some((condition) => condition.op === 'not' && holds(condition.value))
}

/** The same for a field that has one value. */
function matches<T>(conditions: readonly { op: 'is' | 'not'; value: T }[], value: T): boolean {
  return matchesAll(conditions, (each) => each === value)
}

/** What a filter wants of the errors of runs. */
export interface ErrorFilter {
  /** Runs without an error are not wanted. */
  failuresOnly: boolean
  /** The messages are needed to tell. */
  texts: boolean
  /** Both are null for a run without an error: nothing can be said of it, so it is only ever taken by a `not`. */
  matches(errorType: string | null, message: string | null): boolean
}

/** Null when the conditions say nothing of errors. */
function errorFilterOf(conditions: readonly Condition[]): ErrorFilter | null {
  const ofType = conditions.filter((condition) => condition.field === 'errorType')
  const ofText = conditions
    .filter((condition) => condition.field === 'text')
    .map(({ op, value }) => ({ op, value: value.toLowerCase() }))
  if (ofType.length + ofText.length === 0) return null
  return {
    failuresOnly: [...ofType, ...ofText].some((condition) => condition.op === 'is'),
    texts: ofText.length > 0,
    matches: (errorType, message) => {
      if (!matches<string | null>(ofType, errorType)) return false
      if (ofText.length === 0) return true
      const said = [errorType, message].flatMap((each) => (each === null ? [] : [each.toLowerCase()]))
      return matchesAll(ofText, (text) => said.some((each) => each.includes(text)))
    },
  }
}
