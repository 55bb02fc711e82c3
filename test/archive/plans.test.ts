import { openForWriting } from '@main/archive/worker/connection'
import { migrate } from '@main/archive/worker/migrator'
import { openReader } from '@main/archive/worker/open-reader'
import { openWriter } from '@main/archive/worker/open-writer'
import SQLite from 'better-sqlite3'
import { describe, expect, it, vi } from 'vitest'
import { CONTEXT } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

/** Statements that may read a whole table: all of them small, or one row. */
const MAY_SCAN = [
  // Names and small tables.
  /FROM (sqlite_schema|pragma_table_info)/,
  // The lock file holds one row.
  /owner/,
  /FROM sources/,
  /SELECT t\.id, a\.source_id AS sourceId, t\.kind, t\.tier, a\.app_key AS appKey, t\.instance_index AS instanceIndex, t\.name\s+FROM targets/,
  // Hassette's own: sessions, listeners, jobs, manifests as a whole.
  /FROM (sessions|listeners|scheduled_jobs|app_manifests)( ORDER BY id)?$/,
  /^SELECT \(SELECT count\(\*\) .* FROM sessions\)/,
  /SELECT 1 FROM runs LIMIT 1/,
  /WHERE mode = 'sample'/,
  /SELECT seq FROM sqlite_sequence/,
  /max\(last_heartbeat_at\)/i,
]

describe('the plans of the statements', () => {
  const folder = useTempFolder()

  it('read no big table as a whole and sort nothing big', async () => {
    const seen = new Set<string>()
    const prepare = vi.spyOn(SQLite.prototype, 'prepare')
    const source = openFixture('live-v13', folder.path('source'))
    const writer = openWriter(folder.path('archive.db'), () => undefined)
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'auto', shiftUs: 0 })
    await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    const reader = openReader(folder.path('archive.db'))
    for (const [sql] of prepare.mock.calls) seen.add(String(sql))
    prepare.mockRestore()
    reader.close()
    writer.close()

    const archive = openForWriting(folder.path('archive.db'))
    migrate(archive, folder.path('archive.db'))
    const hassette = new SQLite(source, { readonly: true })
    const bad: string[] = []
    let explained = 0
    for (const sql of seen) {
      const statement = sql.replace(/\s+/g, ' ').trim()
      if (/^(VACUUM|BEGIN|PRAGMA)/.test(statement) || MAY_SCAN.some((allowed) => allowed.test(statement))) continue
      const plan = planOf(archive, sql) ?? planOf(hassette, sql)
      if (plan === null) {
        bad.push(`cannot be explained: ${statement}`)
        continue
      }
      explained++
      const scans = plan.filter((step) => /^SCAN (?!CONSTANT ROW|json_each|VALUES)/.test(step))
      const sorts = plan.filter((step) => /TEMP B-TREE/.test(step))
      if (scans.length > 0) bad.push(`${scans.join('; ')}: ${statement}`)
      if (sorts.length > 0 && !MAY_SORT.some((allowed) => allowed.test(statement))) {
        bad.push(`${sorts.join('; ')}: ${statement}`)
      }
    }
    archive.close()
    hassette.close()
    expect(explained).toBeGreaterThan(30)
    expect(bad).toEqual([])
  })
})

/** Sorted are: the targets of a source (hundreds), the counts of one block (as many as targets), and the log of a run. */
const MAY_SORT = [
  /ORDER BY a\.app_key, t\.instance_index/,
  /GROUP BY r\.target_id, r\.status, r\.flags & 1/,
  // The groups of a source, 2 000 at most, once a batch when there are too many.
  /FROM error_groups WHERE .* AND state = 'resolved'/,
  // At most 200 lines a run.
  /FROM run_logs WHERE run_id = \?/,
  /GROUP BY a\.id ORDER BY a\.app_key/,
  /ORDER BY st\.id/,
]

function planOf(db: SQLite.Database, sql: string): string[] | null {
  try {
    const count = (sql.match(/\?/g) ?? []).length
    const named = Object.fromEntries([...sql.matchAll(/@(\w+)/g)].map((found) => [found[1], 1]))
    const explain = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`)
    const rows =
      Object.keys(named).length > 0 ? explain.all(named) : explain.all(...Array.from({ length: count }, () => 1))
    return rows.map((row) => row.detail)
  } catch {
    return null
  }
}
