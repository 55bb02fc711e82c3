import { Failure } from '@shared/result'
import type { Database } from 'better-sqlite3'
import type { WriteApi } from '../../api'
import type { Handlers } from '../core/serve'
import type { WriterMemory } from '../derived/writer-memory'
import { createArchiveSize } from './archive-size'
import { createLedger } from './retention-log'
import { createPasses } from './pass'
import type { PassTally } from './pass'
import type { TrustedTime } from './trusted-time'

/** Passes of the retention. */
export type Retention = Pick<Handlers<WriteApi>, 'retain'> & Pick<WriteApi, 'retentionDue'>

export function createRetention(db: Database, memory: WriterMemory, time: TrustedTime): Retention {
  const passes = createPasses(db, memory, time)
  const size = createArchiveSize(db)
  const ledger = createLedger(db)
  let going = false

  const retain: Retention['retain'] = async (request, context) => {
    if (going) throw new Failure('busy', 'The archive is being cleaned up.', 'Wait for its end, or cancel it.')
    going = true
    const { reason, rules, limits } = request
    const [atUs, began, bytesBefore] = [time.clockUs(), performance.now(), size.bytes()]
    const tally: PassTally = {
      runs: 0,
      frameworkRuns: 0,
      bound: null,
      limitTooSmall: false,
      timeWaits: false,
      upToUs: null,
      trendRows: 0,
    }

    const close = (cancelled: boolean): number => {
      const { limitTooSmall, timeWaits, ...did } = tally
      const bytesAfter = size.bytes()
      const durationUs = Math.round((performance.now() - began) * 1000)
      ledger.moveDue(rules, time.clockUs(), timeWaits)
      if (rules.includes('size') && !cancelled) ledger.noteTooSmall(limits.maxSizeMb, limitTooSmall)
      ledger.write({ ...did, atUs, durationUs, reason, bytesBefore, bytesAfter, cancelled })
      return bytesAfter
    }

    try {
      await passes.run(request, tally, context)
      const bytesAfter = close(false)
      const { runs, frameworkRuns, bound, limitTooSmall, timeWaits } = tally
      return { runs, frameworkRuns, bound, limitTooSmall, timeWaits, bytesBefore, bytesAfter }
    } catch (thrown) {
      // What was deleted stays deleted, and is told of; the rest follows when it is due again.
      if (thrown instanceof Failure && thrown.code === 'cancelled') close(true)
      throw thrown
    } finally {
      going = false
      // Some of what is kept in memory (which failures may still get log lines) may be of runs that are gone.
      if (tally.runs > 0) memory.forget()
    }
  }

  return {
    retain,
    retentionDue: () => {
      time.note()
      return { ...ledger.due(), timeWaits: time.look().waits !== null }
    },
  }
}
