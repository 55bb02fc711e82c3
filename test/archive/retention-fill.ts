import { createRetentionPasses, setWalLimit } from '@archive/retention'
import type { RunInput } from '@main/archive/batch'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'
import { trusted } from '../support/trusted'

/** An archive of a live source whose time is moved by the test, with its retention. */
export interface FilledArchive extends SyntheticArchive {
  /** Appends so many runs, a thousand at a time, evenly over the time given; every third is of an app. */
  fill(runs: number, spanUs: number, afterBatch?: () => Promise<void> | void): Promise<void>
  /** Lets time pass without a run. */
  idle(us: number): void
  /** The clock, microseconds. */
  nowUs(): number
  retention: ReturnType<typeof createRetentionPasses>
}

const APPS = [1, 2, 3, 4]
const FRAMEWORK = [11, 12, 13]

export function createFilled(path: string, maxSizeMb: number, mode: 'live' | 'snapshot' = 'live'): FilledArchive {
  const archive = createSynthetic(path)
  archive.db.prepare('UPDATE sources SET mode = ?').run(mode)
  let clockUs = BEGIN_US
  const nowUs = () => clockUs
  setWalLimit(archive.db, maxSizeMb)
  const { appender } = archive.epoch()
  const parents = madeParents(
    [...APPS.map((id) => madeTarget(id)), ...FRAMEWORK.map((id) => madeTarget(id, { tier: 'framework' }))],
    [madeSession(1)],
  )
  appender.update(parents)
  let nth = 0

  const next = (): RunInput => {
    nth++
    const app = nth % 3 === 0
    const failed = nth % 40 === 0
    const ids = app ? APPS : FRAMEWORK
    return madeRun(nth, {
      foreignTargetId: ids[nth % ids.length] ?? 0,
      tier: app ? 'app' : 'framework',
      startedUs: clockUs,
      durationUs: 1000 + (nth % 997),
      status: failed ? 1 : 0,
      executionId: `0190a5b0-7c3e-7abc-8def-${nth.toString(16).padStart(12, '0')}`,
      failure: failed
        ? { errorType: 'ValueError', message: `value ${nth} is out of range`, traceback: `Traceback ${nth % 17}` }
        : null,
    })
  }

  return {
    ...archive,
    nowUs,
    idle: (us) => {
      clockUs += us
    },
    retention: createRetentionPasses(archive.db, archive.memory, trusted(nowUs)),
    fill: async (runs, spanUs, afterBatch) => {
      for (let done = 0; done < runs; done += 1000) {
        const batch: RunInput[] = []
        for (let index = 0; index < Math.min(1000, runs - done); index++) {
          clockUs += spanUs / runs
          batch.push({ ...next(), startedUs: Math.round(clockUs) })
        }
        if (!appender.knowsParentsOf(batch)) appender.update(parents)
        appender.append(batchOf(batch))
        await afterBatch?.()
      }
    },
  }
}
