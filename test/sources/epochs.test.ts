import { copyFileSync, rmSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

const onEnd = onTestFinished

/** What may happen to Hassette's file, while it is watched and while nobody looks. */
describe.each([
  ['while it is watched', true],
  ['while nobody looks', false],
])('%s', (_, watched) => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')
  const ours = <Row>(sql: string) => rowsOf<Row>(archive(), sql)
  const reasons = () => ours<{ reason: string }>('SELECT reason FROM epochs ORDER BY id').map((row) => row.reason)
  const gaps = () => ours<{ reason: string }>(`SELECT reason, from_us, to_us FROM coverage WHERE kind = 'gap'`)
  const idsOnce = () =>
    expect(ours('SELECT uid FROM runs WHERE uid IS NOT NULL GROUP BY uid HAVING count(*) > 1')).toEqual([])

  /** Lets something happen, with or without us. Answers the one that watches afterwards. */
  const during = async (watching: Awaited<ReturnType<typeof startWatching>>, happen: () => Promise<void>) => {
    if (watched) {
      await happen()
      return watching
    }
    await watching.stop()
    await watching.close()
    await happen()
    return startWatching(archive(), source())
  }

  it('a file that is made anew begins a new epoch: ids restart, targets stay', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.run({ count: 300 })
    const first = await startWatching(archive(), source())
    const targets = () => ours('SELECT id, stable_key FROM targets ORDER BY id')
    await waitFor('all targets', () => targets().length > 20)
    const before = targets()
    const watching = await during(first, async () => {
      await hassette.recreate()
      await hassette.run({ count: 500 })
    })
    await watching.hasRuns(800)
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(targets()).toEqual(before)
    expect(gaps()).toEqual([])
    idsOnce()
  })

  it('a backup that is put back brings nothing twice and what comes after it', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.run({ count: 250 })
    await hassette.blocking()
    await hassette.vacuumInto(folder.path('backup.db'))
    await hassette.run({ count: 250 })
    await hassette.blocking()
    const first = await startWatching(archive(), source())
    await first.hasRuns(500)
    const watching = await during(first, async () => {
      await hassette.exit()
      for (const end of ['-wal', '-shm', '']) rmSync(`${source()}${end}`, { force: true })
      copyFileSync(folder.path('backup.db'), source())
      // Not the same random numbers again.
      const again = await startHassetteWriter(source(), { onEnd, seed: 2 })
      await again.run({ count: 400 })
      await again.blocking()
    })
    await watching.hasRuns(900)
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(gaps()).toEqual([])
    idsOnce()
    expect(ours('SELECT foreign_id FROM sessions')).toHaveLength(2)
    await waitFor('three stalls', () => ours('SELECT 1 FROM blocking_events').length === 3)
  })

  it('rows that were read and then deleted are no gap, and no new epoch', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.run({ count: 300 })
    const first = await startWatching(archive(), source())
    await first.hasRuns(300)
    const watching = await during(first, async () => {
      await hassette.empty()
    })
    await hassette.run({ count: 200 })
    await watching.hasRuns(500)
    expect(reasons()).toEqual(['first'])
    expect(gaps()).toEqual([])
  })

  it('a clock that is set back or forward loses and doubles nothing, and keeps the order of arrival', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.append([{ columns: { execution_id: 'a' } }])
    const first = await startWatching(archive(), source())
    await first.hasRuns(1)
    const now = Date.now() / 1000
    const watching = await during(first, async () => {
      await hassette.append([{ startedAt: now - 7200, columns: { execution_id: 'back' } }])
      await hassette.append([{ startedAt: now + 7200, columns: { execution_id: 'forward' } }])
      await hassette.append([{ startedAt: now, columns: { execution_id: 'now' } }])
    })
    await watching.hasRuns(4)
    const order = ours<{ execution_id: string }>('SELECT execution_id FROM executions ORDER BY id')
    expect(order.map((row) => row.execution_id)).toEqual(['a', 'back', 'forward', 'now'])
    expect(reasons()).toEqual(['first'])
  })
})

describe('rows that Hassette deleted before they were read', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')
  const gaps = () =>
    rowsOf<{ reason: string; lost: number | null; from_us: number; to_us: number }>(
      archive(),
      `SELECT reason, lost, from_us, to_us FROM coverage WHERE kind = 'gap' ORDER BY from_us`,
    )

  it('after hours of sleep leave a gap with its size, once', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const now = Date.now() / 1000
    await hassette.run({ count: 300, startedAt: now - 50_000, spanSeconds: 100 })
    const first = await startWatching(archive(), source())
    await first.stop()
    await first.close()
    await hassette.run({ count: 2500, startedAt: now - 40_000, spanSeconds: 39_000 })
    // Takes the oldest 2000: the 300 that are known, and 1700 that are not.
    const { deleted } = await hassette.failsafe({ batches: 2 })
    expect(deleted.executions).toBe(2000)
    const second = await startWatching(archive(), source())
    await second.hasRuns(300 + 800)
    expect(gaps()).toHaveLength(1)
    const [gap] = gaps()
    expect(gap).toMatchObject({ reason: 'deleted', lost: 1700 })
    expect(gap?.from_us).toBeLessThan((now - 49_000) * 1e6)
    expect(gap?.to_us).toBeGreaterThan((now - 39_000) * 1e6)
    await hassette.append([{}])
    await second.hasRuns(1101)
    expect(gaps()).toHaveLength(1)
    const { hash } = compareExecutions(archive(), source()).theirs
    expect(hash).not.toBe('0')
  })

  it('all of them, too: the emptied table of a failsafe', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    await hassette.run({ count: 100 })
    const first = await startWatching(archive(), source())
    await first.stop()
    await first.close()
    await hassette.run({ count: 50 })
    await hassette.empty()
    const second = await startWatching(archive(), source())
    await waitFor('the gap', () => gaps().length === 1)
    expect(gaps()[0]).toMatchObject({ reason: 'deleted', lost: 50 })
    await hassette.append([{}, {}])
    await second.hasRuns(102)
    expect(gaps()).toHaveLength(1)
  })
})
