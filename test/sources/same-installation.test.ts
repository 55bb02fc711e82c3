import { linkSync, mkdirSync, renameSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allRuns, expectedBlocks, expectedRecent, storedBlocks, storedRecent } from '../archive/brute-force'
import Database from 'better-sqlite3'
import { openClient, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import type { HassetteWriter } from '../support/hassette-writer'

describe('the same Hassette from another file', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')
  const hassetteWith = async (...steps: ((hassette: HassetteWriter) => Promise<unknown>)[]) => {
    const hassette = await startHassetteWriter(source(), { onEnd: onTestFinished })
    for (const step of steps) await step(hassette)
    return hassette
  }
  const add = async (client: ReturnType<typeof openClient>, path: string) => {
    const added = await client.write.addFileSource({ path, name: 'x', mode: 'auto', shiftUs: 0 })
    const report = await client.write.syncFileSource({ sourceId: added.sourceId, path, shiftUs: 0 })
    return { ...added, runs: report.runs }
  }
  const expectWhole = (): void => {
    const compared = compareExecutions(archive(), source())
    expect(compared.ours).toEqual(compared.theirs)
    const db = new Database(archive(), { readonly: true })
    const runs = allRuns(db)
    expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
    expect(storedRecent(db)).toEqual(expectedRecent(runs))
    db.close()
  }

  it('a copy, a hard link and a second reading bring nothing twice', async () => {
    const hassette = await hassetteWith((each) => each.run({ count: 300 }))
    await hassette.vacuumInto(folder.path('copy.db'))
    await hassette.exit()
    mkdirSync(folder.path('mount'))
    linkSync(source(), folder.path('mount/hassette.db'))
    const client = openClient(archive())
    const first = await add(client, source())
    expect(first).toMatchObject({ same: false, runs: 300 })
    for (const other of ['copy.db', 'mount/hassette.db', 'copy.db']) {
      expect(await add(client, folder.path(other))).toEqual({ sourceId: first.sourceId, same: true, runs: 0 })
    }
    expect(await client.read.sources()).toMatchObject([{ path: source(), sessions: 1 }])
    await client.close()
    expectWhole()
  })

  it('a newer copy goes on after the cursor', async () => {
    const hassette = await hassetteWith((each) => each.run({ count: 300, startedAt: 1.7e9, spanSeconds: 3000 }))
    await hassette.vacuumInto(folder.path('monday.db'))
    await hassette.run({ count: 200, startedAt: 1.7e9 + 3000, spanSeconds: 2000 })
    await hassette.exit()
    const client = openClient(archive())
    const first = await add(client, folder.path('monday.db'))
    expect(await add(client, source())).toEqual({ sourceId: first.sourceId, same: true, runs: 200 })
    await client.close()
    expectWhole()
    expect(rowsOf(archive(), 'SELECT role FROM streams GROUP BY role')).toEqual([{ role: 'live' }])
  })

  it('an older copy fills in what is missing, in a stream of its own', async () => {
    const hassette = await hassetteWith((each) => each.run({ count: 500, startedAt: 1.7e9, spanSeconds: 5000 }))
    await hassette.vacuumInto(folder.path('old.db'))
    await hassette.retention(1.7e9 + 2500)
    await hassette.retire('light_keeper/0/porch')
    await hassette.exit()
    const client = openClient(archive())
    const first = await add(client, source())
    expect(first.runs).toBeLessThan(300)
    const targets = () => rowsOf(archive(), 'SELECT * FROM targets ORDER BY id')
    const before = targets()
    const old = await add(client, folder.path('old.db'))
    expect(old).toEqual({ sourceId: first.sourceId, same: true, runs: 500 - first.runs })
    expect(targets()).toEqual(before)
    expect(await add(client, folder.path('old.db'))).toMatchObject({ runs: 0 })
    await client.close()
    const compared = compareExecutions(archive(), folder.path('old.db'))
    expect(compared.ours).toEqual(compared.theirs)
    expect(rowsOf(archive(), `SELECT 1 FROM streams WHERE role = 'backfill'`).length).toBeGreaterThan(0)
    expect(rowsOf(archive(), 'SELECT 1 FROM sessions')).toHaveLength(1)
    const db = new Database(archive(), { readonly: true })
    const runs = allRuns(db)
    expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
    db.close()
  })

  it('a file that was moved is the same source at its new place', async () => {
    const hassette = await hassetteWith((each) => each.run({ count: 100 }))
    await hassette.exit()
    const client = openClient(archive())
    const first = await add(client, source())
    renameSync(source(), folder.path('moved.db'))
    expect(await add(client, folder.path('moved.db'))).toEqual({
      ...{ sourceId: first.sourceId, same: false, runs: 0 },
      left: source(),
    })
    expect(await client.read.sources()).toMatchObject([{ path: folder.path('moved.db') }])
  })

  it('another Hassette is another source, and so is one with fewer than 20 common runs', async () => {
    const client = openClient(archive())
    const first = await add(client, openFixture('live-0.60', folder.path('a')))
    const second = await add(client, openFixture('live-0.52', folder.path('b')))
    expect(second).toMatchObject({ same: false, runs: 16_795 })
    const hassette = await hassetteWith((each) => each.run({ count: 19 }))
    await hassette.vacuumInto(folder.path('small.db'))
    const third = await add(client, source())
    const fourth = await add(client, folder.path('small.db'))
    expect(new Set([first, second, third, fourth].map((each) => each.sourceId)).size).toBe(4)
  })
})
