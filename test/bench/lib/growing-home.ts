import type { RunInput } from '@main/archive/batch'
import { createRetentionPasses, setWalLimit, createArchiveSize } from '@archive/retention'
import { nextPass } from '@main/maintenance/retention'
import type { Limits } from '@shared/storage'
import { batchOf, createSynthetic } from '../../support/synthetic'
import { trusted } from '../../support/trusted'
import { CONTEXT } from './archive'
import { madeHome } from './mix'
import type { Mix } from './mix'

/** A home whose time is moved, with the retention that the app would do. */
export interface GrowingHome {
  db: ReturnType<typeof createSynthetic>['db']
  nowUs(): number
  /** So many runs at so many a second; after each batch the app looks whether a pass is due. */
  live(runs: number, perSecond: number): Promise<void>
  /** Time passes without a run. */
  rest(us: number): void
  passes: ReadonlyMap<string, number>
  deleted(): number
  /** Most of file, WAL and SHM that was seen, bytes. */
  peakBytes(): number
}

const BATCH = 1000
const LONG_AWAKE_MS = 3_600_000

/** `onRun` hears of every run before it is appended. */
export function createGrowingHome(
  path: string,
  { beginUs, limits, mix, onRun }: { beginUs: number; limits: Limits; mix: Mix; onRun: (run: RunInput) => void },
): GrowingHome {
  let clockUs = beginUs
  const nowUs = (): number => clockUs
  const { db, memory, epoch } = createSynthetic(path, nowUs)
  db.prepare(`UPDATE sources SET mode = 'live'`).run()
  setWalLimit(db, limits.maxSizeMb)
  const retention = createRetentionPasses(db, memory, trusted(nowUs))
  const size = createArchiveSize(db)
  const { appender } = epoch()
  const home = madeHome(mix, [beginUs])
  appender.update(home.parents)
  const passes = new Map<string, number>()
  let [peak, started, deleted] = [0, false, 0]

  const measured = (): number => {
    const bytes = size.bytes()
    peak = Math.max(peak, bytes)
    return bytes
  }
  const context = {
    ...CONTEXT,
    pause: () => {
      measured()
      return CONTEXT.pause()
    },
  }

  /** What the app does after a commit. */
  const look = async (): Promise<void> => {
    for (;;) {
      const pass = nextPass({
        nowUs: clockUs,
        awakeMs: LONG_AWAKE_MS,
        due: retention.retentionDue(),
        importing: false,
        started,
        limitsChanged: false,
        bytes: measured(),
        limitBytes: limits.maxSizeMb * 1_000_000,
        floorBytes: null,
      })
      if (pass === null) return
      started = true
      const { runs, limitTooSmall } = await retention.retain({ ...pass, limits }, context)
      if (limitTooSmall) throw new Error('the limit is too small for its trends')
      deleted += runs
      passes.set(pass.reason, (passes.get(pass.reason) ?? 0) + 1)
    }
  }

  return {
    db,
    nowUs,
    live: async (runs, perSecond) => {
      const beganUs = clockUs
      for (let done = 0; done < runs;) {
        const batch: RunInput[] = []
        for (; batch.length < BATCH && done < runs; done++) {
          clockUs = beganUs + Math.round(((done + 1) * 1_000_000) / perSecond)
          const run = home.next(clockUs)
          onRun(run)
          batch.push(run)
        }
        // A pass that deletes makes the writer forget what it knew.
        if (!appender.knowsParentsOf(batch)) appender.update(home.parents)
        appender.append(batchOf(batch))
        await look()
      }
    },
    rest: (us) => {
      clockUs += us
    },
    passes,
    deleted: () => deleted,
    peakBytes: () => peak,
  }
}
