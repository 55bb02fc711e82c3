import { statSync } from 'node:fs'
import { identifyArchive } from '@archive/core'
import type { OpenWriter } from '@archive/threads'
import { openReader, openWriter } from '@archive/threads'
import { mayBeWritten } from '@main/sources/hassette-file/reader'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CONTEXT, probe } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

/**
 * On POSIX, closing any descriptor of a file drops every lock this process holds on it. So whoever opens a database
 * with `fs` in this process (to read, hash or copy it) takes away SQLite's locks, unnoticed until data is lost. These
 * tests hold a lock, let our code do everything it does with the file, and let another process look.
 */
describe('locks of this process', () => {
  const folder = useTempFolder()

  const readEverything = async (writer: OpenWriter, archive: string, source: string) => {
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'auto', shiftUs: 0 })
    mayBeWritten(source, Date.now())
    const report = await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    identifyArchive(archive)
    const reader = openReader(archive)
    expect(await reader.verbs.sources(undefined, CONTEXT)).toMatchObject([{ path: source, appRuns: report.runs }])
    reader.close()
  }

  it.skipIf(process.platform === 'win32')('are lost when fs reads the file: these tests would notice', () => {
    expect(probe('lose', openFixture('seed-healthy', folder.path('x')))).toEqual({ locked: false })
  })

  it('stay on a source while we read it', async () => {
    const source = openFixture('seed-large-volume', folder.path('x'))
    const archive = folder.path('archive.db')
    const holder = new Database(source)
    holder.exec('BEGIN IMMEDIATE')
    const writer = openWriter(archive, () => undefined)
    await readEverything(writer, archive, source)
    writer.close()
    expect(probe('lock', source)).toEqual({ locked: true })
    holder.close()
    expect(probe('lock', source)).toEqual({ locked: false })
  })

  it('stay on a source with a WAL, which nobody deletes under us', async () => {
    const source = openFixture('live-v13', folder.path('x'))
    const archive = folder.path('archive.db')
    const holder = new Database(source)
    holder.exec(`UPDATE sessions SET dropped_overflow = 1`)
    const writer = openWriter(archive, () => undefined)
    await readEverything(writer, archive, source)
    writer.close()
    // Were our lock gone, the visitor would be the last to close the file, and would remove the WAL.
    probe('visit', source)
    expect(statSync(`${source}-wal`).size).toBeGreaterThan(0)
    holder.close()
  })

  it('stay on the archive and on its lock file', async () => {
    const source = openFixture('seed-large-volume', folder.path('x'))
    const archive = folder.path('archive.db')
    const writer = openWriter(archive, () => undefined)
    await readEverything(writer, archive, source)
    probe('visit', archive)
    expect(statSync(`${archive}-wal`).size).toBeGreaterThan(0)
    expect(probe('lock', `${archive}.lock`)).toEqual({ locked: true })
    writer.close()
    expect(probe('lock', `${archive}.lock`)).toEqual({ locked: false })
  })
})
