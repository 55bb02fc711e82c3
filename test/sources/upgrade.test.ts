import { openWriter } from '@archive/threads'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { waitFor } from '../support/wait'
import { startWatching } from '../support/watching'

/** What the migrations of Hassette from 0.52 to 0.60 do. */
function upgrade(path: string): void {
  const db = new Database(path)
  db.exec(`BEGIN IMMEDIATE;
    ALTER TABLE blocking_events ADD COLUMN frames TEXT;
    ALTER TABLE app_manifests DROP COLUMN auto_loaded;
    ALTER TABLE log_records DROP COLUMN source_tier;
    ALTER TABLE log_records ADD COLUMN author TEXT NOT NULL DEFAULT 'framework' CHECK (author IN ('app', 'framework'));
    PRAGMA user_version = 15;
    COMMIT`)
  db.close()
}

describe('a Hassette that is upgraded', () => {
  const folder = useTempFolder()

  it('while it is watched goes on in the same epoch', async () => {
    const path = openFixture('live-0.52', folder.path('x'))
    const archive = folder.path('archive.db')
    const watching = await startWatching(archive, path)
    await watching.reaches('up_to_date')
    upgrade(path)
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    await hassette.append([{}, { like: 'error' }])
    await watching.hasRuns(16_797)
    const version = () => rowsOf<{ schema_version: number }>(archive, 'SELECT schema_version FROM sources')[0]
    await waitFor('the new schema', () => version()?.schema_version === 15)
    await hassette.exit()
    await watching.stop()
    expect(watching.told.filter((state) => state.kind === 'stale')).toEqual([])
    expect(rowsOf(archive, 'SELECT reason FROM epochs')).toEqual([{ reason: 'first' }])
  })

  it('between two statements of a reading is read to its end', async () => {
    const path = openFixture('live-0.52', folder.path('x'))
    const archive = folder.path('archive.db')
    const writer = openWriter(archive, () => undefined)
    const { sourceId } = await writer.sources.addFile({ path, name: 'x', mode: 'live', shiftUs: 0 })
    let pauses = 0
    const pause = async (): Promise<void> => {
      if (++pauses === 3) upgrade(path)
    }
    const { runs } = await writer.sources.syncFile({ sourceId, shiftUs: 0 }, { ...CONTEXT, pause })
    writer.close()
    expect(runs).toBe(16_795)
    const compared = compareExecutions(archive, path)
    expect(compared.ours).toEqual(compared.theirs)
  })
})
