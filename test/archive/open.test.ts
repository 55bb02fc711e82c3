import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { userInfo } from 'node:os'
import { lockArchive } from '@archive/core'
import { openWriter } from '@archive/threads'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles, openClient, probeAsNobody, rowsOf, startProbe } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

const open = (path: string) => openWriter(path, () => undefined)

describe('opening the archive', () => {
  const folder = useTempFolder()

  it.each([
    ['text', () => (writeFileSync(folder.path('t'), 'Dear diary, '.repeat(500)), folder.path('t')), /no database/],
    ['a folder', () => (mkdirSync(folder.path('d')), folder.path('d')), /not a file/],
    ["Hassette's own database", () => openFixture('live-0.60', folder.path('x')), /Hassette's own database/],
    ["a copy of Hassette's open database", () => openFixture('open-wal', folder.path('x')), /Hassette's own database/],
    [
      'a database of another program',
      () => {
        const db = new Database(folder.path('o.db'))
        db.exec('CREATE TABLE songs (id INTEGER)')
        db.close()
        return folder.path('o.db')
      },
      /database of another program/,
    ],
  ])('refuses %s and leaves it as it was', (_, make, words) => {
    const path = make()
    const before = existsSync(path) && words.source !== 'not a file' ? hashFiles(path) : []
    expect(() => open(path)).toThrowError(
      expect.objectContaining({
        code: /database of|own database/.test(words.source) ? 'archive_foreign' : 'archive_unreadable',
        message: expect.stringMatching(words),
      }),
    )
    if (before.length > 0) expect(hashFiles(path)).toEqual(before)
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it('says that the folder is missing, and makes none', () => {
    expect(() => open(folder.path('none/archive.db'))).toThrowError(
      expect.objectContaining({ code: 'archive_unreadable', message: expect.stringContaining('does not exist') }),
    )
    expect(existsSync(folder.path('none'))).toBe(false)
  })

  it('says that it may not write', () => {
    const path = folder.path('archive.db')
    open(path).close()
    expect(probeAsNobody('open', path)).toMatchObject({ problem: { code: 'archive_unreadable' } })
    mkdirSync(folder.path('closed'))
    expect(probeAsNobody('open', folder.path('closed/archive.db'))).toMatchObject({
      problem: { code: 'archive_unreadable', message: expect.stringContaining('may not') },
    })
  })

  /** What a start that was cut short leaves: its lock, and nothing in the file, or its header only. */
  const cutShort = (name: string, header: boolean): string => {
    const path = folder.path(name)
    if (header) {
      const db = new Database(path)
      db.pragma('journal_mode = WAL')
      db.close()
    } else writeFileSync(path, '')
    return path
  }

  it.each([false, true])('goes on with a file that was cut short when it was made (header: %s)', (header) => {
    const path = cutShort('hassette.db', header)
    lockArchive(path, false).release()
    const opened = open(path)
    expect(opened.facts).toEqual({ schemaVersion: 1, created: true })
    opened.close()
  })

  it.each([false, true])('leaves an empty file alone that it did not make (header: %s)', (header) => {
    const path = cutShort('empty.db', header)
    const before = hashFiles(path)
    expect(() => open(path)).toThrowError(
      expect.objectContaining({ code: 'archive_unreadable', message: expect.stringContaining('is empty') }),
    )
    expect(hashFiles(path)).toEqual(before)
    expect(existsSync(`${path}.lock`)).toBe(false)
  })

  it.each(['-wal', '-shm', '-journal'])('makes no archive where a %s waits for another database', (end) => {
    const path = folder.path('hassette.db')
    writeFileSync(path + end, 'pages')
    expect(() => open(path)).toThrowError(expect.objectContaining({ code: 'archive_unreadable' }))
    expect([existsSync(path), readFileSync(path + end, 'utf8')]).toEqual([false, 'pages'])
    // What is left of an archive of ours is no reason.
    rmSync(path + end)
    open(path).close()
    rmSync(path)
    writeFileSync(path + end, '')
    open(path).close()
  })

  it.each(['hassette.db-wal', 'x-SHM', 'x.db-journal', 'x.lock', 'x.db.copy-unfinished', 'x-wal.', 'x-wal '])(
    'takes no name of a file beside a database: %s',
    (name) => {
      const path = folder.path(name)
      expect(() => open(path)).toThrowError(expect.objectContaining({ code: 'archive_foreign' }))
      symlinkSync(path, folder.path('link.db'))
      expect(() => open(folder.path('link.db'))).toThrowError(expect.objectContaining({ code: 'archive_foreign' }))
      expect(readdirSync(folder.path('.'))).toEqual(['link.db'])
    },
  )

  it('takes no name that the library would change', () => {
    expect(() => open(folder.path('x.db '))).toThrowError(expect.objectContaining({ code: 'archive_foreign' }))
    expect(readdirSync(folder.path('.'))).toEqual([])
  })

  it('says that a damaged archive is damaged', async () => {
    const path = folder.path('archive.db')
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let batch = 0; batch < 20; batch++) {
      appender.append(
        batchOf(Array.from({ length: 1000 }, (_, index) => madeRun(batch * 1000 + index + 1, { status: 1 }))),
      )
    }
    db.close()
    truncateSync(path, 8192)
    const client = openClient(path)
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_unreadable' } })
    await expect(client.read.sources()).rejects.toMatchObject({ code: 'archive_unreadable' })
  })

  it('says that the disk is full, and what was there stays', () => {
    const { db, epoch } = createSynthetic(folder.path('archive.db'))
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(1)]))
    const pages = Number(db.pragma('page_count', { simple: true }))
    db.pragma(`max_page_count = ${pages}`)
    const many = Array.from({ length: 2000 }, (_, index) => madeRun(index + 2, { status: 1 }))
    expect(() => appender.append(batchOf(many))).toThrowError(expect.objectContaining({ code: 'SQLITE_FULL' }))
    expect(db.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(1)
    db.pragma('max_page_count = 1000000')
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf(many))
    expect(db.prepare('SELECT count(*) FROM runs').pluck().get()).toBe(2001)
    db.close()
  })
})

describe('two processes on one archive', () => {
  const folder = useTempFolder()

  it('the second is told who has it, and gets it when the first is gone', async () => {
    const path = folder.path('archive.db')
    const first = startProbe('open', path)
    expect(await first.next()).toMatchObject({ ok: true })
    const second = startProbe('open', path)
    expect(await second.next()).toMatchObject({
      ok: false,
      problem: {
        code: 'archive_locked',
        message: expect.stringContaining(`process ${first.child.pid} of user ${userInfo().username} on host `),
      },
    })
    await second.ended
    // Also when it was killed: the system lets go of its lock.
    first.child.kill('SIGKILL')
    await first.ended
    const third = startProbe('open', path)
    expect(await third.next()).toMatchObject({ ok: true })
    third.child.stdin.end()
    await third.ended
    expect(third.child.exitCode).toBe(0)
  })

  it('another process can read meanwhile', async () => {
    const path = folder.path('archive.db')
    const first = startProbe('open', path)
    await first.next()
    expect(rowsOf(path, 'SELECT * FROM executions')).toEqual([])
    first.child.stdin.end()
    await first.ended
  })

  it('a link to the archive is the archive', async () => {
    const path = folder.path('archive.db')
    open(path).close()
    symlinkSync(path, folder.path('link.db'))
    const first = open(folder.path('link.db'))
    const second = startProbe('open', path)
    expect(await second.next()).toMatchObject({ problem: { code: 'archive_locked' } })
    await second.ended
    first.close()
  })
})
