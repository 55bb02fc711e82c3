import { statSync } from 'node:fs'
import type { CallContext } from '@archive/core'
import { createSourceChanges } from '@archive/retention'
import { Failure } from '@shared/result'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT, openClient, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { dumpTables } from '../support/table-dump'
import { listed, read, writerOn } from './written-sources'

/** What stays of a source that was deleted: names of error classes, which are shared, and that it was deleted. */
const SHARED = ['error_types', 'retention_log', 'sqlite_sequence', 'meta']

/** Rows that belong to nothing that is there. */
function orphans(path: string): unknown[] {
  return rowsOf(
    path,
    `SELECT 'rollups', target_id FROM rollups WHERE target_id > 0 AND target_id NOT IN (SELECT id FROM targets)
     UNION ALL SELECT 'totals', target_id FROM rollups WHERE target_id < 0 AND -target_id NOT IN (SELECT id FROM streams)
     UNION ALL SELECT 'groups', group_id FROM group_rollups WHERE group_id NOT IN (SELECT id FROM error_groups)
     UNION ALL SELECT 'runs', id FROM runs WHERE id >> 40 NOT IN (SELECT id FROM streams)
     UNION ALL SELECT 'blocks', block FROM blocks WHERE block >> 28 NOT IN (SELECT id FROM streams)
     UNION ALL SELECT 'failures', run_id FROM failures WHERE run_id NOT IN (SELECT id FROM runs)
     UNION ALL SELECT 'logs', run_id FROM run_logs WHERE run_id NOT IN (SELECT id FROM runs)
     UNION ALL SELECT 'tracebacks', id FROM tracebacks WHERE id NOT IN (SELECT traceback_id FROM failures WHERE traceback_id IS NOT NULL)`,
  )
}

/** Cuts the work short at the n-th pause. */
function cutAt(n: number): CallContext {
  let pauses = 0
  return {
    ...CONTEXT,
    pause: async () => {
      if (++pauses >= n) throw new Failure('cancelled', 'Cancelled.')
      await CONTEXT.pause()
    },
  }
}

