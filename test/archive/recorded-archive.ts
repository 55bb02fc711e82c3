import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OpenReader } from '@archive/threads'
import { openReader, openWriter } from '@archive/threads'
import type { Database } from 'better-sqlite3'
import SQLite from 'better-sqlite3'
import { afterAll, beforeAll } from 'vitest'
import { CONTEXT } from '../support/archive'
import { openFixture } from '../support/fixtures'

/** An archive of one source, and two ways to ask it. */
interface RecordedArchive {
  reader: OpenReader
  db: Database
  sourceId: number
  /** Path of the file that was read. */
  source: string
  /** Number of a handler or job. */
  id: (kind: string, appKey: string, name: string, instance?: number) => number
}

/** What a real Hassette wrote (`live-0.60`), read once for the tests of a `describe`; to be asked for in a test. */
export function useRecordedArchive(): () => RecordedArchive {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-test-'))
  const archive = join(folder, 'archive.db')
  let recorded: RecordedArchive

  beforeAll(async () => {
    const source = openFixture('live-0.60', join(folder, 'source'))
    const writer = openWriter(archive, () => undefined)
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'home', mode: 'snapshot', shiftUs: 0 })
    await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    writer.close()
    const db = new SQLite(archive, { readonly: true })
    const id: RecordedArchive['id'] = (kind, appKey, name, instance = 0) =>
      Number(
        db
          .prepare(
            `SELECT t.id FROM targets t JOIN apps a ON a.id = t.app_id
             WHERE t.kind = ? AND a.app_key = ? AND t.name = ? AND t.instance_index = ?`,
          )
          .pluck()
          .get(kind, appKey, name, instance),
      )
    recorded = { reader: openReader(archive), db, sourceId, source, id }
  })
  afterAll(() => {
    recorded.reader.close()
    recorded.db.close()
    rmSync(folder, { recursive: true, force: true })
  })

  return () => recorded
}
