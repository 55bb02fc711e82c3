import Database from 'better-sqlite3'
import { startHassetteWriter } from '../../support/hassette-writer'

const WRITTEN = 20_000
const DAY_S = 86_400

/**
 * A Hassette file of some days up to now that nobody writes: the first runs as Hassette lays them down, the others
 * copies of them with times and ids of their own. `runs` is a multiple of 20 000.
 */
export async function writeHassetteFile(
  path: string,
  { runs, days, seed = 1 }: { runs: number; days: number; seed?: number },
): Promise<void> {
  const copies = runs / WRITTEN
  const spanSeconds = (days * DAY_S) / copies
  const writer = await startHassetteWriter(path, { seed })
  await writer.run({ count: WRITTEN, startedAt: Date.now() / 1000 - days * DAY_S, spanSeconds })
  await writer.exit()
  const db = new Database(path)
  try {
    const columns = (db.pragma('table_info(executions)') as { name: string }[])
      .map(({ name }) => name)
      .filter((name) => name !== 'id')
    const taken = columns.map((name) => CHANGED[name] ?? name)
    const copy = db.prepare(
      `INSERT INTO executions (${columns.join(', ')}) SELECT ${taken.join(', ')} FROM executions
       WHERE id <= ${WRITTEN} ORDER BY id`,
    )
    db.transaction(() => {
      for (let nth = 1; nth < copies; nth++) copy.run({ nth, seconds: nth * spanSeconds })
    })()
    const n = db.prepare<[], number>('SELECT count(*) FROM executions').pluck().get()
    if (n !== runs) throw new Error(`${n} runs in the file instead of ${runs}`)
  } finally {
    db.close()
  }
}

const CHANGED: Record<string, string> = {
  execution_start_ts: 'execution_start_ts + @seconds',
  // The last group of a UUID counts on.
  execution_id: `substr(execution_id, 1, 24) || printf('%04x%08x', @nth, id)`,
}