describe('a source that is deleted', () => {
  const folder = useTempFolder()
  const archive = () => folder.path('hassette.db')

  /** An archive with a source that stays, its dump, and a second source with failures and log lines. */
  async function twoSources() {
    const first = writerOn(archive())
    const stays = await read(first, openFixture('seed-error', folder.path('a')))
    first.close()
    const before = dumpTables(archive(), SHARED)
    const second = writerOn(archive())
    const goes = await read(second, openFixture('live-0.60', folder.path('b')))
    const degraded = await read(second, openFixture('seed-degraded', folder.path('c')))
    second.close()
    const db = new Database(archive())
    // What no reading of a file fills yet.
    db.exec(`INSERT INTO recent_keys VALUES (${goes}, x'01', 1);
      INSERT INTO incidents (id, source_id, detail) VALUES (1, ${goes}, '{}');
      INSERT INTO notifications (incident_id, at_us, kind, silent, state) VALUES (1, 1, 'opened', 0, 'sent');
      INSERT INTO mutes VALUES (${goes}, 'target', 1);
      INSERT INTO blocking_events (epoch_id, foreign_id, detected_us, detector)
        SELECT id, 999999, 1, 'x' FROM epochs WHERE source_id = ${goes}`)
    db.close()
    return { stays, goes: [goes, degraded], before }
  }

  it('goes with all that is its own; what others have is as it was, and the file is smaller', async () => {
    const { stays, goes, before } = await twoSources()
    const size = statSync(archive()).size
    const full = dumpTables(archive())
    const filled = Object.keys(before).filter((table) => (full[table]?.rows ?? 0) > (before[table]?.rows ?? 0))
    // Else this would show nothing.
    expect(filled).toEqual(
      expect.arrayContaining([
        'apps',
        'blocks',
        'coverage',
        'epochs',
        'error_groups',
        'failures',
        'mutes',
        'notifications',
      ]),
    )
    expect(filled).toEqual(
      expect.arrayContaining(['group_rollups', 'group_targets', 'rollups', 'runs', 'sessions', 'sources', 'streams']),
    )
    expect(filled).toEqual(
      expect.arrayContaining(['blocking_events', 'incidents', 'recent_keys', 'target_recent', 'targets']),
    )
    expect(filled).toContain('tracebacks')
    const writer = writerOn(archive())
    for (const sourceId of goes) writer.upkeep.removeSource({ sourceId, runs: 'delete' })
    expect(await listed(archive())).toMatchObject([{ id: stays }])
    await writer.upkeep.finishRemovals(undefined, CONTEXT)
    writer.close()
    expect(dumpTables(archive(), SHARED)).toEqual(before)
    expect(rowsOf(archive(), "SELECT * FROM meta WHERE k LIKE 'source.%'")).toEqual([])
    expect(statSync(archive()).size).toBeLessThan(size)
    const log = rowsOf<{ reason: string; runs: number }>(
      archive(),
      'SELECT reason, runs FROM retention_log ORDER BY id',
    )
    expect(log.map(({ reason }) => reason)).toEqual(['source_removed', 'source_removed'])
    expect(log.reduce((sum, { runs }) => sum + runs, 0)).toBe((full['runs']?.rows ?? 0) - (before['runs']?.rows ?? 0))
  })

  it('cut short at any pause, it is gone for the window and the next start deletes the rest', async () => {
    const { goes, before } = await twoSources()
    const [sourceId = 0, other = 0] = goes
    const begun = writerOn(archive())
    begun.upkeep.removeSource({ sourceId, runs: 'delete' })
    begun.upkeep.removeSource({ sourceId: other, runs: 'delete' })
    begun.close()
    let finished = false
    for (let cut = 1; !finished; cut++) {
      const writer = writerOn(archive())
      expect(await listed(archive())).toHaveLength(1)
      try {
        await writer.upkeep.finishRemovals(undefined, cutAt(cut))
        finished = true
      } catch (thrown) {
        expect(thrown).toMatchObject({ code: 'cancelled' })
      }
      writer.close()
    }
    expect(dumpTables(archive(), SHARED)).toEqual(before)
  })

  it('added again while it goes is a new source, and read whole', async () => {
    const writer = writerOn(archive())
    const path = openFixture('live-v9', folder.path('a'))
    const id = await read(writer, path)
    const before = rowsOf<{ n: number }>(archive(), 'SELECT count(*) AS n FROM runs')
    writer.upkeep.removeSource({ sourceId: id, runs: 'delete' })
    const again = await read(writer, path)
    expect(again).not.toBe(id)
    await writer.upkeep.finishRemovals(undefined, CONTEXT)
    expect(await listed(archive())).toMatchObject([{ id: again }])
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual(before)
    expect(() => writer.upkeep.renameSource({ sourceId: id, name: 'x' })).toThrow(Failure)
  })

  it('goes while another one is read: counts, groups and trends of that one stay whole', async () => {
    const alone = folder.path('alone.db')
    const hassette = openFixture('live-0.60', folder.path('a'))
    const other = writerOn(alone)
    await read(other, openFixture('live-v9', folder.path('b')))
    await read(other, hassette)
    other.close()
    const writer = writerOn(archive())
    const goes = await read(writer, openFixture('live-v9', folder.path('c')))
    const { sourceId } = await writer.sources.addFile({ path: hassette, name: 'x', mode: 'auto', shiftUs: 0 })
    writer.upkeep.removeSource({ sourceId: goes, runs: 'delete' })
    await Promise.all([
      writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT),
      writer.upkeep.finishRemovals(undefined, CONTEXT),
    ])
    writer.close()
    const trends = `SELECT r.resolution, r.bucket, t.stable_key, r.n, r.failed, r.max_us, hex(r.histogram) AS h
      FROM rollups r JOIN targets t ON t.id = r.target_id JOIN apps a ON a.id = t.app_id
      WHERE a.source_id = 2 AND r.resolution > 0 ORDER BY 1, 2, 3`
    const groups = 'SELECT cause, n_total, n_deleted FROM error_groups WHERE source_id = 2 ORDER BY fingerprint'
    for (const sql of [trends, groups, 'SELECT sum(n) AS n FROM blocks WHERE block >= 3 << 28']) {
      expect(rowsOf(archive(), sql)).toEqual(rowsOf(alone, sql))
    }
    expect(rowsOf(archive(), 'SELECT id FROM sources')).toEqual([{ id: 2 }])
    expect(orphans(archive())).toEqual([])
  })

  it('whatever is written meanwhile: no trend comes after its target', async () => {
    const { db, sourceId, memory, epoch } = createSynthetic(archive())
    onTestFinished(() => void db.close())
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let batch = 0; batch < 5; batch++) {
      appender.append(batchOf(Array.from({ length: 2000 }, (_, n) => madeRun(batch * 2000 + n + 1))))
    }
    const upkeep = createSourceChanges(db, memory)
    upkeep.removeSource({ sourceId, runs: 'delete' })
    const write = db.transaction(() => memory.trends.flush()).immediate
    const pause = async (): Promise<void> => {
      // What others wait to have counted is looked up while its runs go, and written when they are gone.
      if (rowsIn('runs') > 0) memory.trends.isDue()
      else if (rowsIn('rollups') === 0) write()
      await CONTEXT.pause()
    }
    const rowsIn = (table: string): number => db.prepare<[], number>(`SELECT count(*) FROM ${table}`).pluck().get() ?? 0
    await upkeep.finishRemovals(undefined, { ...CONTEXT, pause })
    expect(['sources', 'rollups', 'group_rollups', 'runs', 'targets'].map(rowsIn)).toEqual([0, 0, 0, 0, 0])
  })

  it('goes although it is being read: nothing comes after it', async () => {
    const hassette = await startHassetteWriter(folder.path('home.db'), { onEnd: onTestFinished })
    await hassette.run({ count: 10_000 })
    const client = openClient(archive())
    const { sourceId } = await client.write.addFileSource({ path: hassette.path, name: 'x', mode: 'live', shiftUs: 0 })
    let begin: () => void = () => undefined
    const begun = new Promise<void>((resolve) => (begin = resolve))
    const reading = client.write.syncFileSource({ sourceId, shiftUs: 0 }, { onProgress: () => begin() })
    await begun
    const removing = client.write.removeSource({ sourceId, runs: 'delete' })
    const finishing = client.write.finishRemovals()
    // The reading that goes on comes to its end first.
    const order: string[] = []
    const noted = [reading.then(() => order.push('read')), removing.then(() => order.push('removed')), finishing]
    await expect(client.write.syncFileSource({ sourceId, shiftUs: 0 })).rejects.toMatchObject({ code: 'not_found' })
    await Promise.all(noted)
    expect(order).toEqual(['read', 'removed'])
    await client.write.finishRemovals()
    await client.close()
    for (const table of ['sources', 'epochs', 'streams', 'runs', 'rollups', 'targets']) {
      expect([table, ...rowsOf(archive(), `SELECT count(*) AS n FROM ${table}`)]).toEqual([table, { n: 0 }])
    }
  })
})
