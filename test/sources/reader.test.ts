import { truncateSync } from 'node:fs'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

const open = (path: string) => createHassetteReader({ path }, 0)

describe('a file that is damaged', () => {
  const folder = useTempFolder()

  it('is found damaged by its pages, and nothing of it is changed', () => {
    const path = openFixture('live-0.60', folder.path('x'))
    truncateSync(path, 4_000_000)
    const before = hashFiles(path)
    expect(() => {
      const reader = open(path)
      try {
        reader.parents()
        for (let id = 0; ;) {
          const runs = reader.runsAfter(id, 1000)
          if (runs.length === 0) break
          id = runs.at(-1)?.foreignId ?? 0
        }
      } finally {
        reader.close()
      }
    }).toThrowError(expect.objectContaining({ code: 'source_corrupt' }))
    expect(hashFiles(path)).toEqual(before)
  })
})

describe('schemas', () => {
  const folder = useTempFolder()

  it('of tomorrow are read as long as the columns are there', () => {
    const path = openFixture('live-v13', folder.path('x'))
    const db = new Database(path)
    db.exec('PRAGMA user_version = 99; ALTER TABLE executions ADD COLUMN mood TEXT; DROP TABLE app_manifests')
    db.close()
    const reader = open(path)
    expect(reader.userVersion).toBe(99)
    expect(reader.parents().apps).toEqual([])
    expect(reader.runsAfter(0, 1000)).toHaveLength(469)
    reader.close()
  })

  it('before 12 say cancelled where later ones say removed', () => {
    const path = openFixture('live-v10', folder.path('x'))
    const db = new Database(path)
    db.exec('UPDATE listeners SET cancelled_at = 5 WHERE id = 1')
    db.close()
    const reader = open(path)
    expect(
      reader.parents().targets.find((target) => target.kind === 'handler' && target.foreignId === 1),
    ).toMatchObject({ removedUs: 5_000_000 })
    reader.close()
  })

  it('show no job as removed because Hassette was stopped', () => {
    const path = openFixture('live-0.60', folder.path('x'))
    const reader = open(path)
    const { targets } = reader.parents()
    expect(targets.filter((target) => target.removedUs !== null)).toEqual([])
    expect(targets.filter((target) => target.retiredUs !== null)).toHaveLength(5)
    reader.close()
  })
})
