import type { Incident, IncidentTarget } from '@shared/alert'
import type { TargetKind } from '@shared/run'
import type { TargetRow } from '@shared/target'
import { targetLabel } from './condition-words'
import { memberName } from './incident-words'

/** A handler or job in an incident's time. */
export interface IncidentMember {
  targetId: number
  /** Null while the tables are not read, and for what is in them no more. */
  kind: TargetKind | null
  name: string
  failures: number
  /** How many runs it had in that time; null while that is not known. */
  runs: number | null
}

/** As many of the others are named. */
const MOST_OTHERS = 8

/** Handlers and jobs of an incident with what the tables know of them. */
export function members(targets: readonly IncidentTarget[], rows: readonly TargetRow[] | null): IncidentMember[] {
  return targets.map((target) => {
    const row = rows?.find(({ id }) => id === target.targetId)
    return {
      targetId: target.targetId,
      kind: row?.kind ?? null,
      name: row ? targetLabel(row) : memberName(target),
      failures: target.failures,
      // The incident counts by finish and the tables by start, so that one may be ahead of the other.
      runs: row ? Math.max(row.runs, target.failures) : null,
    }
  })
}

/** What else failed in its time, most first: neither in it nor counted beside it. */
export function otherFailures(incident: Incident, rows: readonly TargetRow[]): IncidentMember[] {
  const known = new Set([...incident.targets, ...incident.also].map(({ targetId }) => targetId))
  return rows
    .map((row) => ({ row, failures: row.failed + row.timedOut }))
    .filter(({ row, failures }) => failures > 0 && !known.has(row.id))
    .sort((a, b) => b.failures - a.failures)
    .slice(0, MOST_OTHERS)
    .map(({ row, failures }) => ({
      ...{ targetId: row.id, kind: row.kind, name: targetLabel(row), failures, runs: row.runs },
    }))
}
