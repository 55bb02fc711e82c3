// Compares an archive with the Hassette database it was read from, through the view `executions`:
// node test/support/compare.mjs <archive> <hassette file> [--source NAME] [--shift-us N]
// Opens both read-only in a process of its own. Prints JSON; exit status 1 when they differ.
import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'

const args = process.argv.slice(2)
const option = (name) => {
  const at = args.indexOf(name)
  return at < 0 ? null : args.splice(at, 2)[1]
}
const source = option('--source')
const shiftUs = Number(option('--shift-us') ?? 0)
const [archivePath, hassettePath] = args
if (!archivePath || !hassettePath) {
  process.stderr.write('usage: compare.mjs <archive> <hassette file> [--source NAME] [--shift-us N]\n')
  process.exit(2)
}

const theirs = summary(hassetteRows(hassettePath))
const ours = summary(archiveRows(archivePath))
const equal = JSON.stringify(theirs) === JSON.stringify(ours)
process.stdout.write(`${JSON.stringify({ equal, theirs, ours }, null, 2)}\n`)
process.exitCode = equal ? 0 : 1

function* hassetteRows(path) {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  const rows = db
    .prepare(
      `SELECT e.*, coalesce(l.app_key, j.app_key) AS app, coalesce(l.instance_index, j.instance_index) AS instance,
              coalesce(l.name, j.job_name) AS name
       FROM executions e LEFT JOIN listeners l ON l.id = e.listener_id LEFT JOIN scheduled_jobs j ON j.id = e.job_id`,
    )
    .iterate()
  for (const row of rows) {
    yield {
      startUs: Math.round(row.execution_start_ts * 1e6) + shiftUs,
      durationUs: Math.round(row.duration_ms * 1000),
      kind: row.kind,
      tier: row.source_tier,
      app: row.app,
      instance: row.instance,
      name: row.name,
      status: row.status,
      di: row.is_di_failure,
      errorType: row.is_di_failure ? 'DependencyError' : row.error_type,
      errorClass: row.error_type,
      message: row.error_message,
      executionId: row.source_tier === 'app' || row.error_type !== null ? row.execution_id : null,
    }
  }
  db.close()
}

function* archiveRows(path) {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  const rows = db.prepare('SELECT * FROM executions WHERE ? IS NULL OR source = ?').iterate(source, source)
  for (const row of rows) {
    yield {
      startUs: microseconds(row.started_at),
      durationUs: Math.round(row.duration_ms * 1000),
      kind: row.kind,
      tier: row.tier,
      app: row.app_key,
      instance: row.instance_index,
      name: row.name,
      status: row.status,
      di: row.is_di_failure,
      errorType: row.error_type,
      errorClass: row.error_class,
      message: row.error_message,
      executionId: row.execution_id,
    }
  }
  db.close()
}

/** `2026-11-23T14:26:20.337601Z`, all six decimals. */
function microseconds(iso) {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z$/.exec(iso)
  if (!found) throw new Error(`not a time: ${iso}`)
  return Date.parse(`${found[1]}Z`) * 1000 + Number(found[2])
}

function summary(rows) {
  const counts = new Map()
  let sum = 0n
  let total = 0
  for (const row of rows) {
    total++
    const key = [row.tier, row.kind, row.status, row.di ? 'di' : '-', row.errorType ?? '-', row.errorClass ?? '-'].join(
      ' ',
    )
    counts.set(key, (counts.get(key) ?? 0) + 1)
    // A sum, not an exclusive or: a row that is there twice must not vanish.
    const digest = createHash('sha256')
      .update(JSON.stringify(Object.values(row)))
      .digest()
    sum = (sum + digest.readBigUInt64BE(0)) & 0xffffffffffffffffn
  }
  return { total, hash: sum.toString(16), counts: Object.fromEntries([...counts].sort()) }
}
