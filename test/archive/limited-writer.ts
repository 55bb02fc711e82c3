import { writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { ENTRIES } from '../support/archive'

/**
 * Writes the entry of a writer thread to `path`, whose archive may not grow beyond so many pages while the file `full` is
 * there. Answers `path`.
 */
export function limitedWriter(path: string, full: string): string {
  writeFileSync(
    path,
    `import { createRequire } from 'node:module'
     import { existsSync } from 'node:fs'
     const Database = createRequire(${JSON.stringify(ENTRIES.writer)})('better-sqlite3')
     const { transaction } = Database.prototype
     Database.prototype.transaction = function (work) {
       const db = this
       return transaction.call(db, (...input) => {
         const pages = existsSync(${JSON.stringify(full)}) ? db.pragma('page_count', { simple: true }) + 10 : 1e9
         db.pragma('max_page_count = ' + pages)
         return work(...input)
       })
     }
     await import(${JSON.stringify(pathToFileURL(ENTRIES.writer).href)})`,
  )
  return path
}
