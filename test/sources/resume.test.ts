import { openWriter } from '@archive/threads'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allRuns, expectedBlocks, expectedRecent, storedBlocks, storedRecent } from '../archive/brute-force'
import { expectTrendsTrue } from '../archive/brute-force-trends'
import { CONTEXT, rowsOf, startProbe } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { FIXTURE_NAMES, openFixture, useTempFolder } from '../support/fixtures'

/** Reads the file until the nth batch (0 = to the end), in this thread. */
async function sync(archive: string, source: string, batches: number): Promise<void> {
  const writer = openWriter(archive, () => undefined)
  let pauses = 0
  try {
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    await writer.sources.syncFile(
      { sourceId, shiftUs: 0 },
      {
        ...CONTEXT,
        pause: async () => {
          if (++pauses === batches) throw new Failure('cancelled', 'Cancelled.')
        },
      },
    )
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'cancelled') throw error
  } finally {
    writer.close()
  }
}

function expectSound(archive: string, source: string): void {
  const compared = compareExecutions(archive, source)
  expect(compared.ours).toEqual(compared.theirs)
  const db = new Database(archive, { readonly: true })
  const runs = allRuns(db)
  expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
  expect(storedRecent(db)).toEqual(expectedRecent(runs))
  expectTrendsTrue(db)
  // Nothing left out in between: sequences of each stream count up from 1.
  expect(db.prepare('SELECT max(id % 1099511627776) - count(*) FROM runs GROUP BY id >> 40').pluck().all()).toEqual(
    db.prepare('SELECT 0 FROM streams').pluck().all(),
  )
  expect(db.prepare('SELECT coalesce(sum(refs), 0) FROM tracebacks').pluck().get()).toEqual(
    db.prepare('SELECT count(traceback_id) FROM failures').pluck().get(),
  )
  db.close()
}

describe('an import that was cut', () => {
  const folder = useTempFolder()

  it('goes on where it was, wherever it was cancelled', async () => {
    const source = openFixture('live-0.52', folder.path('source'))
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6 }), { maxLength: 4 }), async (cuts) => {
        const archive = folder.path(`archive-${round++}.db`)
        for (const cut of cuts) await sync(archive, source, cut)
        await sync(archive, source, 0)
        expectSound(archive, source)
      }),
      { numRuns: 4 },
    )
  })

  it.each(FIXTURE_NAMES)(
    'of %s goes on where it was, wherever it was cancelled, and changes nothing later',
    async (name) => {
      const source = openFixture(name, folder.path('source'))
      const dump = (archive: string) => rowsOf(archive, 'SELECT * FROM executions ORDER BY id')
      let round = 0
      let whole: unknown[] | null = null
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 3 }), async (cuts) => {
          const archive = folder.path(`archive-${round++}.db`)
          for (const cut of cuts) await sync(archive, source, cut)
          await sync(archive, source, 0)
          const brought = dump(archive)
          whole ??= brought
          expect(brought).toEqual(whole)
          await sync(archive, source, 0)
          expect(dump(archive)).toEqual(whole)
          expectSound(archive, source)
        }),
        { numRuns: 3 },
      )
    },
  )

  it('goes on where it was after kill -9, five times', async () => {
    const source = openFixture('live-0.60', folder.path('source'))
    const archive = folder.path('archive.db')
    for (const lines of [2, 3, 2, 4, 3]) {
      const probe = startProbe('sync', archive, source)
      for (let line = 0; line < lines; line++) await probe.next()
      probe.child.kill('SIGKILL')
      await probe.ended
    }
    const { length } = rowsOf(archive, 'SELECT 1 FROM runs')
    expect(length).toBeGreaterThan(0)
    expect(length).toBeLessThan(16_154)
    await sync(archive, source, 0)
    expectSound(archive, source)
  })
})

describe('a source that grows and changes', () => {
  const folder = useTempFolder()
  const epochs = (archive: string) => rowsOf(archive, 'SELECT reason, last_foreign_id FROM epochs ORDER BY id')

  it('gives only what is new, without a new epoch when its own retention deleted the row we know', async () => {
    const source = openFixture('live-v13', folder.path('source'))
    const archive = folder.path('archive.db')
    await sync(archive, source, 0)
    const db = new Database(source)
    db.exec(`INSERT INTO executions (kind, listener_id, job_id, session_id, execution_start_ts, duration_ms, status, execution_id)
      SELECT kind, listener_id, job_id, session_id, execution_start_ts + 1000, 1, 'success', 'new' FROM executions WHERE id = 469;
      DELETE FROM executions WHERE id <= 469`)
    db.close()
    await sync(archive, source, 0)
    expect(epochs(archive)).toEqual([{ reason: 'first', last_foreign_id: 470 }])
    expect(rowsOf(archive, 'SELECT 1 FROM runs')).toHaveLength(470)
  })

  it.each([
    [
      'was made anew, with lower numbers',
      `DELETE FROM executions WHERE id > 5; UPDATE sqlite_sequence SET seq = 5 WHERE name = 'executions';
       UPDATE executions SET execution_id = 'x' || id`,
      5,
    ],
    ['was made anew, with other rows under the same numbers', `UPDATE executions SET execution_id = 'x' || id`, 469],
    ['was made anew and is still empty', `DELETE FROM executions; DELETE FROM sqlite_sequence`, 0],
  ])('begins a new epoch when it %s, and keeps the targets', async (_, sql, more) => {
    const source = openFixture('live-v13', folder.path('source'))
    const archive = folder.path('archive.db')
    await sync(archive, source, 0)
    const targets = () => rowsOf(archive, 'SELECT id, stable_key FROM targets ORDER BY id')
    const before = targets()
    const db = new Database(source)
    db.exec(sql)
    db.close()
    await sync(archive, source, 0)
    await sync(archive, source, 0)
    expect(epochs(archive)).toEqual([
      { reason: 'first', last_foreign_id: 469 },
      { reason: 'recreated', last_foreign_id: more },
    ])
    expect(rowsOf(archive, 'SELECT 1 FROM runs')).toHaveLength(469 + more)
    expect(targets()).toEqual(before)
  })

  it('brings targets and sessions that appear while it is read', async () => {
    const source = openFixture('live-0.52', folder.path('source'))
    const archive = folder.path('archive.db')
    const writer = openWriter(archive, () => undefined)
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'live', shiftUs: 0 })
    let added = false
    const { runs } = await writer.sources.syncFile(
      { sourceId, shiftUs: 0 },
      {
        ...CONTEXT,
        pause: async () => {
          if (added) return
          added = true
          const db = new Database(source)
          db.exec(`INSERT INTO sessions (id, started_at, last_heartbeat_at, status) VALUES (99, 1795443906, 1795443906, 'running');
            INSERT INTO listeners (id, app_key, instance_index, name, handler_method, topic, source_location)
              VALUES (999, 'late_app', 0, 'late', 'm', 't', 'x:1');
            INSERT INTO executions (kind, listener_id, session_id, execution_start_ts, duration_ms, status)
              VALUES ('handler', 999, 99, 1795443907, 1, 'success')`)
          db.close()
        },
      },
    )
    writer.close()
    expect(runs).toBe(16_796)
    const rows = rowsOf(
      archive,
      `SELECT e.name, s.foreign_id FROM executions e JOIN sessions s ON s.id = e.session_id
      WHERE app_key = 'late_app'`,
    )
    expect(rows).toEqual([{ name: 'late', foreign_id: 99 }])
  })
})
