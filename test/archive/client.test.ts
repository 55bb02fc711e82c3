import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ENTRIES, openClient, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

const BACK_OFF_MS = [1]

describe('the client', () => {
  const folder = useTempFolder()

  /** A thread that dies when it is told to (`sourceId` or `runId` -1), or at once while the file `flag` exists. */
  const mortal = (role: 'writer' | 'reader', how = 'process.exit(7)'): string => {
    const path = folder.path(`${role}-${Math.random()}.mjs`)
    const entry = pathToFileURL(ENTRIES[role]).href
    writeFileSync(
      path,
      `import { parentPort } from 'node:worker_threads'
       import { existsSync } from 'node:fs'
       import ${JSON.stringify(entry)}
       if (existsSync(${JSON.stringify(folder.path('flag'))})) process.exit(7)
       parentPort.on('message', ({ input }) => { if (input?.sourceId === -1 || input?.runId === -1) { ${how} } })`,
    )
    return path
  }

  it.each([
    ['process.exit', 'process.exit(7)'],
    ['an error that nobody caught', `setImmediate(() => { throw new Error('oops') })`],
  ])('starts a writer again that died by %s; what was on its way fails, nothing is lost', async (_, how) => {
    const path = folder.path('archive.db')
    const source = openFixture('live-0.52', folder.path('source'))
    const client = openClient(path, { writer: mortal('writer', how), backOffMs: BACK_OFF_MS })
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    const importing = client.write.syncFileSource(
      { sourceId, shiftUs: 0 },
      {
        onProgress: ({ done }) =>
          done === 3000 && client.write.syncFileSource({ sourceId: -1, shiftUs: 0 }).catch(() => 0),
      },
    )
    await expect(importing).rejects.toMatchObject({ code: 'busy' })
    await client.reached('ready')
    // The reader lived on, and the new writer goes on where the old one was.
    expect((await client.read.sources())[0]?.schemaVersion).toBe(12)
    await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    expect(rowsOf(path, 'SELECT count(*) AS n, count(DISTINCT execution_id) AS ids FROM executions')).toEqual([
      { n: 16795, ids: expect.any(Number) },
    ])
    expect(client.states.map((state) => state.kind)).toEqual(['ready', 'restarting', 'ready'])
    expect(client.faults.length).toBeGreaterThan(0)
  })

  it('starts a reader again; a question asked meanwhile waits for it', async () => {
    const client = openClient(folder.path('archive.db'), { reader: mortal('reader'), backOffMs: BACK_OFF_MS })
    await client.reached('ready')
    await expect(client.read['runs.get']({ runId: -1 })).rejects.toMatchObject({ code: 'busy' })
    expect(await client.read.sources()).toEqual([])
    expect(client.states.map((state) => state.kind)).toEqual(['ready', 'restarting', 'ready'])
  })

  it('gives up after three deaths in a minute, says so, and starts over when asked', async () => {
    writeFileSync(folder.path('flag'), '')
    const client = openClient(folder.path('archive.db'), { writer: mortal('writer'), backOffMs: BACK_OFF_MS })
    const asked = client.read.sources()
    asked.catch(() => undefined)
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'internal' } })
    await expect(asked).rejects.toMatchObject({ code: 'internal' })
    await expect(client.write.addRecording({ name: 'x' })).rejects.toMatchObject({ code: 'internal' })
    expect(client.states.map((state) => state.kind)).toEqual(['restarting', 'restarting', 'unavailable'])
    expect(await client.retry()).toMatchObject({ kind: 'unavailable' })
    rmSync(folder.path('flag'))
    expect(await client.retry()).toEqual({ kind: 'ready' })
    expect(await client.read.sources()).toEqual([])
  })

  it('counts deaths of both threads, also of one that died after it was open', async () => {
    const client = openClient(folder.path('archive.db'), { reader: mortal('reader'), backOffMs: BACK_OFF_MS })
    for (let death = 0; death < 3; death++) {
      await expect(client.read['runs.get']({ runId: -1 })).rejects.toMatchObject({ code: 'busy' })
    }
    await client.reached('unavailable')
    // The writer was asked to close: another may open the archive.
    const other = openClient(folder.path('archive.db'))
    expect(await other.reached('ready')).toBeTruthy()
  })

  it('says at once what is wrong with the archive, and opens it when that is mended', async () => {
    const path = folder.path('archive.db')
    writeFileSync(path, 'Dear diary, '.repeat(1000))
    const client = openClient(path)
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_unreadable' } })
    rmSync(path)
    expect(await client.retry()).toEqual({ kind: 'ready' })
  })

  it('cancels between batches, keeps what was read, and goes on later', async () => {
    const path = folder.path('archive.db')
    const source = openFixture('live-0.52', folder.path('source'))
    const client = openClient(path)
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    const cancel = new AbortController()
    const seen: { done: number; total: number }[] = []
    const importing = client.write.syncFileSource(
      { sourceId, shiftUs: 0 },
      {
        signal: cancel.signal,
        onProgress: (progress) => {
          seen.push(progress)
          cancel.abort()
        },
      },
    )
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    expect(seen[0]).toEqual({ done: 1000, total: 16795 })
    const { appRuns = 0, frameworkRuns = 0 } = (await client.read.sources())[0] ?? {}
    expect(appRuns + frameworkRuns).toBeGreaterThan(0)
    expect(appRuns + frameworkRuns).toBeLessThan(16_795)
    const rest = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    expect(rest.runs).toBe(16_795 - appRuns - frameworkRuns)
    await expect(
      client.write.syncFileSource({ sourceId, shiftUs: 0 }, { signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'cancelled' })
  })

  it('reads one source at a time, however often it is asked', async () => {
    const path = folder.path('archive.db')
    const source = openFixture('live-v9', folder.path('source'))
    const client = openClient(path)
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    const reports = await Promise.all([1, 2, 3].map(() => client.write.syncFileSource({ sourceId, shiftUs: 0 })))
    expect(reports.map((report) => report.runs)).toEqual([2949, 0, 0])
  })

  it('closes in the middle of an import: the files are closed, and it is refused then', async () => {
    const path = folder.path('archive.db')
    const source = openFixture('live-0.52', folder.path('source'))
    const client = openClient(path)
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    let closed: Promise<void> | null = null
    const importing = client.write.syncFileSource(
      { sourceId, shiftUs: 0 },
      { onProgress: () => (closed ??= client.close()) },
    )
    await expect(importing).rejects.toMatchObject({ code: 'cancelled' })
    await closed
    expect(existsSync(`${path}-wal`)).toBe(false)
    await expect(client.read.sources()).rejects.toMatchObject({ code: 'busy' })
    const again = openClient(path)
    await again.write.syncFileSource({ sourceId, shiftUs: 0 })
    expect(rowsOf(path, 'SELECT 1 FROM runs')).toHaveLength(16_795)
  })

  it('answers with a failure when a verb is asked for what is not there', async () => {
    const client = openClient(folder.path('archive.db'))
    await expect(client.write.syncFileSource({ sourceId: 7, shiftUs: 0 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(client.read['runs.get']({ runId: 7 })).rejects.toMatchObject({ code: 'not_found' })
    await expect(client.read['targets.get']({ targetId: 7, span: { fromUs: null, toUs: null } })).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    )
  })
})
