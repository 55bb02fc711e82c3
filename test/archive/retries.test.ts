import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import type { ArchiveClient } from '@main/archive/client'
import { openWriter } from '@archive/threads'
import type { RunFilter } from '@shared/filter'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { ENTRIES, hashFiles, openClient, rowsOf, startProbe } from '../support/archive'
import type { TestClient } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { onSmallDisk } from '../support/small-disk'
import { batchOf, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { waitFor } from '../support/wait'

const SOON = { retryMs: [5] }

/** A writer that counts in a file how often it was asked to open. */
function counted(folder: { path: (name: string) => string }) {
  const log = folder.path('tries')
  const entry = folder.path('writer.mjs')
  writeFileSync(log, '')
  writeFileSync(
    entry,
    `import { parentPort } from 'node:worker_threads'
     import { appendFileSync } from 'node:fs'
     import ${JSON.stringify(pathToFileURL(ENTRIES.writer).href)}
     parentPort.on('message', ({ verb }) => { if (verb === 'open') appendFileSync(${JSON.stringify(log)}, 'x') })`,
  )
  const tries = (): number => statSync(log).size
  return {
    writer: entry,
    tries,
    more: async (count: number): Promise<void> => {
      const enough = tries() + count
      await waitFor(`${count} tries`, () => tries() >= enough)
    },
  }
}

const kinds = ({ states }: TestClient): string[] => states.map(({ kind }) => kind)
const recorded = (client: ArchiveClient): Promise<unknown> => client.write.addRecording({ name: 'x' })

describe('an archive that cannot be opened', () => {
  const folder = useTempFolder()

  /** An archive with runs, closed; several megabytes, so that no cache holds all of it. */
  const filled = (path: string, runs = 1000): string => {
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let first = 0; first < runs; first += 1000) {
      appender.append(batchOf(Array.from({ length: 1000 }, (_, index) => madeRun(first + index + 1, { status: 1 }))))
    }
    db.close()
    return path
  }

  it('is opened when the other process lets go of it; nobody hears of the tries between', async () => {
    const path = folder.path('hassette.db')
    const other = startProbe('open', path)
    await other.next()
    const { writer, more } = counted(folder)
    const client = openClient(path, { ...SOON, writer })
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_locked' } })
    await more(3)
    await expect(client.read.sources()).rejects.toMatchObject({ code: 'archive_locked' })
    expect(kinds(client)).toEqual(['unavailable'])
    other.child.kill('SIGKILL')
    await client.reached('ready')
    await recorded(client)
    expect(await client.read.sources()).toHaveLength(1)
    expect(kinds(client)).toEqual(['unavailable', 'ready'])
  })

  it.each<[string, () => { path: string; mend: () => void; words: RegExp }]>([
    [
      'its folder is missing',
      () => ({
        path: folder.path('drive/hassette.db'),
        mend: () => mkdirSync(folder.path('drive')),
        words: /does not exist/,
      }),
    ],
    [
      'its folder is no folder',
      () => {
        writeFileSync(folder.path('drive'), '')
        return {
          path: folder.path('drive/hassette.db'),
          mend: () => {
            rmSync(folder.path('drive'))
            mkdirSync(folder.path('drive'))
          },
          words: /is not a folder/,
        }
      },
    ],
    [
      'links lead in a circle',
      () => {
        symlinkSync(folder.path('a'), folder.path('hassette.db'))
        symlinkSync(folder.path('hassette.db'), folder.path('a'))
        return {
          path: folder.path('hassette.db'),
          mend: () => rmSync(folder.path('a')),
          words: /links lead in a circle/,
        }
      },
    ],
    [
      'another file lies there',
      () => {
        const path = filled(folder.path('good.db')).replace('good', 'hassette')
        copyFileSync(openFixture('seed-healthy', folder.path('source')), path)
        return { path, mend: () => renameSync(folder.path('good.db'), path), words: /Hassette's own database/ }
      },
    ],
    [
      'it is no database, and a good one is written over it',
      () => {
        const good = filled(folder.path('good.db'))
        const path = folder.path('hassette.db')
        writeFileSync(path, 'Dear diary, '.repeat(1000))
        return { path, mend: () => void execFileSync('cp', [good, path]), words: /no database/ }
      },
    ],
  ])('is opened when it is no longer so that %s', async (_, make) => {
    const { path, mend, words } = make()
    const client = openClient(path, SOON)
    expect(await client.reached('unavailable')).toMatchObject({ problem: { message: expect.stringMatching(words) } })
    mend()
    await client.reached('ready')
    await recorded(client)
    expect(kinds(client)).toEqual(['unavailable', 'ready'])
  })

  it('says that a name is too long', () => {
    expect(() => openWriter(folder.path(`${'x'.repeat(300)}.db`), () => undefined)).toThrowError(
      expect.objectContaining({ code: 'archive_unreadable', message: expect.stringMatching(/name is too long/) }),
    )
  })

  it('says so when tables are missing, and does not call it a fault of the app', () => {
    const path = filled(folder.path('hassette.db'))
    const meddler = new Database(path)
    meddler.exec('DROP TABLE target_recent')
    meddler.close()
    expect(() => openWriter(path, () => undefined)).toThrowError(
      expect.objectContaining({
        code: 'archive_unreadable',
        lasts: true,
        message: expect.stringMatching(/no such table/),
      }),
    )
  })

  it('is opened when there is room again', ({ skip }) =>
    onSmallDisk(folder.path('disk'), '1m', skip, async (disk) => {
      writeFileSync(`${disk.path}/ballast`, Buffer.alloc(1024 * 1024))
      const client = openClient(`${disk.path}/hassette.db`, SOON)
      expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'disk_full' } })
      disk.grow('64m')
      await client.reached('ready')
      await recorded(client)
      await client.close()
    }))

  it('tells of another reason as soon as there is one', async () => {
    const client = openClient(folder.path('drive/hassette.db'), SOON)
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_unreadable' } })
    renameSync(openFixture('seed-healthy', folder.path('mounted')), folder.path('mounted/hassette.db'))
    renameSync(folder.path('mounted'), folder.path('drive'))
    await waitFor('the other reason', () => client.states.length === 2)
    expect(client.state()).toMatchObject({ kind: 'unavailable', problem: { code: 'archive_foreign' } })
  })

  it('stays away from what waiting does not mend, until that is another file', async () => {
    const path = openFixture('seed-healthy', folder.path('source'))
    const before = hashFiles(path)
    const { writer, tries } = counted(folder)
    const client = openClient(path, { ...SOON, writer })
    await client.reached('unavailable')
    // A client whose tries are allowed has made many in the same time.
    const restless = openClient(folder.path('none/hassette.db'), SOON)
    await restless.reached('unavailable')
    mkdirSync(folder.path('none'))
    await restless.reached('ready')
    expect(tries()).toBe(1)
    expect(hashFiles(path)).toEqual(before)
  })

  it('can be asked for at once, also in the middle of a try', async () => {
    const path = folder.path('none/hassette.db')
    const { writer, more } = counted(folder)
    const client = openClient(path, { ...SOON, writer })
    await client.reached('unavailable')
    for (let asked = 0; asked < 6; asked++) {
      expect(await client.retry()).toMatchObject({ kind: 'unavailable' })
      if (asked % 2 === 0) await more(1)
    }
    mkdirSync(folder.path('none'))
    expect(await client.retry()).toEqual({ kind: 'ready' })
    await recorded(client)
    expect(kinds(client).at(-1)).toBe('ready')
  })

  it('is left alone when the client was closed', async () => {
    const { writer, tries, more } = counted(folder)
    const client = openClient(folder.path('none/hassette.db'), { ...SOON, writer })
    await client.reached('unavailable')
    await more(2)
    await client.close()
    const last = tries()
    mkdirSync(folder.path('none'))
    const later = openClient(folder.path('none/hassette.db'), SOON)
    await later.reached('ready')
    expect(tries()).toBe(last)
  })
})

