import { createHash } from 'node:crypto'
import Database from 'better-sqlite3'

/** Rows and a hash over all rows, by table: two databases with the same dump hold the same, whatever their pages. */
export function dumpTables(
  path: string,
  without: readonly string[] = [],
): Record<string, { rows: number; hash: string }> {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const tables = db
      .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
      .pluck()
      .all()
      .filter((table) => !without.includes(table))
    return Object.fromEntries(
      tables.map((table) => {
        const hash = createHash('sha256')
        let rows = 0
        for (const row of db.prepare(`SELECT * FROM ${table}`).raw().iterate()) {
          hash.update(JSON.stringify(row))
          rows++
        }
        return [table, { rows, hash: hash.digest('hex') }]
      }),
    )
  } finally {
    db.close()
  }
}
