import Database from 'better-sqlite3'
import { expect } from 'vitest'
import { startProbe } from '../support/archive'
import { allRuns, expectedBlocks, expectedRecent, storedBlocks, storedRecent } from './brute-force'
import { expectGroupsCounted } from './brute-force-groups'
import { expectTrendsTrue } from './brute-force-trends'

/** Kills a process that appends, `times` times at random moments, and recounts the archive after each. */
export async function killAppenders(path: string, times: number): Promise<void> {
  for (let kill = 0; kill < times; kill++) {
    const appender = startProbe('append', path)
    let committed = 0
    const until = performance.now() + 100 + Math.random() * 200
    while (performance.now() < until || committed === 0) {
      committed = Number((await appender.next())?.['committed'] ?? Number.NaN)
      expect(committed).toBeGreaterThan(0)
    }
    appender.child.kill('SIGKILL')
    // What it had told before it died is committed, too.
    for (let line = await appender.next(); line !== null; line = await appender.next()) {
      committed = Number(line['committed'])
    }
    await appender.ended
    expectWhole(path, committed)
  }
}

function expectWhole(path: string, committed: number): void {
  const db = new Database(path)
  try {
    const cursor = Number(db.prepare('SELECT last_foreign_id FROM epochs').pluck().get())
    expect(cursor).toBeGreaterThanOrEqual(committed)
    const ids = db.prepare('SELECT execution_id FROM executions ORDER BY id').pluck().all()
    expect(ids).toEqual(Array.from({ length: cursor }, (_, index) => `run-${index + 1}`))
    const runs = allRuns(db)
    expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
    expect(storedRecent(db)).toEqual(expectedRecent(runs))
    expectGroupsCounted(db)
    expectTrendsTrue(db)
    expect(db.prepare('SELECT coalesce(sum(refs), 0) FROM tracebacks').pluck().get()).toBe(
      db.prepare('SELECT count(traceback_id) FROM failures').pluck().get(),
    )
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  } finally {
    db.close()
  }
}
