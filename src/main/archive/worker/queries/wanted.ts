import type { Condition, RunFilter } from '@shared/filter'
import { RUN_STATUSES } from '@shared/run'
import { outcomesOf } from '../run-codes'
import type { BlockRow } from '../zone-map'
import { hasBit } from '../zone-map'
import type { Directory, KnownTarget } from './directory'

/** A filter in the archive's terms. */
export interface Wanted {
  /** Ids of the targets wanted, in JSON; null = every one of the streams chosen. */
  targetsJson: string | null
  targets: ReadonlySet<number> | null
  /** Bit s: runs of status code s are wanted. */
  statusMask: number
  /** Starts in [fromUs, toUs). */
  fromUs: number
  toUs: number
  streams: number[]
}

const ALL_STATUSES = (1 << RUN_STATUSES.length) - 1

/** Works out which streams, targets and statuses a filter wants. */
export function wantedBy(filter: RunFilter, directory: Directory): Wanted {
  const streams = directory
    .streamsOf(filter.sourceId)
    .filter((stream) => filter.tier === 'all' || stream.tier === filter.tier)
  const targets = wantedTargets(filter, directory)
  return {
    targets,
    targetsJson: targets && JSON.stringify([...targets]),
    statusMask: wantedStatuses(filter.conditions),
    fromUs: filter.span.fromUs ?? Number.MIN_SAFE_INTEGER,
    toUs: filter.span.toUs ?? Number.MAX_SAFE_INTEGER,
    streams: streams.map((stream) => stream.id),
  }
}

/** Whether a block can hold a run that is wanted. */
export function mayHold(block: BlockRow, wanted: Wanted): boolean {
  if (block.max_start_us < wanted.fromUs || block.min_start_us >= wanted.toUs) return false
  if ((block.outcomes & outcomesOf(wanted.statusMask)) === 0) return false
  if (wanted.targets === null) return true
  for (const target of wanted.targets) if (hasBit(block.targets, target)) return true
  return false
}

/** Several `is` of one field are alternatives, each `not` takes away. */
function passes<T>(conditions: readonly { op: 'is' | 'not'; value: T }[], value: T): boolean {
  const wanted = conditions.filter((condition) => condition.op === 'is')
  if (wanted.length > 0 && !wanted.some((condition) => condition.value === value)) return false
  return !conditions.some((condition) => condition.op === 'not' && condition.value === value)
}

function wantedStatuses(conditions: readonly Condition[]): number {
  const ofStatus = conditions.filter((condition) => condition.field === 'status')
  return (
    RUN_STATUSES.reduce((mask, status, code) => (passes(ofStatus, status) ? mask | (1 << code) : mask), 0) &
    ALL_STATUSES
  )
}

function wantedTargets({ sourceId, targetId, conditions }: RunFilter, directory: Directory): Set<number> | null {
  const ofApp = conditions.filter((condition) => condition.field === 'app')
  const ofKind = conditions.filter((condition) => condition.field === 'kind')
  if (targetId === null && ofApp.length === 0 && ofKind.length === 0) return null
  const isWanted = (target: KnownTarget) =>
    (targetId === null || target.id === targetId) && passes(ofApp, target.appKey) && passes(ofKind, target.kind)
  return new Set(
    directory
      .targetsOf(sourceId)
      .filter(isWanted)
      .map((target) => target.id),
  )
}
