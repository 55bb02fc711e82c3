import { mkdirSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

const onEnd = onTestFinished

describe('a live Hassette file', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')
  const ours = <Row>(sql: string) => rowsOf<Row>(archive(), sql)

  it('brings each run within two seconds of its commit: 400 runs at 20 a second', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const watching = await startWatching(archive(), source())
    await watching.reaches('live')
    await hassette.run({ rate: 20, count: 400 })
    await watching.hasRuns(400)
    await waitFor('the news of 400 runs', () => watching.arrivals.length >= 400)
    const commits = hassette.commits.flatMap(({ ids, at }) => ids.map(() => at))
    // Runs come in the order of their commits.
    const delays = watching.arrivals.map((at, index) => at - (commits[index] ?? 0)).sort((a, b) => a - b)
    expect(delays).toHaveLength(400)
    expect(delays[379]).toBeLessThan(2000)
    await hassette.exit()
    const compared = compareExecutions(archive(), source())
    expect(compared.ours).toEqual(compared.theirs)
  })

  it('brings a run within three seconds or so while nobody sees the window', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const watching = await startWatching(archive(), source())
    await watching.reaches('live')
    await watching.write.setPace({ pace: 'hidden' })
    const committed = await hassette.append([{}])
    const at = Date.now()
    await watching.hasRuns(committed.ids.length)
    expect(Date.now() - at).toBeLessThan(3500)
  })

  it('keeps sessions, handlers, jobs and apps as they are there', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const watching = await startWatching(archive(), source())
    await hassette.register('light_keeper/0/porch', { app_key: 'late_app', name: 'late' })
    await waitFor('the new handler', () => ours(`SELECT 1 FROM targets WHERE name = 'late'`).length === 1)
    await hassette.retire('light_keeper/0/porch')
    const states = () =>
      ours<{ retired: number; removed: number }>(
        `SELECT retired_us IS NOT NULL AS retired, removed_us IS NOT NULL AS removed FROM targets
         WHERE stable_key LIKE '%:handler:light_keeper:0:porch:%'`,
      )
    await waitFor('the retired handler', () => states()[0]?.retired === 1)
    const db = new Database(source())
    db.exec(`UPDATE listeners SET retired_at = NULL, removed_at = 1 WHERE app_key = 'light_keeper' AND name = 'porch'`)
    await waitFor('the removed handler', () => states()[0]?.removed === 1)
    db.exec(`UPDATE app_manifests SET display_name = 'Lights', updated_at = 'z' WHERE app_key = 'light_keeper'`)
    db.close()
    const names = () => ours<{ name: string }>(`SELECT display_name AS name FROM apps WHERE app_key = 'light_keeper'`)
    await waitFor('the name of the app', () => names()[0]?.name === 'Lights')

    const endings = () => ours<{ ending: string }>('SELECT ending FROM sessions ORDER BY id').map((row) => row.ending)
    expect(endings()).toEqual(['running'])
    await hassette.sessionStop()
    await waitFor('the end of the session', () => endings().join() === 'clean')
    await hassette.sessionStart()
    await waitFor('the next session', () => endings().join() === 'clean,running')
    await hassette.kill()
    const again = await startHassetteWriter(source(), { onEnd })
    await waitFor('the killed session', () => endings().join() === 'clean,killed,running')
    await again.append([{}])
    await watching.hasRuns(1)
  })

  it('keeps the log lines of failed app runs, whether they come before or after the run, and stalls', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.append([{ like: 'error' }])
    await hassette.logs({ lines: [{ message: 'first, of a run that was there' }] })
    const watching = await startWatching(archive(), source())
    const kept = () =>
      ours<{ message: string }>(
        `SELECT l.message FROM run_logs l JOIN executions e ON e.id = l.run_id
         WHERE e.status = 'error' AND e.tier = 'app' ORDER BY l.at_us, l.id`,
      ).map((row) => row.message)
    expect(kept()).toEqual(['first, of a run that was there'])

    const uid = '01939f3c-0000-7000-8000-000000000001'
    await hassette.logs({ lines: [{ message: 'before', execution_id: uid }, { execution_id: null }] })
    await hassette.append([{ like: 'di', columns: { execution_id: uid } }])
    await waitFor('the line before the run', () => kept().includes('before'))
    await hassette.logs({ lines: [{ message: 'after', execution_id: uid }] })
    await waitFor('the line after the run', () => kept().includes('after'))
    await hassette.append([{ like: 'ok' }])
    await hassette.logs({ lines: [{ message: 'of a run that went well' }] })
    await hassette.blocking({ execution_id: uid })
    const stalls = () =>
      ours<object>(
        `SELECT b.app_key, b.duration_us, b.detector, b.reason, s.foreign_id AS session, hex(b.run_uid) AS uid
         FROM blocking_events b JOIN sessions s ON s.id = b.session_id`,
      )
    await waitFor('the stall', () => stalls().length === 1)
    expect(stalls()).toEqual([
      {
        app_key: 'air_quality',
        duration_us: 467_972,
        detector: 'watchdog',
        reason: 'attributed',
        session: 1,
        uid: uid.replaceAll('-', '').toUpperCase(),
      },
    ])
    await watching.hasRuns(3)
    expect(kept()).toEqual(['first, of a run that was there', 'before', 'after'])
  })

  it('goes on where it was after the archive was closed for a while', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const first = await startWatching(archive(), source())
    await hassette.append([{}, { like: 'error' }])
    await first.hasRuns(2)
    await first.stop()
    await first.close()
    await hassette.logs({ lines: [{ message: 'while nobody watched' }] })
    await hassette.run({ count: 500 })
    const second = await startWatching(archive(), source())
    await second.hasRuns(502)
    expect(ours(`SELECT 1 FROM run_logs WHERE message = 'while nobody watched'`)).toHaveLength(1)
    expect(ours("SELECT 1 FROM coverage WHERE kind = 'gap'")).toEqual([])
  })

  it('is stale while the file is gone, locked or damaged, and live again by itself', async () => {
    const inside = folder.path('home/hassette.db')
    mkdirSync(folder.path('home'))
    const hassette = await startHassetteWriter(inside, { onEnd })
    const watching = await startWatching(archive(), inside)
    await watching.reaches('live')
    await hassette.sessionStop()

    const problem = async (code: string, change: () => void, back: () => void): Promise<void> => {
      let told = watching.told.length
      const before = Date.now()
      change()
      const stale = await watching.reaches('stale', told)
      expect(stale).toMatchObject({ problem: { code } })
      if (stale.kind === 'stale') expect(stale.sinceMs).toBeGreaterThanOrEqual(before)
      told = watching.told.length
      back()
      await watching.reaches('live', told)
    }
    await problem(
      'source_not_found',
      () => renameSync(folder.path('home'), folder.path('unmounted')),
      () => renameSync(folder.path('unmounted'), folder.path('home')),
    )
    const holder = new Database(inside)
    await problem(
      'source_locked',
      () => {
        holder.pragma('locking_mode = EXCLUSIVE')
        holder.exec('UPDATE sessions SET dropped_overflow = 1')
      },
      () => holder.close(),
    )
    const aside = folder.path('aside.db')
    await problem(
      'source_not_hassette',
      () => {
        renameSync(inside, aside)
        const other = new Database(inside)
        other.exec('CREATE TABLE songs (id INTEGER)')
        other.close()
      },
      () => {
        rmSync(inside)
        renameSync(aside, inside)
      },
    )
    await hassette.sessionStart()
    await hassette.append([{}])
    await watching.hasRuns(1)
    expect(watching.faults).toEqual([])
  })

  it('is a snapshot until a Hassette writes it', async () => {
    const path = openFixture('live-0.60', folder.path('x'))
    const watching = await startWatching(archive(), path)
    await watching.reaches('up_to_date')
    expect(await watching.read.sources()).toMatchObject([{ mode: 'snapshot' }])
    const hassette = await startHassetteWriter(path, { onEnd })
    await waitFor('its session', () => ours('SELECT 1 FROM sessions WHERE foreign_id = 6').length === 1)
    await hassette.append([{}])
    await watching.reaches('live')
    expect(await watching.read.sources()).toMatchObject([{ mode: 'live' }])
    await watching.hasRuns(16_155)
    await watching.stop()
    expect(await watching.ended).toMatchObject({ code: 'cancelled' })
  })
})
