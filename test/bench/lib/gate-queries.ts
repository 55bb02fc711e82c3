import type { Database } from 'better-sqlite3'

/** The brief's query: what every handler and job did, from raw runs. */
export const STABLE_KEY_SUMMARY = `
  SELECT t.stable_key AS stableKey, count(*) AS runs, sum(r.status = 0) AS ok, sum(r.status = 1) AS failed,
    sum(r.flags & 1) AS dependencyFailures, sum(r.status = 2) AS timedOut, sum(r.status = 3) AS cancelled,
    sum(r.status = 4) AS skipped, sum(r.duration_us) AS totalUs, min(r.duration_us) AS leastUs,
    max(r.duration_us) AS mostUs, max(r.started_us) AS lastUs
  FROM runs r JOIN targets t ON t.id = r.target_id
  GROUP BY t.stable_key`

/** The shape of Hassette 0.60's `get_listener_summary` for all apps: handlers only, each joined with its last failure. */
export const LISTENER_SUMMARY = `
  WITH ranked_errors AS (
    SELECT e_err.listener_id, e_err.execution_id, e_err.error_type, e_err.error_message, e_err.error_traceback,
      e_err.execution_start_ts,
      ROW_NUMBER() OVER (PARTITION BY e_err.listener_id ORDER BY e_err.execution_start_ts DESC) AS rn
    FROM executions e_err
    WHERE e_err.kind = 'handler' AND e_err.status IN ('error', 'timed_out')
  )
  SELECT l.id AS listener_id, l.app_key, l.instance_index, l.handler_method, l.topic, l.debounce, l.throttle, l.once,
    l.priority, l.predicate_description, l.human_description, l.source_location, l.registration_source, l.source_tier,
    l.immediate, l.duration, l.entity_id, l.mode, l.backpressure,
    COUNT(e.rowid) AS total_invocations,
    SUM(CASE WHEN e.status = 'success' THEN 1 ELSE 0 END) AS successful,
    SUM(CASE WHEN e.status = 'error' THEN 1 ELSE 0 END) AS failed,
    SUM(CASE WHEN e.is_di_failure = 1 THEN 1 ELSE 0 END) AS di_failures,
    SUM(CASE WHEN e.status = 'cancelled' THEN 1 ELSE 0 END) AS cancelled,
    SUM(CASE WHEN e.status = 'timed_out' THEN 1 ELSE 0 END) AS timed_out,
    SUM(CASE WHEN e.thread_leaked = 1 THEN 1 ELSE 0 END) AS thread_leaked,
    COALESCE(SUM(e.duration_ms), 0.0) AS total_duration_ms,
    COALESCE(AVG(e.duration_ms), 0.0) AS avg_duration_ms,
    MIN(e.duration_ms) AS min_duration_ms,
    MAX(e.duration_ms) AS max_duration_ms,
    MAX(e.execution_start_ts) AS last_invoked_at,
    last_err.error_type AS last_error_type,
    last_err.error_message AS last_error_message,
    last_err.execution_start_ts AS last_error_ts,
    last_err.error_traceback AS last_error_traceback,
    last_err.execution_id AS last_error_execution_id
  FROM listeners l
  LEFT JOIN executions e ON e.listener_id = l.id AND e.kind = 'handler'
  LEFT JOIN ranked_errors last_err ON last_err.listener_id = l.id AND last_err.rn = 1
  WHERE 1 = 1 AND l.removed_at IS NULL AND l.source_tier = 'app'
  GROUP BY l.id`

/** One block of the zone map: few rows sort quickly, and no sort is larger than 4096 rows. */
const BLOCK_SUMMARY = `
  SELECT target_id AS targetId, count(*) AS runs, sum(status = 0) AS ok, sum(status = 1) AS failed,
    sum(flags & 1) AS dependencyFailures, sum(status = 2) AS timedOut, sum(status = 3) AS cancelled,
    sum(status = 4) AS skipped, sum(duration_us) AS totalUs, min(duration_us) AS leastUs, max(duration_us) AS mostUs,
    max(started_us) AS lastUs
  FROM runs WHERE id BETWEEN ? AND ? GROUP BY target_id`

interface BlockRow {
  targetId: number
  runs: number
  ok: number
  failed: number
  dependencyFailures: number
  timedOut: number
  cancelled: number
  skipped: number
  totalUs: number
  leastUs: number
  mostUs: number
  lastUs: number
}

const BLOCK_IDS = 4096

/** The same summary from the same raw runs, block by block, as the window's questions are answered. */
export function summaryByBlocks(db: Database): () => (BlockRow & { stableKey: string })[] {
  const blocks = db.prepare<[], number>('SELECT block FROM blocks').pluck()
  const ofBlock = db.prepare<[number, number], BlockRow>(BLOCK_SUMMARY)
  const keys = db.prepare<[], { id: number; stableKey: string }>('SELECT id, stable_key AS stableKey FROM targets')
  return () => {
    const sums = new Map<number, BlockRow>()
    for (const block of blocks.all()) {
      for (const row of ofBlock.all(block * BLOCK_IDS, (block + 1) * BLOCK_IDS - 1)) {
        const sum = sums.get(row.targetId)
        if (sum) add(sum, row)
        else sums.set(row.targetId, row)
      }
    }
    return keys.all().flatMap(({ id, stableKey }) => {
      const sum = sums.get(id)
      return sum ? { ...sum, stableKey } : []
    })
  }
}

function add(sum: BlockRow, row: BlockRow): void {
  sum.runs += row.runs
  sum.ok += row.ok
  sum.failed += row.failed
  sum.dependencyFailures += row.dependencyFailures
  sum.timedOut += row.timedOut
  sum.cancelled += row.cancelled
  sum.skipped += row.skipped
  sum.totalUs += row.totalUs
  sum.leastUs = Math.min(sum.leastUs, row.leastUs)
  sum.mostUs = Math.max(sum.mostUs, row.mostUs)
  sum.lastUs = Math.max(sum.lastUs, row.lastUs)
}
