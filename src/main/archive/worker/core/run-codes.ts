import { outcomeLetter, RUN_FLAG, RUN_ORIGINS, RUN_STATUSES } from '@shared/run'
import type { OutcomeLetter, RunOrigin, RunStatus } from '@shared/run'

/** Outcomes in the order of their bits in `blocks.outcomes`. Append only. */
const OUTCOMES: readonly OutcomeLetter[] = ['o', 'f', 'd', 't', 'c', 's']
const ORIGIN_SHIFT = 4
const ORIGIN_MASK = 7

interface Marks {
  dependencyFailure: boolean
  manual: boolean
  threadLeaked: boolean
  origin: RunOrigin
}

/** `runs.flags` of a run. */
export function flagsOf(run: Marks): number {
  return (
    (run.dependencyFailure ? RUN_FLAG.dependencyFailure : 0) |
    (run.manual ? RUN_FLAG.manual : 0) |
    (run.threadLeaked ? RUN_FLAG.threadLeaked : 0) |
    (RUN_ORIGINS.indexOf(run.origin) << ORIGIN_SHIFT)
  )
}

export function marksOf(flags: number): Marks {
  return {
    dependencyFailure: (flags & RUN_FLAG.dependencyFailure) !== 0,
    manual: (flags & RUN_FLAG.manual) !== 0,
    threadLeaked: (flags & RUN_FLAG.threadLeaked) !== 0,
    origin: originOf((flags >> ORIGIN_SHIFT) & ORIGIN_MASK),
  }
}

function originOf(code: number): RunOrigin {
  const origin = RUN_ORIGINS[code]
  return origin === undefined ? 'other' : origin
}

/** The status of a stored code; codes of a newer schema never get here, since such a file is refused. */
export function statusOf(code: number): RunStatus {
  return RUN_STATUSES[code] ?? 'ok'
}

export function letterOf(status: number, flags: number): OutcomeLetter {
  return outcomeLetter(statusOf(status), (flags & RUN_FLAG.dependencyFailure) !== 0)
}

/** The bit of a run's outcome in the zone map. */
export function outcomeBit(status: number, flags: number): number {
  return 1 << OUTCOMES.indexOf(letterOf(status, flags))
}

/** The zone-map bits of every outcome that these statuses (bit s = status code s) may have. */
export function outcomeBitsOf(statusMask: number): number {
  let outcomes = 0
  for (let status = 0; status < RUN_STATUSES.length; status++) {
    if ((statusMask >> status) & 1) {
      outcomes |= outcomeBit(status, 0) | outcomeBit(status, RUN_FLAG.dependencyFailure)
    }
  }
  return outcomes
}
