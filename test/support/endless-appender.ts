import { openForWriting, migrate } from '@archive/core'
import { createWriterMemory } from '@archive/derived'
import { createAppender } from '@archive/ingest'
import { madeFailure } from '../archive/made-archives'
import { batchOf, BEGIN_US, madeParents, madeRun, madeTarget } from './synthetic'

const TARGETS = [1, 2, 3, 4, 5]
const STATUSES = [0, 0, 1, 0, 3, 0, 2, 0, 4]

/**
 * Appends to an archive where the one before stopped, until it is killed; tells each number up to which it committed.
 * Run n has the execution id `run-n`, so that a gap or a double would be seen.
 */
export async function appendForEver(path: string, told: (committed: number) => void): Promise<never> {
  const db = openForWriting(path)
  migrate(db, path)
  db.exec(`INSERT OR IGNORE INTO sources (id, name, mode) VALUES (1, 'x', 'live');
    INSERT OR IGNORE INTO epochs (id, source_id, first_seen_us, reason) VALUES (1, 1, 0, 'first')`)
  const appender = createAppender(db, createWriterMemory(db, { nowUs: () => BEGIN_US }), {
    sourceId: 1,
    epochId: 1,
    nowUs: () => BEGIN_US,
  })
  appender.update(madeParents(TARGETS.map((id) => madeTarget(id))))
  let last = Number(db.prepare('SELECT last_foreign_id FROM epochs').pluck().get())
  for (;;) {
    const size = 1 + ((last * 7919) % 150)
    appender.append(batchOf(Array.from({ length: size }, (_, index) => run(last + index + 1))))
    last += size
    told(last)
    await new Promise((resume) => setImmediate(resume))
  }
}

function run(n: number) {
  const status = STATUSES[n % STATUSES.length] ?? 0
  return madeRun(n, {
    foreignTargetId: 1 + (n % TARGETS.length),
    status,
    executionId: `run-${n}`,
    failure: status === 1 || status === 2 ? madeFailure(n, n) : null,
  })
}
