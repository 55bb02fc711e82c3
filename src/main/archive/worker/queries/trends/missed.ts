import type { StartsRow } from './trend-rows'

/** Starts of a job that should have been and were not. */
export interface MissedStarts {
  missed: number
  /** How many should have been. */
  expected: number
}

/** Compares the starts that schedules foresaw with those that were, by target. */
export interface MissedCounter {
  /** Rows of one target must come in order of time. Minutes say nothing: schedules are counted by the hour. */
  row(row: StartsRow): void
  /** A run that no row holds yet; after the rows. */
  run(run: { targetId: number; startedUs: number }): void
  /** Null where no row knows what was expected. */
  of(targetId: number): MissedStarts | null
  /** Over all targets; null when nothing is known of any. */
  total(): number | null
}

interface Expectation {
  fromUs: number
  toUs: number
  expected: number
  started: number
}

export function createMissedCounter(): MissedCounter {
  const byTarget = new Map<number, Expectation[]>()
  const of = (targetId: number): MissedStarts | null => {
    const list = byTarget.get(targetId)
    return list ? missedOf(list) : null
  }
  return {
    row: ({ targetId, fromUs, lengthUs, expected, n }) => {
      const entry = { fromUs, toUs: fromUs + lengthUs, expected, started: n }
      const list = byTarget.get(targetId)
      if (list) list.push(entry)
      else byTarget.set(targetId, [entry])
    },
    run: ({ targetId, startedUs }) => {
      const entry = byTarget.get(targetId)?.findLast(({ fromUs, toUs }) => startedUs >= fromUs && startedUs < toUs)
      if (entry) entry.started++
    },
    of,
    total: () => {
      const known = [...byTarget.keys()].flatMap((targetId) => of(targetId) ?? [])
      return known.length === 0 ? null : known.reduce((sum, { missed }) => sum + missed, 0)
    },
  }
}

/**
 * What is lacking, bucket by bucket, so that starts by hand do not make up for missed ones of another day. A start that
 * falls just over a bucket's border makes up for the one lacking beyond it: one at each border.
 */
function missedOf(list: Expectation[]): MissedStarts {
  const balance = list.map(({ expected, started }) => started - expected)
  for (let index = 1; index < list.length; index++) {
    const before = balance[index - 1] ?? 0
    const after = balance[index] ?? 0
    if (list[index - 1]?.toUs !== list[index]?.fromUs || before * after >= 0) continue
    balance[index - 1] = before - Math.sign(before)
    balance[index] = after - Math.sign(after)
  }
  return {
    missed: balance.reduce((sum, each) => sum + Math.max(0, -each), 0),
    expected: list.reduce((sum, { expected }) => sum + expected, 0),
  }
}
