import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { lockArchive } from '@archive/core'
import { openWriter } from '@archive/threads'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openClient, probe, probeAsNobody, rowsOf, startProbe } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

const open = (path: string) => openWriter(path, () => undefined)

describe('a damaged lock beside a sound archive', () => {
  const folder = useTempFolder()
  const lock = (): string => `${folder.path('archive.db')}.lock`
  const asides = (): string[] => readdirSync(folder.path('.')).filter((name) => name.includes('.lock.damaged-'))

  /** An archive with a run, closed, that was open before: its lock lies beside it. */
  function archive(): string {
    const path = folder.path('archive.db')
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    appender.append(batchOf([madeRun(1)]))
    db.close()
    open(path).close()
    return path
  }

  const DAMAGES: [what: string, damage: () => void][] = [
    ['4096 zero bytes, as a power cut leaves them', () => writeFileSync(lock(), Buffer.alloc(4096))],
    ['8192 zero bytes', () => writeFileSync(lock(), Buffer.alloc(8192))],
    ['text', () => writeFileSync(lock(), 'Dear diary, '.repeat(500))],
    ['noise behind a sound header', () => noise(lock())],
    ['half of itself', () => truncateSync(lock(), 4096)],
    ['a part of its header', () => truncateSync(lock(), 50)],
    ['a table of another form', () => otherTable(lock())],
    ['a folder', () => (rmSync(lock()), mkdirSync(lock()))],
    ['a folder with something in it', () => (rmSync(lock()), mkdirSync(`${lock()}/x`, { recursive: true }))],
    ['zeros, with a journal of nonsense', () => zerosWithJournal(lock())],
  ]

  it.each(DAMAGES)('that is %s is put aside and taken anew; the archive opens and stays as it is', (_what, damage) => {
    const path = archive()
    damage()
    const opened = open(path)
    expect(opened.facts).toMatchObject({
      created: false,
      lockAside: expect.stringContaining('archive.db.lock.damaged-'),
    })
    expect(existsSync(opened.facts.lockAside ?? '')).toBe(true)
    expect(probe('lock', lock())).toEqual({ locked: true })
    expect(statSync(lock()).mode & 0o777).toBe(0o600)
    opened.close()
    expect(rowsOf(path, 'SELECT id FROM executions')).toHaveLength(1)
    expect(rowsOf(lock(), 'SELECT count(*) AS n FROM owner')).toEqual([{ n: 1 }])
    const again = open(path)
    expect(again.facts).toEqual({ schemaVersion: 1, created: false })
    again.close()
    expect(asides()).toHaveLength(1)
  })

  it('that is empty is simply taken', () => {
    const path = archive()
    truncateSync(lock(), 0)
    const opened = open(path)
    expect(opened.facts).toEqual({ schemaVersion: 1, created: false })
    opened.close()
    expect(asides()).toEqual([])
  })

  describe.skipIf(process.getuid?.() !== 0)('of a user without rights', () => {
    /** An archive of the user as whom `probeAsNobody` runs; the lock's owner and mode. */
    function theirs(owner: number, mode: number): string {
      const path = archive()
      for (const file of [path, folder.path('.')]) chownSync(file, 65534, 65534)
      chownSync(lock(), owner, owner)
      chmodSync(lock(), mode)
      return path
    }

    it.each([0o444, 0o000])('that is their own is made writable again', (mode) => {
      expect(probeAsNobody('open', theirs(65534, mode))).toMatchObject({ ok: true })
      expect(asides()).toEqual([])
    })

    it.each([0o644, 0o600])("that is somebody else's is named, and left alone", (mode) => {
      expect(probeAsNobody('open', theirs(0, mode))).toMatchObject({
        problem: { code: 'archive_locked', message: expect.stringContaining(lock()) },
      })
      expect(asides()).toEqual([])
    })
  })

  it('is told in the log, by name', async () => {
    const path = archive()
    writeFileSync(lock(), Buffer.alloc(4096))
    const client = openClient(path)
    await client.reached('ready')
    expect(client.faults).toEqual([expect.stringContaining(`${lock()} was damaged`)])
  })

  it('of a new archive is mended where it may be ours, and left alone where it is not', () => {
    const path = folder.path('archive.db')
    writeFileSync(lock(), 'name = "somebody else\'s lock"\n')
    expect(() => open(path)).toThrowError(
      expect.objectContaining({ code: 'archive_locked', message: expect.stringContaining('archive.db.lock') }),
    )
    expect([existsSync(path), asides()]).toEqual([false, []])
    writeFileSync(lock(), Buffer.alloc(4096))
    open(path).close()
  })

  it('is not taken from a process that lives', async () => {
    const path = archive()
    const first = startProbe('open', path)
    expect(await first.next()).toMatchObject({ ok: true })
    for (const [, damage] of DAMAGES.slice(0, 4)) {
      damage()
      const second = startProbe('open', path)
      expect(await second.next()).toMatchObject({ problem: { code: 'archive_locked' } })
      await second.ended
    }
    first.child.stdin.end()
    await first.ended
    expect(first.child.exitCode).toBe(0)
    open(path).close()
  })

  it('goes to one of many that start at once', async () => {
    const path = archive()
    for (const damage of [DAMAGES[0]![1], DAMAGES[7]![1]]) {
      rmSync(lock(), { recursive: true })
      writeFileSync(lock(), '')
      damage()
      const probes = Array.from({ length: 6 }, () => startProbe('open', path))
      const said = await Promise.all(probes.map((each) => each.next()))
      expect(said.filter((each) => each?.['ok'] === true)).toHaveLength(1)
      for (const each of said.filter((answer) => answer?.['ok'] !== true))
        expect(each).toMatchObject({ problem: { code: 'archive_locked' } })
      for (const { child, ended } of probes) {
        child.stdin.end()
        await ended
      }
    }
  })

  it('behind a link to the archive is that of the archive', () => {
    const path = archive()
    symlinkSync(path, folder.path('link.db'))
    writeFileSync(lock(), Buffer.alloc(4096))
    open(folder.path('link.db')).close()
    expect(asides()).toHaveLength(1)
  })

  it('is named when it cannot be put aside', () => {
    const path = archive()
    writeFileSync(lock(), Buffer.alloc(4096))
    mkdirSync(`${lock()}-journal`)
    expect(() => lockArchive(path, true)).toThrowError(
      expect.objectContaining({ code: 'archive_locked', message: expect.stringContaining('archive.db.lock') }),
    )
  })
})

function noise(path: string): void {
  const bytes = Buffer.alloc(8192, 0xa5)
  bytes.write('SQLite format 3\0', 0, 'latin1')
  bytes.writeUInt16BE(4096, 16)
  bytes.set([1, 1, 0, 64, 32, 32], 18)
  writeFileSync(path, bytes)
}

function otherTable(path: string): void {
  rmSync(path)
  const db = new Database(path)
  db.exec('CREATE TABLE owner (name TEXT NOT NULL)')
  db.close()
}

function zerosWithJournal(path: string): void {
  writeFileSync(path, Buffer.alloc(4096))
  writeFileSync(`${path}-journal`, Buffer.alloc(2000, 0x5a))
}
