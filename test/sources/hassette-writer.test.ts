import { existsSync, statSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'

const folder = useTempFolder()
const start = (name = 'hassette.db'): Promise<HassetteWriter> =>
  startHassetteWriter(folder.path(name), { onEnd: onTestFinished })

const MIX = { error: 0.1, di: 0.1, timed_out: 0.1, cancelled: 0.1, skipped: 0.1, framework: 0.1 }
const count = (path: string, table = 'executions'): number =>
  rowsOf<{ n: number }>(path, `SELECT count(*) AS n FROM ${table}`)[0]!.n

describe('the Hassette writer writes what Hassette 0.60 writes', () => {
  it('has the same schema, settings and numbering', async () => {
    const real = openFixture('live-0.60', folder.path('real'))
    const writer = await start()
    await writer.append([{ like: 'ok' }])
    await writer.logs({ count: 1 })
    await writer.blocking()
    await writer.exit()
    const facts = (path: string) => ({
      schema: rowsOf(path, 'SELECT type, name, tbl_name, sql FROM sqlite_schema'),
      numbered: rowsOf(path, 'SELECT name FROM sqlite_sequence ORDER BY name'),
      settings: ['user_version', 'page_size', 'auto_vacuum', 'journal_mode', 'encoding', 'application_id'].map((name) =>
        rowsOf(path, `PRAGMA ${name}`),
      ),
    })
    expect(facts(writer.path)).toEqual(facts(real))
    expect(rowsOf(writer.path, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
    expect(rowsOf(writer.path, 'PRAGMA foreign_key_check')).toEqual([])
  })

  it('makes rows of the shapes that a real file has', async () => {
    const real = openFixture('live-0.60', folder.path('real'))
    const writer = await start()
    await writer.run({ count: 2000, mix: MIX })
    await writer.exit()
    const columns = rowsOf<{ name: string }>(real, `SELECT name FROM pragma_table_info('executions')`)
    const shape = `kind || ' ' || status || ' ' || source_tier || ' ' || is_di_failure || ' ' ||
      ${columns.map(({ name }) => `typeof("${name}")`).join(` || ' ' || `)} || ' ' || length(execution_id) || ' ' ||
      coalesce(length(trigger_context_id), 0) || ' ' || coalesce(trigger_origin, '') AS shape`
    const shapes = (path: string, where: string) =>
      rowsOf<{ shape: string }>(path, `SELECT DISTINCT ${shape} FROM executions WHERE ${where}`).map((row) => row.shape)
    // Framework runs of the recording have other origins and contexts; of the app tier every shape must be known.
    const known = new Set(shapes(real, `source_tier = 'app'`))
    const made = shapes(writer.path, `source_tier = 'app'`)
    expect(made.filter((each) => !known.has(each))).toEqual([])
    expect(made.length).toBeGreaterThanOrEqual(9)
  })

  it('words dependency failures as Hassette does', async () => {
    const real = openFixture('live-0.60', folder.path('real'))
    const writer = await start()
    await writer.append([0, 1].map((text) => ({ like: 'di', text: text as 0 | 1, target: 'light_keeper/0/porch' })))
    await writer.exit()
    // The type of the payload varies between events.
    const texts = (path: string) =>
      rowsOf<{ text: string }>(path, 'SELECT error_message AS text FROM executions WHERE is_di_failure = 1').map(
        ({ text }) => text.replace(/of type '.*?' to/, "of type '…' to"),
      )
    expect(new Set(texts(real))).toEqual(new Set([...texts(real), ...texts(writer.path)]))
    expect(texts(writer.path)).toHaveLength(2)
  })
})

describe('the Hassette writer lives as Hassette does', () => {
  it('is read into the archive as it is, after a kill and after a clean stop', async () => {
    const first = await start()
    await first.run({ count: 500, mix: MIX })
    await first.kill()
    expect(existsSync(`${first.path}-wal`)).toBe(true)
    const second = await start()
    expect(second.started).toMatchObject({ created: false, session: 2 })
    await second.run({ rate: 200, seconds: 0.5, mix: MIX })
    await second.exit()
    expect([existsSync(`${first.path}-wal`), existsSync(`${first.path}-shm`)]).toEqual([false, false])

    const archive = folder.path('archive.db')
    const client = openClient(archive)
    const { sourceId } = await client.write.addFileSource({ path: first.path, name: 'x', mode: 'auto', shiftUs: 0 })
    const report = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    const [info] = await client.read.sources()
    await client.close()
    const compared = compareExecutions(archive, first.path)
    expect(compared.ours).toEqual(compared.theirs)
    expect(report.runs).toBe(600)
    expect(info).toMatchObject({ mode: 'live' })
    expect(rowsOf(first.path, 'SELECT status, stopped_at >= last_heartbeat_at AS ended FROM sessions')).toEqual([
      { status: 'unknown', ended: 1 },
      { status: 'success', ended: 1 },
    ])
    expect(rowsOf(first.path, 'SELECT DISTINCT removed_at IS NULL AS kept FROM scheduled_jobs')).toEqual([{ kept: 0 }])
    expect(rowsOf(archive, 'SELECT ending FROM sessions ORDER BY id')).toEqual([
      { ending: 'killed' },
      { ending: 'clean' },
    ])
  })

  it('tells every commit: which rows, and when', async () => {
    const writer = await start()
    const before = Number(process.hrtime.bigint()) / 1e6
    const heard: number[] = []
    writer.onCommit(({ monotonicMs, ids }) => {
      heard.push(...ids)
      expect(monotonicMs).toBeGreaterThan(before)
      expect(monotonicMs).toBeLessThanOrEqual(Number(process.hrtime.bigint()) / 1e6)
      expect(ids.length).toBeLessThanOrEqual(100)
    })
    const { ms, rows } = await writer.run({ rate: 100, seconds: 0.6 })
    await writer.run({ count: 250 })
    expect(rows).toBe(60)
    expect(ms).toBeGreaterThan(580)
    expect(heard).toEqual(rowsOf<{ id: number }>(writer.path, 'SELECT id FROM executions').map(({ id }) => id))
    expect(writer.committedIds()).toEqual(heard)
  })

  it('shows rows of a held transaction at its end, and runs wait for it', async () => {
    const writer = await start()
    const { end } = await writer.hold({ ms: 300, rows: [{ like: 'ok', columns: { execution_id: 'held' } }] })
    const running = writer.run({ rate: 100, seconds: 0.2 })
    expect(count(writer.path)).toBe(0)
    expect((await end).ids).toEqual([1])
    await running
    expect(writer.committedIds()).toEqual(Array.from({ length: 21 }, (_, at) => at + 1))
    expect(rowsOf(writer.path, 'SELECT execution_id FROM executions WHERE id = 1')).toEqual([{ execution_id: 'held' }])
  })

  it('clears up: failsafe, retention, an empty table, a truncated WAL, a snapshot', async () => {
    const writer = await start()
    const day = 86_400
    const begin = Date.now() / 1000 - 3 * day
    await writer.run({ count: 6000, startedAt: begin, spanSeconds: 2 * day })
    await writer.checkpoint()
    const large = statSync(writer.path).size
    const safe = await writer.failsafe({ batches: 2 })
    expect(safe).toMatchObject({ deleted: { executions: 2000 }, checkpoint: { busy: 0 } })
    expect(rowsOf(writer.path, 'SELECT min(id) AS first FROM executions')).toEqual([{ first: 2001 }])
    expect(rowsOf(writer.path, 'PRAGMA freelist_count')).toEqual([{ freelist_count: 0 }])
    expect(statSync(writer.path).size).toBeLessThan(large - safe.freed * 2000)
    expect(statSync(`${writer.path}-wal`).size).toBe(0)

    const kept = await writer.retention(begin + day)
    expect(kept.deleted['executions']).toBe(1000)
    await writer.vacuumInto(folder.path('copy.db'))
    expect(count(folder.path('copy.db'))).toBe(3000)
    expect((await writer.empty()).deleted.executions).toBe(3000)
    expect((await writer.append([{ like: 'ok' }])).ids).toEqual([6001])
  })

  it('begins anew: another file, ids from 1, whether asked to or because the version is 0', async () => {
    const writer = await start()
    await writer.append([{ like: 'ok' }, { like: 'di' }])
    const again = await writer.recreate()
    expect(again).toMatchObject({ created: true, session: 1 })
    expect((await writer.append([{ like: 'ok' }])).ids).toEqual([1])
    expect(count(writer.path)).toBe(1)
    await writer.exit()

    const legacy = new Database(folder.path('legacy.db'))
    legacy.exec('CREATE TABLE handler_invocations (id INTEGER)')
    legacy.close()
    expect((await start('legacy.db')).started).toMatchObject({ created: true, session: 1 })
  })

  it('changes what is registered, and deletes a handler that ran once with the next session', async () => {
    const writer = await start()
    await writer.register('light_keeper/0/porch', { name: 'welcome', once: 1 })
    await writer.retire('kitchen_lights/0/daylight')
    await writer.append([{ target: 'light_keeper/0/welcome' }, { target: 'light_keeper/0/porch' }])
    await expect(writer.append([{ target: 'kitchen_lights/0/daylight' }])).rejects.toThrow('no handler or job')
    expect(rowsOf(writer.path, 'SELECT name FROM listeners WHERE retired_at IS NOT NULL')).toEqual([
      { name: 'daylight' },
    ])
    await writer.sessionStop()
    expect((await writer.sessionStart()).session).toBe(2)
    expect(rowsOf(writer.path, `SELECT name FROM listeners WHERE name = 'welcome'`)).toEqual([])
    expect(count(writer.path)).toBe(1)
  })
})
