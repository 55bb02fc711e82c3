import { readFileSync, statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hashFiles, openClient, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { FIXTURE_NAMES, openFixture, useTempFolder } from '../support/fixtures'

const RUNS: Record<string, number> = { 'live-0.60': 16154, 'live-0.52': 16795, 'open-wal': 14928, 'seed-empty': 0 }

describe.each(FIXTURE_NAMES)('the import of %s', (name) => {
  const folder = useTempFolder()

  it('brings every run as it is, once, and leaves the file as it was', async () => {
    const source = openFixture(name, folder.path('source'))
    const before = hashFiles(source)
    const archive = folder.path('archive.db')
    const client = openClient(archive)

    const { sourceId } = await client.write.addFileSource({ path: source, name, mode: 'snapshot', shiftUs: 0 })
    const first = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    const dump = () => rowsOf(archive, 'SELECT * FROM executions ORDER BY id')
    const brought = dump()
    expect(client.committed.reduce((sum, { runs }) => sum + runs, 0)).toBe(first.runs)
    const again = await client.write.addFileSource({ path: source, name, mode: 'snapshot', shiftUs: 0 })
    const second = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    const [info] = await client.read.sources()
    await client.close()

    const compared = compareExecutions(archive, source)
    expect(compared.ours).toEqual(compared.theirs)
    expect(compared.theirs.total).toBe(RUNS[name] ?? compared.theirs.total)
    expect(first.runs).toBe(compared.theirs.total)
    expect(info).toMatchObject({ mode: 'snapshot', path: source, sessions: first.sessions })
    expect((info?.appRuns ?? 0) + (info?.frameworkRuns ?? 0)).toBe(first.runs)
    expect(again.sourceId).toBe(sourceId)
    expect(second.runs).toBe(0)
    expect(dump()).toEqual(brought)
    expect(hashFiles(source)).toEqual(before)
    expect(client.faults).toEqual([])
  })
})

describe('the import', () => {
  const folder = useTempFolder()

  it('leaves the WAL of a copied, open file as it was', async () => {
    const source = openFixture('open-wal', folder.path('source'))
    const before = hashFiles(source, `${source}-wal`)
    const client = openClient(folder.path('archive.db'))
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'live', shiftUs: 0 })
    await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    await client.close()
    expect(hashFiles(source, `${source}-wal`)).toEqual(before)
  })

  it('moves every time by the shift', async () => {
    const source = openFixture('live-v13', folder.path('source'))
    const archive = folder.path('archive.db')
    const shiftUs = 12_345_678_901
    const client = openClient(archive)
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'sample', shiftUs })
    await client.write.syncFileSource({ sourceId, shiftUs })
    await client.close()
    const compared = compareExecutions(archive, source, { shiftUs })
    expect(compared.ours).toEqual(compared.theirs)
  })

  it('reads a recording from memory as it reads a file', async () => {
    const source = openFixture('seed-large-volume', folder.path('source'))
    const archive = folder.path('archive.db')
    const client = openClient(archive)
    const { sourceId } = await client.write.addRecording({ name: 'Sample' })
    expect(await client.write.addRecording({ name: 'Sample' })).toEqual({ sourceId })
    const report = await client.write.importRecording({ sourceId, image: readFileSync(source), shiftUs: 0 })
    expect(report.runs).toBe(1200)
    expect(await client.read.sources()).toMatchObject([{ mode: 'sample', path: null, appRuns: 1200 }])
    await client.close()
    const compared = compareExecutions(archive, source)
    expect(compared.ours).toEqual(compared.theirs)
  })

  it('keeps the archive to its owner', async () => {
    const client = openClient(folder.path('archive.db'))
    await client.reached('ready')
    expect(statSync(folder.path('archive.db')).mode & 0o777).toBe(0o600)
    expect(statSync(folder.path('archive.db.lock')).mode & 0o777).toBe(0o600)
  })
})
