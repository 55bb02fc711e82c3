import { existsSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { useTempFolder } from '../support/fixtures'
import { realHassette } from '../support/real-hassette'
import { waitFor } from '../support/wait'
import { startWatching } from '../support/watching'

/** The first run on a machine installs Hassette. */
const TIMEOUT_MS = 300_000

describe('a real Hassette', { timeout: TIMEOUT_MS }, () => {
  const folder = useTempFolder()

  /** Rows of its file, whose number only grows here. */
  const runsIn = (path: string, where = 'TRUE'): number =>
    rowsOf<{ n: number }>(path, `SELECT count(*) AS n FROM executions WHERE ${where}`)[0]?.n ?? 0
  const endings = (archive: string) =>
    rowsOf<{ ending: string }>(archive, 'SELECT ending FROM sessions ORDER BY id').map(({ ending }) => ending)

  it('is read while it runs and again after its clean stop: every run as it is, once', async (ctx) => {
    const hassette = await realHassette({ onEnd: onTestFinished, rate: 20 })
    if ('skipped' in hassette) return ctx.skip(hassette.skipped)
    const { database } = hassette
    await hassette.storm({ seconds: 3, interval: 0.1 })
    await waitFor('runs and dependency failures', () => runsIn(database, 'is_di_failure = 1') >= 5)

    const archive = folder.path('archive.db')
    const client = openClient(archive)
    const { sourceId } = await client.write.addFileSource({ path: database, name: 'x', mode: 'auto', shiftUs: 0 })
    const before = runsIn(database)
    const first = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    expect(first.runs).toBeGreaterThanOrEqual(before)
    expect(endings(archive)).toEqual(['running'])
    expect(await client.read.sources()).toMatchObject([{ mode: 'live', path: database }])

    await waitFor('more runs', () => runsIn(database) >= before + 30)
    await hassette.stop()
    expect(existsSync(`${database}-wal`)).toBe(false)
    const second = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    expect(second.runs).toBeGreaterThanOrEqual(30)
    expect((await client.write.syncFileSource({ sourceId, shiftUs: 0 })).runs).toBe(0)
    await client.close()

    const compared = compareExecutions(archive, database)
    expect(compared.ours).toEqual(compared.theirs)
    expect(compared.theirs.total).toBe(first.runs + second.runs)
    expect(compared.theirs.counts['app handler error di DependencyError DependencyResolutionError']).toBeGreaterThan(4)
    expect(endings(archive)).toEqual(['clean'])
    expect(client.faults).toEqual([])
  })

  it('is watched while it is killed and started again: the runs of both sessions arrive', async (ctx) => {
    const hassette = await realHassette({ onEnd: onTestFinished, rate: 20 })
    if ('skipped' in hassette) return ctx.skip(hassette.skipped)
    const { database } = hassette
    const archive = folder.path('archive.db')
    const watching = await startWatching(archive, database)
    await watching.reaches('live')
    const arrived = (where = 'TRUE') =>
      waitFor(`every run where ${where}`, () => {
        const theirs = runsIn(database)
        return theirs >= 20 && runsIn(database, where) >= 20 && watching.runs() >= theirs
      })
    await hassette.storm({ seconds: 2, interval: 0.1 })
    await arrived()

    await hassette.kill()
    expect(existsSync(`${database}-wal`)).toBe(true)
    await arrived()
    const afterKill = compareExecutions(archive, database)
    expect(afterKill.ours).toEqual(afterKill.theirs)

    await hassette.resume()
    await waitFor('the end of the killed session', () => endings(archive).join() === 'killed,running')
    await arrived('session_id = 2')
    await hassette.stop()
    await waitFor('the end of the second session', () => endings(archive).join() === 'killed,clean')
    await watching.stop()
    await watching.close()
    const compared = compareExecutions(archive, database)
    expect(compared.ours).toEqual(compared.theirs)
    expect(watching.told.filter((state) => state.kind !== 'live')).toEqual([])
    expect(rowsOf(archive, 'SELECT 1 FROM run_logs').length).toBeGreaterThan(0)
    expect(rowsOf(archive, 'SELECT reason FROM epochs')).toEqual([{ reason: 'first' }])
    expect(rowsOf(archive, `SELECT 1 FROM coverage WHERE kind = 'gap'`)).toEqual([])
    expect(watching.faults).toEqual([])
  })
})
