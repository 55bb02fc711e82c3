import { describe, expect, it, onTestFinished } from 'vitest'
import { CONTEXT, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { listed, read, writerOn } from './written-sources'

describe('a source', () => {
  const folder = useTempFolder()
  const archive = () => folder.path('hassette.db')

  it('is renamed and switched; one that is not there, and the sample, are not', async () => {
    const writer = writerOn(archive())
    const id = await read(writer, openFixture('seed-healthy', folder.path('a')))
    writer.upkeep.renameSource({ sourceId: id, name: 'Attic' })
    writer.upkeep.setSourceMode({ sourceId: id, mode: 'live' })
    expect(await listed(archive())).toMatchObject([{ id, name: 'Attic', mode: 'live' }])
    writer.upkeep.setSourceMode({ sourceId: id, mode: 'snapshot' })
    expect(await listed(archive())).toMatchObject([{ name: 'Attic', mode: 'snapshot' }])
    const { sourceId: sample } = writer.sources.addRecording({ name: 'Sample home' })
    for (const [sourceId, code] of [
      [99, 'not_found'],
      [sample, 'invalid_input'],
    ] as const) {
      const failure = expect.objectContaining({ code }) as Error
      expect(() => writer.upkeep.renameSource({ sourceId, name: 'x' })).toThrow(failure)
      expect(() => writer.upkeep.setSourceMode({ sourceId, mode: 'live' })).toThrow(failure)
      expect(() => writer.upkeep.removeSource({ sourceId, runs: 'delete' })).toThrow(failure)
    }
  })

  it('removed with its runs kept is listed, last and as a snapshot, and read no more', async () => {
    const writer = writerOn(archive())
    const id = await read(writer, openFixture('live-0.60', folder.path('a')))
    const other = await read(writer, openFixture('live-v9', folder.path('b')))
    const before = rowsOf(archive(), 'SELECT count(*) AS n FROM runs')
    writer.upkeep.setSourceMode({ sourceId: id, mode: 'live' })
    writer.upkeep.removeSource({ sourceId: id, runs: 'keep' })
    await writer.upkeep.finishRemovals(undefined, CONTEXT)
    const [first, second] = await listed(archive())
    expect(first).toMatchObject({ id: other })
    expect(first).not.toHaveProperty('removed')
    expect(second).toMatchObject({ id, removed: true, mode: 'snapshot' })
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual(before)
    await expect(writer.sources.syncFile({ sourceId: id, shiftUs: 0 }, CONTEXT)).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('added again goes on where it was: nothing is lost and nothing doubled', async () => {
    const hassette = await startHassetteWriter(folder.path('home.db'), { onEnd: onTestFinished })
    await hassette.run({ count: 300 })
    const writer = writerOn(archive())
    const id = await read(writer, hassette.path)
    writer.upkeep.removeSource({ sourceId: id, runs: 'keep' })
    await hassette.run({ count: 200 })
    expect(await read(writer, hassette.path)).toBe(id)
    expect(await listed(archive())).toMatchObject([{ id }])
    expect((await listed(archive()))[0]).not.toHaveProperty('removed')
    const [runs] = rowsOf<{ n: number; ids: number }>(
      archive(),
      'SELECT count(*) AS n, count(DISTINCT uid) AS ids FROM runs WHERE uid IS NOT NULL',
    )
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual([{ n: hassette.committedIds().length }])
    expect(runs?.n).toBe(runs?.ids)
  })

  it('added again from another place goes on too; another Hassette in its place is a source of its own', async () => {
    const hassette = await startHassetteWriter(folder.path('home.db'), { onEnd: onTestFinished })
    await hassette.run({ count: 300 })
    const writer = writerOn(archive())
    const id = await read(writer, hassette.path)
    writer.upkeep.removeSource({ sourceId: id, runs: 'keep' })
    await hassette.vacuumInto(folder.path('moved.db'))
    await hassette.recreate()
    await hassette.run({ count: 400 })
    const fresh = await read(writer, hassette.path)
    expect(fresh).not.toBe(id)
    expect(await read(writer, folder.path('moved.db'))).toBe(id)
    expect(await listed(archive())).toMatchObject([
      { id, path: folder.path('moved.db') },
      { id: fresh, path: hassette.path },
    ])
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 700 }])
  })
})
