import { statSync } from 'node:fs'
import { databaseVersion } from '@main/archive/file-facts'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'

describe('the version of a database file', () => {
  const folder = useTempFolder()

  it('changes with a commit that overwrites the WAL in place: no size does', async () => {
    const path = folder.path('hassette.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    // Beyond 1000 pages SQLite checkpoints and begins the WAL anew from its start.
    await hassette.run({ count: 5000 })
    const sizes = () => [statSync(path).size, statSync(`${path}-wal`).size]
    let overwritten = 0
    for (let round = 0; round < 20; round++) {
      const [before, version] = [sizes(), databaseVersion(path)]
      await hassette.append([{}])
      expect(databaseVersion(path)).not.toBe(version)
      if (sizes().join() === before.join()) overwritten++
    }
    expect(overwritten).toBeGreaterThan(10)
  })

  it('stays when we read, also when that leaves an empty WAL', () => {
    const path = openFixture('live-v13', folder.path('x'))
    const version = databaseVersion(path)
    const reader = createHassetteReader({ path }, 0)
    reader.parents()
    reader.close()
    expect(statSync(`${path}-wal`).size).toBe(0)
    expect(databaseVersion(path)).toBe(version)
  })

  it('is null without a file', () => {
    expect(databaseVersion(folder.path('none.db'))).toBeNull()
    expect(databaseVersion(folder.path('none/none.db'))).toBeNull()
  })
})