describe('an archive that was open', () => {
  const folder = useTempFolder()
  const ALL: RunFilter = {
    ...{ sourceId: 1, tier: 'all', span: { fromUs: null, toUs: null }, targetId: null },
    conditions: [{ field: 'text', op: 'is', value: 'nothing says this' }],
  }

  it.skipIf(process.platform === 'win32')(
    'and was moved away is opened when it is back; none is made before',
    async () => {
      const path = folder.path('hassette.db')
      const client = openClient(path, { ...SOON, lookMs: 5 })
      await recorded(client)
      renameSync(path, folder.path('elsewhere.db'))
      await client.reached('unavailable')
      // Others are made meanwhile.
      const other = openClient(folder.path('none/hassette.db'), SOON)
      await other.reached('unavailable')
      mkdirSync(folder.path('none'))
      await other.reached('ready')
      expect(existsSync(path)).toBe(false)
      renameSync(folder.path('elsewhere.db'), path)
      await client.reached('ready')
      expect(await client.read.sources()).toHaveLength(1)
      expect(rowsOf(path, 'SELECT 1 FROM sources')).toHaveLength(1)
    },
  )

  it('and is damaged does not come and go', async () => {
    const path = folder.path('hassette.db')
    const { db, epoch } = createSynthetic(path)
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let first = 0; first < 20_000; first += 1000) {
      appender.append(batchOf(Array.from({ length: 1000 }, (_, index) => madeRun(first + index + 1, { status: 1 }))))
    }
    db.close()
    copyFileSync(path, folder.path('backup.db'))
    execFileSync(process.execPath, [
      '-e',
      `const fs = require('node:fs'); const file = fs.openSync(process.argv[1], 'r+')
       const { size } = fs.fstatSync(file)
       for (let at = 100 * 4096; at < size; at += 4096) fs.writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, at)`,
      path,
    ])
    const { writer, tries } = counted(folder)
    const client = openClient(path, { ...SOON, writer })
    await client.reached('ready')
    await expect(client.read['runs.count']({ filter: ALL })).rejects.toMatchObject({ code: 'archive_unreadable' })
    expect(await client.reached('unavailable')).toMatchObject({ problem: { lasts: true } })
    const other = openClient(folder.path('none/hassette.db'), SOON)
    await other.reached('unavailable')
    mkdirSync(folder.path('none'))
    await other.reached('ready')
    expect([tries(), kinds(client)]).toEqual([1, ['ready', 'unavailable']])
    renameSync(folder.path('backup.db'), path)
    await client.reached('ready')
    expect(await client.read['runs.count']({ filter: ALL })).toBeTruthy()
  })

  it('and whose threads died three times is started again by itself', async () => {
    const flag = folder.path('flag')
    const writer = folder.path('mortal.mjs')
    writeFileSync(
      writer,
      `import { existsSync } from 'node:fs'
       if (existsSync(${JSON.stringify(flag)})) process.exit(7)
       await import(${JSON.stringify(pathToFileURL(ENTRIES.writer).href)})`,
    )
    writeFileSync(flag, '')
    const client = openClient(folder.path('hassette.db'), { ...SOON, writer, backOffMs: [1] })
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'internal' } })
    const deaths = client.faults.length
    await waitFor('more deaths', () => client.faults.length > deaths || client.states.length > 3, 2000).catch(() => 0)
    rmSync(flag)
    await client.reached('ready')
    await recorded(client)
    expect(kinds(client)).toEqual(['restarting', 'restarting', 'unavailable', 'ready'])
  })
})
