import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles, probeAsNobody } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { createSynthetic } from '../support/synthetic'

const open = (path: string) => createHassetteReader({ path }, 0)

describe('a file that is no Hassette database', () => {
  const folder = useTempFolder()

  const change = (sql: string): string => {
    const path = openFixture('live-v9', folder.path('x'))
    const db = new Database(path)
    db.pragma('foreign_keys = OFF')
    db.exec(sql)
    db.close()
    return path
  }

  it.each([
    ['that is missing', () => folder.path('none.db'), 'source_not_found'],
    ['in a folder that is missing', () => folder.path('none/none.db'), 'source_not_found'],
    ['that is a folder', () => (mkdirSync(folder.path('d')), folder.path('d')), 'source_not_hassette'],
    ['that is empty', () => (writeFileSync(folder.path('e'), ''), folder.path('e')), 'source_not_hassette'],
    [
      'that is text',
      () => (writeFileSync(folder.path('t'), 'Dear diary, '.repeat(500)), folder.path('t')),
      'source_not_hassette',
    ],
    [
      'of another program',
      () => {
        const db = new Database(folder.path('o.db'))
        db.exec('CREATE TABLE songs (id INTEGER)')
        db.close()
        return folder.path('o.db')
      },
      'source_not_hassette',
    ],
    [
      'that is our own archive',
      () => {
        createSynthetic(folder.path('archive.db')).db.close()
        return folder.path('archive.db')
      },
      'source_not_hassette',
    ],
    [
      'of a Hassette before 0.37',
      () => {
        const db = new Database(folder.path('old.db'))
        db.exec('CREATE TABLE handler_invocations (id INTEGER); CREATE TABLE job_executions (id INTEGER)')
        db.close()
        return folder.path('old.db')
      },
      'source_too_old',
    ],
    ['of schema 8', () => change('PRAGMA user_version = 8'), 'source_too_old'],
    [
      'of a later Hassette that lacks what is needed',
      () => change('PRAGMA user_version = 99; ALTER TABLE executions RENAME COLUMN duration_ms TO duration'),
      'source_not_hassette',
    ],
  ])('%s', (_, make, code) => {
    const path = make()
    let failure: unknown = null
    try {
      open(path)
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code, name: 'Failure' })
    expect((failure as { hint?: string }).hint).toBeTruthy()
  })

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

  it('says that another program holds it', () => {
    const path = openFixture('seed-healthy', folder.path('x'))
    const writer = new Database(path)
    writer.exec('BEGIN EXCLUSIVE')
    expect(() => open(path)).toThrowError(expect.objectContaining({ code: 'source_locked' }))
    writer.close()
  })

  it('says that it may not be read', () => {
    const path = openFixture('seed-healthy', folder.path('x'))
    chmodSync(path, 0)
    expect(probeAsNobody('read', path)).toMatchObject({ problem: { code: 'source_unreachable' } })
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
