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
  /^SELECT coalesce\(\(SELECT count\(\*\) .* FROM sessions\)/,
  // As many as are asked for.
  /FROM sessions ORDER BY id DESC LIMIT \?$/,
  /SELECT 1 FROM runs LIMIT 1/,
  /WHERE mode = 'sample'/,
  /SELECT seq FROM sqlite_sequence/,
  /max\(last_heartbeat_at\)/i,
  // Two streams a life of a source's database.
  /FROM streams (st JOIN epochs e ON e\.id = st\.epoch_id JOIN sources|WHERE last_sequence > rolled_sequence)/,
  // A row an hour while something is deleted, and no more than some hundreds that say nothing.
  /FROM retention_log/,
  // The sessions of all sources, once a pass.
  /row_number\(\) OVER \(PARTITION BY e\.source_id ORDER BY s\.started_us DESC/,
  // What is left after a bounded number, in a pass or a removal.
  /^DELETE FROM blocking_events WHERE id IN \(SELECT id FROM blocking_events WHERE detected_us < \? LIMIT/,
  /FROM incidents WHERE source_id = \? LIMIT \?/,
  // When a source is removed, or the memory of the alerts cannot be read; there are 5 000 at most.
  /^UPDATE incidents SET cleared_us = max/,
  // As many as the window asks for; there are 2 000 at most.
  /FROM notices ORDER BY id DESC LIMIT \?$/,
  // 2 000 groups a source; the newest 200 of a table; the entries of an index.
  /FROM error_groups$/,
  /ORDER BY (run_id|id) DESC LIMIT 200\)$/,
  /^SELECT count\(\*\) FROM (tracebacks|group_rollups)$/,
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
      const scans = plan.filter((step) => /^SCAN (?!CONSTANT ROW|json_each|[bkh] VIRTUAL TABLE|VALUES)/.test(step))
      // Buckets come first in the key of trends: one that names its targets must name its buckets, too.
      const trends = plan.filter((step) => /^(SEARCH|SCAN) (r|rollups) .*resolution/.test(step))
      if (/rollups/.test(statement) && trends.some((step) => !isByKey(step, statement))) {
        bad.push(`${trends.join('; ')}: ${statement}`)
      }
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

/** Whether rows of trends are found by their whole key, or are those of a range of buckets, whoever's they are. */
function isByKey(step: string, statement: string): boolean {
  if (/\(resolution=\? AND bucket=\? AND target_id[=<>]\?\)/.test(step)) return true
  return /\(resolution=\? AND bucket[=<>]/.test(step) && !/target_id (IN|=)/.test(statement)
}

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
  // 48 buckets of every target at most, added up by target.
  /FROM rollups r WHERE r\.resolution = @length AND r\.bucket >= @from AND r\.bucket < @to/,
  // The sessions of a source, its gaps, the stalls of one life of its database, the failures of one block.
  /FROM epochs e JOIN sessions x ON x\.epoch_id = e\.id WHERE e\.source_id = .* ORDER BY x\.started_us/,
  /SELECT DISTINCT c\.from_us AS fromUs/,
  /FROM blocking_events WHERE epoch_id = \? GROUP BY session_id/,
  /FROM failures WHERE run_id BETWEEN \? AND \? AND traceback_id IS NOT NULL GROUP BY traceback_id/,
  // The targets of groups that are new in a span; 2 000 groups a source.
  /FROM error_groups g JOIN group_targets m .* ORDER BY m\.n/,
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
