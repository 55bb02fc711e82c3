import { openForWriting, migrate } from '@archive/core'
import SQLite from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { collectStatements } from './collected-statements'

/** What a statement may do at most so often; a pattern begins where the statement does, and ends where it does. */
interface Exception {
  statement: RegExp
  /** How many statements it excuses. */
  times: number
}
const may = (statement: RegExp, times = 1): Exception => ({ statement, times })

/** Statements that may read a whole table: all of them small, or one row. */
const MAY_SCAN = [
  // Names and small tables.
  may(
    /^SELECT (1|name) FROM (sqlite_schema WHERE type = 'table'( AND name = '(runs|meta)')?|pragma_table_info\(\?\))$/,
    4,
  ),
  may(
    /^SELECT t\.id, a\.source_id AS sourceId, t\.kind, t\.tier, a\.app_key AS appKey, t\.instance_index AS instanceIndex, t\.name FROM targets t JOIN apps a ON a\.id = t\.app_id$/,
  ),
  // 20 sources at most, and those that were removed: each found by its mode or its name in `meta`.
  may(
    /^SELECT s\.id, s\.mode, s\.file_path, s\.removed_us IS NOT NULL AS removed FROM sources s WHERE mode (= 'sample' LIMIT 1|<> 'sample' AND NOT EXISTS \(.*\) ORDER BY removed, id)$/,
    2,
  ),
  may(
    /^SELECT s\.id FROM sources s WHERE EXISTS \(SELECT 1 FROM meta WHERE k = 'source\.gone\.' \|\| s\.id\) ORDER BY s\.id LIMIT 1$/,
  ),
  may(/^SELECT s\.id, s\.name, s\.mode, .* FROM sources s WHERE NOT EXISTS \(SELECT 1 FROM meta .*$/),
  may(
    /^SELECT source\.id AS sourceId, source\.mode = 'live' AS live, .* FROM sources source JOIN sessions session ON session\.id = \(.*$/,
  ),
  // Hassette's own: sessions, listeners, jobs, manifests as a whole.
  may(/^SELECT id, started_at, [^()]* FROM sessions ORDER BY id$/),
  may(/^SELECT id, app_key, instance_index, [^()]* FROM (listeners|scheduled_jobs) ORDER BY id$/, 2),
  may(/^SELECT app_key, "display_name" FROM app_manifests$/),
  may(/^SELECT count\(\*\) FROM sessions$/),
  may(/^SELECT coalesce\(\(SELECT count\(\*\) \|\| '\/' .* FROM sessions\).*$/),
  may(
    /^SELECT \(SELECT MAX\(last_heartbeat_at\) FROM sessions\) AS heartbeat, \(SELECT \w+ FROM executions ORDER BY id DESC LIMIT 1\) AS started, \(SELECT \w+ FROM executions ORDER BY id DESC LIMIT 1\) AS duration$/,
  ),
  may(
    /^SELECT max\(coalesce\(\(SELECT seq FROM sqlite_sequence WHERE name = 'executions'\), 0\), coalesce\(\(SELECT MAX\(id\) FROM executions\), 0\)\)$/,
  ),
  // As many as are asked for.
  may(/^SELECT id, 'session' AS kind, started_at AS started, NULL AS uid FROM sessions ORDER BY id DESC LIMIT \?$/),
  // Two streams a life of a source's database.
  may(
    /^SELECT st\.id, st\.tier, e\.source_id AS sourceId, .* FROM streams st JOIN epochs e ON e\.id = st\.epoch_id JOIN sources s .*$/,
  ),
  may(/^SELECT id, rolled_sequence AS rolled FROM streams WHERE last_sequence > rolled_sequence$/),
  // A row an hour while something is deleted, and no more than some hundreds that say nothing.
  may(
    /^SELECT [^()]*(coalesce\([^()]*\)[^()]*)* FROM retention_log (WHERE bound IS NOT NULL AND runs > 0 )?ORDER BY id DESC LIMIT (1|\?)$/,
    2,
  ),
  may(/^DELETE FROM retention_log WHERE at_us < \? AND bound IS NULL AND runs = 0 AND .*$/),
  // The sessions of all sources, once a pass.
  may(
    /^SELECT id FROM \(SELECT s\.id, s\.started_us, row_number\(\) OVER \(PARTITION BY e\.source_id ORDER BY s\.started_us DESC, .*$/,
  ),
  // What is left after a bounded number, in a pass or a removal.
  may(/^DELETE FROM blocking_events WHERE id IN \(SELECT id FROM blocking_events WHERE detected_us < \? LIMIT \d+\)$/),
  may(/^SELECT id FROM incidents WHERE source_id = \? LIMIT \?$/),
  // When a source is removed, or the memory of the alerts cannot be read; there are 5 000 at most.
  may(/^UPDATE incidents SET cleared_us = max\(@atUs, detail ->> 'lastUs'\), .* WHERE cleared_us IS NULL AND .*$/),
  // As many as the window asks for; there are 2 000 at most.
  may(/^SELECT id, at_us AS atUs, [^()]* FROM notifications ORDER BY id DESC LIMIT \?$/),
  // 2 000 groups a source; the newest 200 of a table; the entries of an index.
  may(/^SELECT coalesce\(sum\(n_total - n_deleted\), 0\) FROM error_groups$/),
  may(
    /^SELECT avg\(.*\) FROM \(SELECT [\w, ]+ FROM (failures|tracebacks|run_logs) ORDER BY (run_id|id) DESC LIMIT 200\)$/,
    3,
  ),
  may(/^SELECT count\(\*\) FROM (tracebacks|group_rollups)$/, 2),
]

/** Statements that may sort: few rows, each says which. */
const MAY_SORT = [
  // The sources.
  may(
    /^SELECT s\.id, s\.mode, s\.file_path, .* FROM sources s WHERE mode <> 'sample' AND NOT EXISTS \(.*\) ORDER BY removed, id$/,
  ),
  may(/^SELECT s\.id, s\.name, s\.mode, .* FROM sources s WHERE NOT EXISTS \(SELECT 1 FROM meta .*$/),
  may(
    /^SELECT source\.id AS sourceId, source\.mode = 'live' AS live, .* FROM sources source JOIN sessions session ON .*$/,
  ),
  // The targets of a source: hundreds.
  may(/^SELECT t\.id, a\.source_id AS sourceId, t\.kind, .* ORDER BY a\.app_key, t\.instance_index, .*$/),
  may(
    /^SELECT a\.app_key AS appKey, a\.display_name AS name, .* FROM apps a JOIN targets t ON .* GROUP BY a\.id ORDER BY a\.app_key$/,
  ),
  // The counts of one block: as many as targets.
  may(
    /^SELECT r\.target_id AS targetId, r\.status, r\.flags & 1 AS di, count\(\*\) AS n FROM runs r WHERE r\.id BETWEEN @first AND @last AND .*$/,
  ),
  // The groups of a source, 2 000 at most, once a batch when there are too many.
  may(
    /^SELECT id FROM error_groups WHERE (source_id = \?|id IN \(SELECT value FROM json_each\(\?\)\)) AND .*state = 'resolved' .*ORDER BY last_us LIMIT 1$/,
    2,
  ),
  // At most 200 lines a run.
  may(/^SELECT at_us AS atUs, level, logger, message, error FROM run_logs WHERE run_id = \? ORDER BY at_us, id$/),
  // Two streams a life of a source's database.
  may(
    /^SELECT st\.id, st\.tier, .* FROM (streams st|sources s) JOIN .* WHERE (e\.source_id|s\.id) = \? ORDER BY st\.id$/,
    2,
  ),
  // 48 buckets of every target at most, added up by target.
  may(
    /^SELECT r\.target_id AS targetId, .* FROM rollups r WHERE r\.resolution = @length AND r\.bucket >= @from AND r\.bucket < @to AND .*$/,
    2,
  ),
  // The sessions of a source, or of all once a pass.
  may(
    /^SELECT x\..* FROM epochs e JOIN sessions x ON x\.epoch_id = e\.id WHERE e\.source_id = [?@].* ORDER BY x\.started_us.*$/,
    3,
  ),
  may(
    /^SELECT id FROM \(SELECT s\.id, s\.started_us, row_number\(\) OVER \(PARTITION BY e\.source_id ORDER BY s\.started_us DESC, .*$/,
  ),
  // Its gaps, the stalls of one life of its database, the failures of one block.
  may(
    /^SELECT DISTINCT c\.from_us AS fromUs, c\.to_us AS toUs, c\.reason, c\.lost AS runs FROM epochs e JOIN .* WHERE e\.source_id = @sourceId AND .*$/,
  ),
  may(
    /^SELECT session_id AS sessionId, count\(\*\) AS n FROM blocking_events WHERE epoch_id = \? GROUP BY session_id$/,
  ),
  may(
    /^SELECT traceback_id AS tracebackId, count\(\*\) AS n FROM failures WHERE run_id BETWEEN \? AND \? AND traceback_id IS NOT NULL GROUP BY traceback_id$/,
  ),
  // The targets of groups that are new in a span; 2 000 groups a source.
  may(
    /^SELECT m\.target_id AS targetId, .* FROM error_groups g JOIN group_targets m ON m\.group_id = g\.id WHERE g\.source_id = \? AND .* ORDER BY m\.n.*$/,
  ),
]

/** Trends that are read along their key, from where the last reading ended. */
const MAY_WALK = [
  may(
    /^SELECT resolution, bucket, target_id AS owner FROM rollups WHERE \(resolution, bucket, target_id\) > \(\?, \?, \?\) ORDER BY .* LIMIT \?$/,
  ),
]

describe('the plans of the statements', () => {
  const folder = useTempFolder()

  it('read no big table as a whole and sort nothing big', async () => {
    const { source, statements: seen } = await collectStatements(folder)
    const archive = openForWriting(folder.path('archive.db'))
    migrate(archive, folder.path('archive.db'))
    const hassette = new SQLite(source, { readonly: true })
    const plain: string[] = []
    const scanning: string[] = []
    const sorting: string[] = []
    const walking: string[] = []
    const unexplained: string[] = []
    for (const { sql } of seen) {
      const statement = sql.replace(/\s+/g, ' ').trim()
      // The lock beside the archive is a database of one row.
      if (/^(VACUUM|BEGIN|PRAGMA)\b/.test(statement) || /^INSERT INTO owner \(pid, user, host\)/.test(statement))
        continue
      const plan = planOf(archive, sql) ?? planOf(hassette, sql)
      if (plan === null) {
        unexplained.push(statement)
        continue
      }
      const scans = plan.some((step) => /^SCAN (?!CONSTANT ROW|json_each|[bkh] VIRTUAL TABLE|VALUES)/.test(step))
      const sorts = plan.some((step) => /TEMP B-TREE/.test(step))
      // Buckets come first in the key of trends: one that names its targets must name its buckets, too.
      const trends = plan.filter((step) => /^(SEARCH|SCAN) (r|rollups) .*resolution/.test(step))
      const walks = /rollups/.test(statement) && trends.some((step) => !isByKey(step, statement))
      if (scans) scanning.push(statement)
      if (sorts) sorting.push(statement)
      if (walks) walking.push(statement)
      if (!scans && !sorts && !walks) plain.push(statement)
    }
    archive.close()
    hassette.close()
    expect(unexplained).toEqual([])
    expect(notExcused(scanning, MAY_SCAN)).toEqual([])
    expect(notExcused(sorting, MAY_SORT)).toEqual([])
    expect(notExcused(walking, MAY_WALK)).toEqual([])
    // A statement that came or went is looked at by a person: the number says that none escaped.
    expect({ seen: seen.length, byAnIndexAlone: plain.length }).toEqual({ seen: 280, byAnIndexAlone: 225 })
  })
})

/** The statements that no exception covers, and the exceptions that cover more or fewer statements than they say. */
function notExcused(statements: string[], exceptions: Exception[]): string[] {
  const isExcused = (each: string): boolean => exceptions.some(({ statement }) => statement.test(each))
  const miscounted = exceptions.flatMap(({ statement, times }) => {
    const covered = statements.filter((each) => statement.test(each))
    return covered.length === times
      ? []
      : [`${String(statement)} covers ${covered.length}, not ${times}: ${covered.join('\n')}`]
  })
  return [...statements.filter((each) => !isExcused(each)), ...miscounted]
}

/** Whether rows of trends are found by their whole key, or are those of a range of buckets, whoever's they are. */
function isByKey(step: string, statement: string): boolean {
  if (/\(resolution=\? AND bucket=\? AND target_id[=<>]\?\)/.test(step)) return true
  return /\(resolution=\? AND bucket[=<>]/.test(step) && !/target_id (IN|=)/.test(statement)
}

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
