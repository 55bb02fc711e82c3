import { createRetention } from '@main/maintenance/retention'
import { databaseBytes } from '@main/maintenance/disk'
import { createJobRunner } from '@main/maintenance/job-runner'
import type { RunFilter } from '@shared/filter'
import type { Limits } from '@shared/storage'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { addHeartbeat } from '../support/trusted'
import { waitFor } from '../support/wait'
import { LIMITS } from './retention-checks'
import { createFilled } from './retention-fill'
import { rowIds, walkOlder } from './walks'

const RUNS = 60_000

describe('the retention in the threads of an archive', () => {
  const folder = useTempFolder()

  async function filled(maxSizeMb: number) {
    const path = folder.path('archive.db')
    const archive = createFilled(path, maxSizeMb, 'snapshot')
    await archive.fill(RUNS, 3_600_000_000)
    addHeartbeat(archive.db)
    archive.db.close()
    const client = openClient(path)
    await client.reached('ready')
    const [source] = await client.read.sources()
    const filter: RunFilter = {
      sourceId: source?.id ?? 0,
      tier: 'all',
      span: { fromUs: null, toUs: null },
      targetId: null,
      conditions: [],
    }
    const ask: Parameters<typeof walkOlder>[0] = (input) => client.read['runs.page']({ filter, ...input })
    return { path, client, ask, filter }
  }

  it('lets pages be asked for meanwhile, which hold what is left and nothing twice', async () => {
    const { path, client, ask } = await filled(1.2)
    let ended = false
    const limits: Limits = { ...LIMITS, maxSizeMb: 1.2 }
    const passing = client.write.retain({ reason: 'by_hand', rules: ['size'], limits }).finally(() => (ended = true))
    const walks: number[][] = []
    do walks.push((await walkOlder(ask, 200)).flatMap(rowIds))
    while (!ended)
    const report = await passing

    const left = rowsOf<{ id: number }>(path, 'SELECT id FROM runs ORDER BY id').map(({ id }) => id)
    expect(left).toHaveLength(RUNS - report.runs)
    for (const walk of walks) {
      const met = new Set(walk)
      expect(met.size).toBe(walk.length)
      // What is there in the end was there all along.
      expect(left.filter((id) => !met.has(id))).toEqual([])
    }
    expect(Math.max(...walks.map((walk) => walk.length))).toBeGreaterThan(left.length)
    expect(client.faults).toEqual([])
  })

  it('begins by itself when the archive is ready, and again when a limit is lowered', async () => {
    const { path, client } = await filled(2)
    const jobs = createJobRunner((message) => expect.unreachable(message))
    let limits: Limits = { ...LIMITS, maxSizeMb: 2 }
    const seen = new Set<string>()
    jobs.onChange((work) => work && seen.add(work.step))
    const retention = createRetention({
      archive: () => ({ path, write: client.write }),
      limits: () => limits,
      jobs,
      bytesOf: databaseBytes,
      onResume: () => undefined,
      info: () => undefined,
      warn: (message) => expect.unreachable(message),
    })
    onTestFinished(() => retention.stop())
    void retention.start()
    const logged = () => rowsOf<{ reason: string; runs: number }>(path, 'SELECT reason, runs FROM retention_log')
    await waitFor('the pass at the start', () => logged().length === 1 && jobs.state() === null)
    expect(logged()).toEqual([{ reason: 'start', runs: expect.any(Number) }])
    expect(await databaseBytes(path)).toBeLessThanOrEqual(0.95 * 2_000_000)
    expect([...seen]).toEqual(['deleting', 'shrinking'])

    limits = { ...limits, maxSizeMb: 1 }
    const preview = await client.read['storage.preview'](limits)
    retention.settingsChanged()
    await waitFor('the pass with other limits', () => logged().length === 2 && jobs.state() === null)
    const [, lowered] = logged()
    expect(lowered?.reason).toBe('limits_changed')
    expect(await databaseBytes(path)).toBeLessThanOrEqual(0.95 * 1_000_000)
    expect(Math.abs((lowered?.runs ?? 0) - preview.runs)).toBeLessThan(0.1 * preview.runs)
    const { nextTimePassUs, nextSizePassUs } = await client.read['storage.info']({ limits })
    expect(nextTimePassUs).toBeGreaterThan(Date.now() * 1000)
    expect(nextSizePassUs).toBeGreaterThan(nextTimePassUs ?? Infinity)
  })

  it('is cancelled through its thread, and closes with it', async () => {
    const { path, client } = await filled(1)
    const limits: Limits = { ...LIMITS, maxSizeMb: 1 }
    const cancelling = new AbortController()
    const passing = client.write.retain(
      { reason: 'by_hand', rules: ['size'], limits },
      { signal: cancelling.signal, onProgress: () => cancelling.abort() },
    )
    await expect(passing).rejects.toMatchObject({ code: 'cancelled' })
    let closing: Promise<void> = Promise.resolve()
    const again = client.write.retain(
      { reason: 'by_hand', rules: ['size'], limits },
      { onProgress: () => (closing = client.close()) },
    )
    await expect(again).rejects.toMatchObject({ code: 'cancelled' })
    await closing
    const rows = rowsOf<{ cancelled: number }>(path, `SELECT cancelled FROM retention_log`)
    expect(rows).toEqual([{ cancelled: 1 }, { cancelled: 1 }])
  })
})
