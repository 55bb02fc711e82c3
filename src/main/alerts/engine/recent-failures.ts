import { HOUR_US, MINUTE_US, SECOND_US } from '@shared/time'

/** Failures of one handler or job and one group within a second (of older ones, a minute). */
export interface Failures {
  /** Finish of the first of them, and its archive id; null where no run failed. */
  atUs: number
  runId: number | null
  targetId: number
  n: number
  groupId: number | null
}

/** Failures that the windows count: oldest first, no older than the longest window. */
export type RecentFailures = Failures[]

/** Length of the longest window. */
export const LONGEST_US = 3 * HOUR_US
/** Older than the short windows: seconds no longer matter. */
const COARSE_US = 6 * MINUTE_US
/** Most entries that are kept as they are; beyond that older ones are put together by minute, and the oldest go. */
const MANY = 4096

/** Puts a failure in its place by time. */
export function addRecent(recent: RecentFailures, failure: Omit<Failures, 'n'>): void {
  const { atUs, targetId, groupId } = failure
  let at = recent.length
  for (; at > 0; at--) {
    const before = recent[at - 1]
    if (!before || before.atUs <= atUs) break
  }
  const second = Math.floor(atUs / SECOND_US)
  for (let i = at - 1; i >= 0; i--) {
    const same = recent[i]
    if (!same || Math.floor(same.atUs / SECOND_US) < second) break
    if (same.targetId !== targetId || same.groupId !== groupId) continue
    same.n++
    return
  }
  recent.splice(at, 0, { ...failure, n: 1 })
  const newest = recent.at(-1)?.atUs ?? atUs
  while (recent[0] && recent[0].atUs <= newest - LONGEST_US) recent.shift()
  if (recent.length > MANY) coarsen(recent, newest - COARSE_US)
}

/** Failures in ( fromUs, toUs ]. */
export function countRecent(recent: RecentFailures, fromUs: number, toUs: number): number {
  let sum = 0
  for (const failures of within(recent, fromUs, toUs)) sum += failures.n
  return sum
}

/** The same failures, newest first. */
export function* within(recent: RecentFailures, fromUs: number, toUs: number): Generator<Failures> {
  for (let i = recent.length - 1; i >= 0; i--) {
    const failures = recent[i]
    if (!failures || failures.atUs <= fromUs) return
    if (failures.atUs <= toUs) yield failures
  }
}

/** Takes out the failures of a handler or job, and gives them. */
export function takeRecentOf(recent: RecentFailures, targetId: number): Failures[] {
  const taken = recent.filter((failures) => failures.targetId === targetId)
  if (taken.length > 0) keepRecent(recent, (failures) => failures.targetId !== targetId)
  return taken
}

/** Drops what does not fit. */
export function keepRecent(recent: RecentFailures, fits: (failures: Failures) => boolean): void {
  recent.splice(0, recent.length, ...recent.filter(fits))
}

function coarsen(recent: RecentFailures, beforeUs: number): void {
  const kept: Failures[] = []
  const byMinute = new Map<string, Failures>()
  for (const failures of recent) {
    const { atUs, targetId, groupId, n } = failures
    const key = `${Math.floor(atUs / MINUTE_US)} ${targetId} ${groupId}`
    const same = atUs < beforeUs ? byMinute.get(key) : undefined
    if (same) {
      same.n += n
      continue
    }
    byMinute.set(key, failures)
    kept.push(failures)
  }
  recent.splice(0, recent.length, ...kept.slice(-MANY / 2))
}
