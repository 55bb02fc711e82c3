import { openForWriting } from '@archive/core'
import { createWriterMemory } from '@archive/derived'
import { createRetentionPasses } from '@archive/retention'
import { trusted } from '../../support/trusted'
import { percentile } from './measure'
import { copyOf } from './data-set'
import type { DataSet } from './data-set'
import { measuringSlices } from './slices'

/** What deleting the oldest runs cost, milliseconds. */
export interface Purge {
  runs: number
  left: number
  busyMs: number
  longestMs: number
  p99Ms: number
}

/** The time rule deletes the oldest `days` of a copy of the data set, in this thread: the code of the writer alone. */
export async function measurePurge(set: DataSet, days: number, folder: string): Promise<Purge> {
  const db = openForWriting(copyOf(set, folder).path)
  try {
    db.prepare(`UPDATE sources SET mode = 'live'`).run()
    const nowUs = (): number => set.endUs
    const retention = createRetentionPasses(db, createWriterMemory(db, { nowUs }), trusted(nowUs))
    const { context, times, begin, end } = measuringSlices()
    const kept = set.days - days
    begin()
    const { runs } = await retention.retain(
      {
        reason: 'hourly',
        rules: ['time'],
        limits: { retentionDays: kept, frameworkRetentionDays: kept, maxSizeMb: 10_000 },
      },
      context,
    )
    end()
    const left = db.prepare<[], number>('SELECT count(*) FROM runs').pluck().get() ?? 0
    if (runs + left !== set.runs) throw new Error(`${runs} of ${set.runs} runs are gone, and ${left} are left`)
    return {
      runs,
      left,
      busyMs: times.reduce((sum, time) => sum + time, 0),
      longestMs: Math.max(...times),
      p99Ms: percentile(times, 0.99),
    }
  } finally {
    db.close()
  }
}
