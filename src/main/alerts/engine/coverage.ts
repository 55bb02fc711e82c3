import { DAY_US, HOUR_US } from '@shared/time'
import { BASELINE_US } from './time'

/** Times from which a source's runs are known, microseconds: sorted, apart from one another, at most `MOST`. */
export type SeenTime = [fromUs: number, toUs: number][]

/** A Hassette that restarts more often has its short stops counted as covered. */
const MOST = 200

/** Adds a covered time, and forgets what is older than the baseline reaches. */
export function extendSeen(coverage: SeenTime, fromUs: number, toUs: number): void {
  const last = coverage.at(-1)
  if (last && fromUs >= last[0] && fromUs <= last[1]) {
    last[1] = Math.max(last[1], toUs)
  } else {
    insert(coverage, fromUs, toUs)
  }
  const oldest = (coverage.at(-1)?.[1] ?? toUs) - BASELINE_US - DAY_US
  while (coverage[0] && coverage[0][1] < oldest) coverage.shift()
  while (coverage.length > MOST) closeNarrowestGap(coverage)
}

/** Covered time between two moments, microseconds. */
export function coveredUs(coverage: SeenTime, fromUs: number, toUs: number): number {
  let sum = 0
  for (const [from, to] of coverage) sum += Math.max(0, Math.min(to, toUs) - Math.max(from, fromUs))
  return sum
}

/** Covered time within an hour of this time of day on the seven days before `toUs`, microseconds. */
export function coveredHoursUs(coverage: SeenTime, atUs: number, toUs: number): number {
  let sum = 0
  for (let day = 0; day <= BASELINE_US / DAY_US; day++) {
    const middle = atUs - day * DAY_US
    sum += coveredUs(coverage, Math.max(middle - HOUR_US, atUs - BASELINE_US), Math.min(middle + HOUR_US, toUs))
  }
  return sum
}

function insert(coverage: SeenTime, fromUs: number, toUs: number): void {
  const kept = coverage.filter(([from, to]) => to < fromUs || from > toUs)
  const merged = coverage.filter(([from, to]) => to >= fromUs && from <= toUs)
  const from = Math.min(fromUs, ...merged.map(([begin]) => begin))
  const to = Math.max(toUs, ...merged.map(([, end]) => end))
  kept.push([from, to])
  kept.sort((a, b) => a[0] - b[0])
  coverage.splice(0, coverage.length, ...kept)
}

function closeNarrowestGap(coverage: SeenTime): void {
  let at = 1
  let narrowest = Infinity
  for (let i = 1; i < coverage.length; i++) {
    const gap = (coverage[i]?.[0] ?? 0) - (coverage[i - 1]?.[1] ?? 0)
    if (gap < narrowest) [at, narrowest] = [i, gap]
  }
  const [taken] = coverage.splice(at, 1)
  const before = coverage[at - 1]
  if (taken && before) before[1] = taken[1]
}
