import { fingerprintOf } from '@archive/derived'
import type { TargetKind } from '@shared/run'
import { RUN_STATUSES } from '@shared/run'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf, BEGIN_US, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { expectGroupsCounted } from './brute-force-groups'
import { titles, useFailingArchive } from './failing-archive'
import { madeBatches, writeBatches } from './made-archives'

const DAY_US = 86_400_000_000

describe('error groups', () => {
  const { fresh, failing } = useFailingArchive()

  it('hold the runs of one fingerprint each, and count them as a recount does', () => {
    fc.assert(
      fc.property(madeBatches, (batches) => {
        const { db } = writeBatches(fresh(), batches)
        try {
          expectGroupsCounted(db)
          const groupOfKey = new Map<string, number>()
          const keyOfGroup = new Map<number, string>()
          for (const { groupId, ...run } of failedRuns(db)) {
            const { key } = fingerprintOf({
              ...run,
              status: RUN_STATUSES[run.status]!,
              dependencyFailure: run.dependencyFailure === 1,
            })!
            expect(groupId).toBe(groupOfKey.get(key) ?? groupId)
            expect(key).toBe(keyOfGroup.get(groupId) ?? key)
            groupOfKey.set(key, groupId)
            keyOfGroup.set(groupId, key)
          }
          const others = db.prepare('SELECT count(*) FROM runs WHERE group_id IS NOT NULL AND status NOT IN (1, 2)')
          expect(others.pluck().get()).toBe(0)
        } finally {
          db.close()
        }
      }),
      { numRuns: 60 },
    )
  })

  it('are new for a day, then ongoing; a resolved one that returns has regressed', () => {
    const { db, fail } = failing()
    const state = () => db.prepare('SELECT state FROM error_groups').pluck().all()
    fail('ValueError', BEGIN_US)
    fail('ValueError', BEGIN_US + DAY_US - 1)
    expect(state()).toEqual(['new'])
    fail('ValueError', BEGIN_US + DAY_US)
    expect(state()).toEqual(['ongoing'])
    db.exec(`UPDATE error_groups SET state = 'resolved'`)
    // A late row from before does not bring it back.
    fail('ValueError', BEGIN_US + 5)
    expect(state()).toEqual(['resolved'])
    fail('ValueError', BEGIN_US + 2 * DAY_US)
    expect(state()).toEqual(['regressed'])
    expect(db.prepare('SELECT first_us, last_us, n_total FROM error_groups').all()).toEqual([
      { first_us: BEGIN_US, last_us: BEGIN_US + 2 * DAY_US, n_total: 5 },
    ])
    db.close()
  })

  it('go on after a batch that failed, and after a restart, as if nothing had been', () => {
    const { db, fail, appender, epochId, reopen } = failing()
    fail('ValueError')
    const broken = madeRun(99, { startedUs: Number.NaN })
    const keyError = { errorType: 'KeyError', message: 'KeyError happened', traceback: null }
    const failed = madeRun(98, { status: 1, failure: keyError })
    expect(() => appender.append(batchOf([failed, broken]))).toThrow()
    expect(titles(db)).toEqual(['ValueError: ValueError happened'])
    appender.update(madeParents([madeTarget(1), madeTarget(2)]))
    // Were the one that was undone still known, its number would be given to another.
    fail('TypeError')
    fail('KeyError')
    const again = reopen(epochId)
    again.update(madeParents([madeTarget(1)]))
    again.append(batchOf([madeRun(100, { status: 1, failure: keyError })]))
    expect(titles(db)).toEqual(['ValueError', 'TypeError', 'KeyError'].map((each) => `${each}: ${each} happened`))
    expect(db.prepare('SELECT n_total FROM error_groups ORDER BY id').pluck().all()).toEqual([1, 1, 2])
    expectGroupsCounted(db)
    db.close()
  })
})

interface FailedRow {
  groupId: number
  status: number
  dependencyFailure: number
  kind: TargetKind
  appKey: string
  targetName: string
  errorType: string | null
  message: string | null
  traceback: string | null
}

function failedRuns(db: Database): FailedRow[] {
  return db
    .prepare<[], FailedRow>(
      `SELECT r.group_id AS groupId, r.status, r.flags & 1 AS dependencyFailure, t.kind,
         a.app_key AS appKey, t.name AS targetName, et.name AS errorType, f.message, tb.body AS traceback
       FROM runs r JOIN targets t ON t.id = r.target_id JOIN apps a ON a.id = t.app_id
       LEFT JOIN failures f ON f.run_id = r.id LEFT JOIN error_types et ON et.id = f.error_type_id
       LEFT JOIN tracebacks tb ON tb.id = f.traceback_id WHERE r.status IN (1, 2)`,
    )
    .all()
}
