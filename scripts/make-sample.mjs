// Makes the recording behind the sample home from a hassette.db: `node scripts/make-sample.mjs <hassette.db>`.
// Run once when the recording changes; its result is committed. Works on a copy; the source is only read.
import Database from 'better-sqlite3'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const [source] = process.argv.slice(2)
if (!source) {
  console.error('usage: node scripts/make-sample.mjs <hassette.db>')
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'sample-'))
const copy = join(folder, 'recording.db')
try {
  const original = new Database(source, { readonly: true, fileMustExist: true })
  original.prepare('VACUUM INTO ?').run(copy)
  original.close()

  const db = new Database(copy)
  // The window shows no log lines yet, and it never looks rows up in this file: neither logs nor indexes are needed.
  db.exec('DELETE FROM log_records')
  const indexes = db.prepare("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL").all()
  for (const { name } of indexes) db.exec(`DROP INDEX "${name}"`)
  const { startUs, endUs, runs } = db
    .prepare(
      `SELECT CAST(min(execution_start_ts) * 1e6 AS INTEGER) AS startUs,
              CAST(max(execution_start_ts + duration_ms / 1e3) * 1e6 AS INTEGER) AS endUs,
              count(*) AS runs FROM executions`,
    )
    .get()
  db.pragma('journal_mode = DELETE')
  db.exec('VACUUM')
  const schemaVersion = db.pragma('user_version', { simple: true })
  db.close()

  const image = readFileSync(copy)
  const packed = brotliCompressSync(image, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 11,
      [constants.BROTLI_PARAM_LGWIN]: 24,
      [constants.BROTLI_PARAM_SIZE_HINT]: image.length,
    },
  })
  const target = new URL('../resources/sample/', import.meta.url)
  writeFileSync(new URL('recording.db.br', target), packed)
  const facts = { startUs, endUs, runs, schemaVersion, imageBytes: image.length }
  writeFileSync(new URL('recording.json', target), `${JSON.stringify(facts, null, 2)}\n`)
  console.log(`${runs} runs, ${image.length} bytes, packed ${packed.length} bytes`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
