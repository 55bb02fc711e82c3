import { rmSync } from 'node:fs'
import { fingerprintOf } from '@main/alerts/fingerprint'
import { createGroups } from '@main/archive/worker/groups'
import type { TargetKind } from '@shared/run'
import { RUN_STATUSES } from '@shared/run'
import type { Database } from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { expectGroupsCounted } from './brute-force-groups'
import { madeBatches, writeBatches } from './made-archives'

const DAY_US = 86_400_000_000

describe('error groups', () => {
  const folder = useTempFolder()

  const fresh = (): string => {
    const path = folder.path('archive.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return path
  }

  /** One target and a function that appends failures of it: class, start. */
  const failing = () => {
    const archive = createSynthetic(fresh())
    const { appender, id } = archive.epoch()
    appender.update(madeParents([madeTarget(1), madeTarget(2)]))
    let foreignId = 0
    const fail = (errorType: string, startedUs = BEGIN_US, target = 1) =>
      appender.append(
        batchOf([
          madeRun(++foreignId, {
            foreignTargetId: target,
            status: 1,
            startedUs,
            failure: { errorType, message: `${errorType} happened`, traceback: null },
          }),
        ]),
      )
    return { ...archive, appender, epochId: id, fail }
  }

  it('hold the runs of one fingerprint each, and count them as a recount does', () => {
    fc.assert(
      fc.property(madeBatches, (batches) => {
        const { db } = writeBatches(fresh(), batches)
        try {
          expectGroupsCounted(db)
          const groupOfKey = new Map<string, number>()
          const keyOfGroup = new Map<number, string>()
          for (const { groupId, groupOfFailure, ...run } of failedRuns(db)) {
            const { key } = fingerprintOf({
              ...run,
              status: RUN_STATUSES[run.status]!,
              dependencyFailure: run.dependencyFailure === 1,
            })!
            expect(groupId).toBe(groupOfKey.get(key) ?? groupId)
            expect(key).toBe(keyOfGroup.get(groupId) ?? key)
            expect(groupOfFailure).toBe(groupId)
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
    db.exec(`UPDATE error_groups SET state = 'resolved' WHERE title LIKE 'Error7x%'`)
    fail('Another')
    expect(titles(db)).toContain('Another: Another happened')
    expect(titles(db)).not.toContain('Error7x: Error7x happened')
    expect(other.get()).toBe(62)
    expect(count.get()).toBe(202)
    // One that returns in the same batch does not give way.
    db.exec(`UPDATE error_groups SET state = 'resolved' WHERE title LIKE 'Error8x%'`)
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

function titles(db: Database): unknown[] {
  return db.prepare("SELECT title FROM error_groups WHERE merged_into IS NULL AND fingerprint <> 'other'").pluck().all()
}

interface FailedRow {
  groupId: number
  groupOfFailure: number | null
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
      `SELECT r.group_id AS groupId, f.group_id AS groupOfFailure, r.status, r.flags & 1 AS dependencyFailure, t.kind,
         a.app_key AS appKey, t.name AS targetName, et.name AS errorType, f.message, tb.body AS traceback
       FROM runs r JOIN targets t ON t.id = r.target_id JOIN apps a ON a.id = t.app_id
       LEFT JOIN failures f ON f.run_id = r.id LEFT JOIN error_types et ON et.id = f.error_type_id
       LEFT JOIN tracebacks tb ON tb.id = f.traceback_id WHERE r.status IN (1, 2)`,
    )
    .all()
}
