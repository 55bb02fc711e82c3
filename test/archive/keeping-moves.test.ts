import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { Failure } from '@shared/result'
import { describe, expect, it } from 'vitest'
import { rowsOf, startProbe } from '../support/archive'
import { logged, useKeptHome } from './kept-home'

describe('work on the archive of a home', () => {
  const { folder, archive, start, hassette } = useKeptHome()

  it('moves with a copy: the old file stays, and both hold the same', async () => {
    const writer = await hassette(50)
    const { copies, home, hasRuns, stop } = await start([writer.path])
    await hasRuns(50)
    mkdirSync(folder.path('elsewhere'))
    const settled: string[] = []
    const done = await copies.move(folder.path('elsewhere'), 'copy', (path) => settled.push(path))
    const moved = folder.path('elsewhere/hassette.db')
    expect(done).toMatchObject({ outcome: 'done', file: archive(), problem: null })
    expect([home.path(), ...settled]).toEqual([moved, moved])
    await hasRuns(50)
    expect(rowsOf(archive(), 'SELECT * FROM runs')).toEqual(rowsOf(moved, 'SELECT * FROM runs'))
    await writer.run({ count: 5 })
    await hasRuns(55)
    await stop()
    expect(readdirSync(folder.path('elsewhere')).toSorted()).toEqual(['hassette.db', 'hassette.db.lock'])
    expect(logged(moved)).toEqual(['move'])
  })

  it('moves nowhere when the place is taken, foreign, in use, or cannot be remembered', async () => {
    const writer = await hassette(50)
    const { copies, home, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const never = (): void => expect.unreachable()
    const other = folder.path('other.db')
    await copies.backUp(other)
    for (const [path, how, code] of [
      [other, 'copy', 'invalid_input'],
      [archive(), 'copy', 'invalid_input'],
      [writer.path, 'copy', 'archive_foreign'],
      [writer.path, 'fresh', 'archive_foreign'],
      [archive(), 'fresh', 'invalid_input'],
    ] as const) {
      expect(await copies.move(path, how, never)).toMatchObject({ outcome: 'failed', problem: { code } })
    }
    const used = startProbe('open', folder.path('used.db'))
    await used.next()
    expect(await copies.move(folder.path('used.db'), 'fresh', never)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'archive_locked' },
    })
    used.child.stdin.end()
    await used.ended
    const noRoom = () => {
      throw new Failure('disk_full', 'The settings could not be written.')
    }
    const fresh = folder.path('fresh.db')
    expect(await copies.move(fresh, 'copy', noRoom)).toMatchObject({ problem: { code: 'disk_full' } })
    expect(existsSync(fresh)).toBe(false)
    expect(home.path()).toBe(archive())
    await writer.run({ count: 5 })
    await hasRuns(55)
  })

  it('moves to a new archive, and back to what is there', async () => {
    const writer = await hassette(50)
    const { copies, home, hasRuns } = await start([writer.path])
    await hasRuns(50)
    const fresh = folder.path('fresh.db')
    expect(await copies.move(fresh, 'fresh', () => undefined)).toMatchObject({ outcome: 'done', file: archive() })
    expect(home.path()).toBe(fresh)
    // The Hassette of the settings is read into it.
    await hasRuns(50)
    await writer.run({ count: 10 })
    await hasRuns(60)
    expect(rowsOf(archive(), 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 50 }])
    expect(await copies.move(archive(), 'fresh', () => undefined)).toMatchObject({ outcome: 'done', file: fresh })
    await hasRuns(60)
  })
})
