import { createGroups } from '@archive/derived'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { expectGroupsCounted } from './brute-force-groups'
import { titles, useFailingArchive } from './failing-archive'

describe('error groups', () => {
  const { fresh, failing } = useFailingArchive()

  it('keep to their limits, and their counts stay whole through resolving, deleting, rollbacks and restarts', () => {
    const act = fc.oneof(
      { weight: 8, arbitrary: fc.record({ kind: fc.constant('fail'), target: fc.nat(2), error: fc.nat(7) }) },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant('resolve'), nth: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete'), n: fc.nat(5) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('rollback'), error: fc.nat(7) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
    ) as fc.Arbitrary<
      | { kind: 'fail'; target: number; error: number }
      | { kind: 'resolve'; nth: number }
      | { kind: 'delete'; n: number }
      | { kind: 'rollback'; error: number }
      | { kind: 'restart' }
    >
    fc.assert(
      fc.property(fc.array(act, { maxLength: 60, size: 'max' }), (acts) => {
        const { db, sourceId, epoch } = createSynthetic(fresh())
        epoch().appender.update(madeParents([1, 2, 3].map((id) => madeTarget(id))))
        const limits = { target: 2, source: 4 }
        let groups = createGroups(db, sourceId, limits)
        let id = 0
        const fail = (target: number, error: number) => {
          const failure = { errorType: `Error${error}`, message: 'x', traceback: null }
          const groupId = groups.take(target, madeRun(++id, { status: 1, failure }), null)
          db.prepare(
            'INSERT INTO runs (id, target_id, started_us, duration_us, status, flags, group_id) VALUES (?, ?, ?, 0, 1, 0, ?)',
          ).run(id, target, BEGIN_US + id * 1000, groupId)
        }
        for (const what of acts) {
          if (what.kind === 'restart') groups = createGroups(db, sourceId, limits)
          if (what.kind === 'fail') {
            db.transaction(() => {
              fail(what.target + 1, what.error)
              fail(what.target + 1, what.error)
              groups.flush()
            })()
          }
          if (what.kind === 'rollback') {
            const undone = db.transaction(() => {
              fail(1, what.error)
              groups.flush()
              throw new Error('undone')
            })
            expect(undone).toThrow('undone')
            groups.forget()
          }
          if (what.kind === 'resolve') {
            db.prepare(
              `UPDATE error_groups SET state = 'resolved' WHERE id = (SELECT id FROM error_groups
               WHERE merged_into IS NULL AND fingerprint <> 'other' ORDER BY id LIMIT 1 OFFSET ?)`,
            ).run(what.nth)
          }
          if (what.kind === 'delete') deleteOldest(db, what.n)
          expectGroupsCounted(db)
          const live = db.prepare(
            `SELECT count(*) FROM error_groups WHERE merged_into IS NULL AND fingerprint <> 'other'`,
          )
          expect(live.pluck().get()).toBeLessThanOrEqual(limits.source)
          const most = db.prepare(
            `SELECT coalesce(max(n), 0) FROM (SELECT count(*) AS n FROM group_targets m JOIN error_groups g
               ON g.id = m.group_id WHERE g.fingerprint <> 'other' GROUP BY m.target_id)`,
          )
          expect(most.pluck().get()).toBeLessThanOrEqual(limits.target)
        }
        db.close()
      }),
      { numRuns: 40 },
    )
  })

  it('are at most 200 a target; what comes beyond is one group, and a resolved one gives way first', () => {
    const { db, fail, appender } = failing()
    for (let error = 0; error < 260; error++) fail(`Error${error}x`)
    const count = db.prepare('SELECT count(*) FROM error_groups WHERE merged_into IS NULL').pluck()
    const other = db.prepare("SELECT n_total FROM error_groups WHERE fingerprint = 'other'").pluck()
    expect(count.get()).toBe(201)
    expect(other.get()).toBe(60)
    // Other targets have room.
    fail('ErrorOfAnother', BEGIN_US, 2)
    expect(count.get()).toBe(202)

    fail('Error7x')
    db.exec(`UPDATE error_groups SET state = 'resolved' WHERE cause LIKE '%Error7x happened%'`)
    fail('Another')
    expect(titles(db)).toContain('Another: Another happened')
    expect(titles(db)).not.toContain('Error7x: Error7x happened')
    expect(other.get()).toBe(62)
    expect(count.get()).toBe(202)
    // One that returns in the same batch does not give way.
    db.exec(`UPDATE error_groups SET state = 'resolved' WHERE cause LIKE '%Error8x happened%'`)
    const failure = (errorType: string) => ({ errorType, message: `${errorType} happened`, traceback: null })
    appender.append(
      batchOf(
        ['Error8x', 'OneMore'].map((errorType, index) =>
          madeRun(900 + index, { status: 1, startedUs: BEGIN_US + 1, failure: failure(errorType) }),
        ),
      ),
    )
    expect(titles(db)).toContain('Error8x: Error8x happened')
    expect(other.get()).toBe(63)
    // Should it return, there is no room for it any more.
    fail('Error7x')
    expect(other.get()).toBe(64)
    expectGroupsCounted(db)
    db.close()
  })

  it('are at most 2 000 a source', () => {
    const { db, appender } = failing()
    const targets = Array.from({ length: 11 }, (_, index) => madeTarget(index + 1))
    appender.update(madeParents(targets))
    appender.append(
      batchOf(
        Array.from({ length: 2200 }, (_, index) =>
          madeRun(index + 1, {
            foreignTargetId: 1 + Math.floor(index / 200),
            status: 1,
            failure: { errorType: `Error${index}x`, message: null, traceback: null },
          }),
        ),
      ),
    )
    expect(db.prepare('SELECT count(*) FROM error_groups').pluck().get()).toBe(2001)
    expect(db.prepare("SELECT n_total FROM error_groups WHERE fingerprint = 'other'").pluck().get()).toBe(200)
    expectGroupsCounted(db)
    db.close()
  })
})

/** As retention will: the runs go, the groups remember how many there were. */
function deleteOldest(db: Database, n: number): void {
  db.transaction(() => {
    db.prepare(
      `UPDATE error_groups SET n_deleted = n_deleted + (SELECT count(*) FROM
         (SELECT group_id FROM runs ORDER BY id LIMIT ?) r JOIN error_groups g ON g.id = r.group_id
         WHERE coalesce(g.merged_into, g.id) = error_groups.id)`,
    ).run(n)
    db.prepare('DELETE FROM runs WHERE id IN (SELECT id FROM runs ORDER BY id LIMIT ?)').run(n)
  })()
}
