import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { hashFiles, openClient } from '../support/archive'
import { WORKERS } from '../support/build-workers'
import { compareExecutions } from '../support/compare-executions'
import { FIXTURE_NAMES, openFixture, useTempFolder } from '../support/fixtures'
import type { FixtureName } from '../support/fixtures'
import { createSynthetic } from '../support/synthetic'

describe('identifying a file', () => {
  const folder = useTempFolder()
  const identify = async (path: string) => {
    const client = openClient(folder.path('archive.db'))
    return client.write.identifyFile({ path })
  }
  const change = (name: FixtureName, sql: string): string => {
    const path = openFixture(name, folder.path('x'))
    const db = new Database(path)
    db.pragma('foreign_keys = OFF')
    db.exec(sql)
    db.close()
    return path
  }

  it.each(FIXTURE_NAMES)('counts what %s holds, and leaves it as it was', async (name) => {
    const path = openFixture(name, folder.path('x'))
    const before = hashFiles(path)
    const facts = await identify(path)
    const client = openClient(folder.path('archive-2.db'))
    const { sourceId } = await client.write.addFileSource({ path, name, mode: 'auto', shiftUs: 0 })
    await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    const [info] = await client.read.sources()
    expect(facts).toMatchObject({
      schemaVersion: info?.schemaVersion,
      sessions: info?.sessions,
      appRuns: info?.appRuns,
      frameworkRuns: info?.frameworkRuns,
      oldestRunUs: info?.oldestRunUs,
      mode: 'snapshot',
    })
    expect(facts.bytes).toBe(statSync(path).size + (existsSync(`${path}-wal`) ? statSync(`${path}-wal`).size : 0))
    expect(facts.copied).toBeUndefined()
    expect(hashFiles(path)).toEqual(before)
  })

  it.each([
    ['live-v9', 9, '0.48'],
    ['live-v10', 10, '0.49–0.50'],
    ['live-v11', 11, '0.50–0.51'],
    ['live-0.52', 12, '0.51–0.55'],
    ['live-v13', 13, '0.56–0.59'],
    ['live-0.60', 15, '0.60'],
  ] as const)('tells which Hassette wrote %s', async (name, schemaVersion, hassetteVersions) => {
    expect(await identify(openFixture(name, folder.path('x')))).toMatchObject({ schemaVersion, hassetteVersions })
  })

  it('takes a newer schema as long as the columns are there, and says that it is newer', async () => {
    const path = change('live-0.60', 'PRAGMA user_version = 16; ALTER TABLE executions ADD COLUMN mood TEXT')
    expect(await identify(path)).toMatchObject({ schemaVersion: 16, hassetteVersions: null, appRuns: 12_114 })
  })

  it('knows a Hassette that runs from one that is gone', async () => {
    const path = change('live-0.60', `UPDATE sessions SET last_heartbeat_at = unixepoch('subsec') - 300 WHERE id = 5`)
    expect(await identify(path)).toMatchObject({ mode: 'live' })
  })

  it.each([
    ['missing', () => folder.path('none.db'), 'source_not_found', 'no file'],
    ['in a folder that is missing', () => folder.path('none/none.db'), 'source_not_found', 'no file'],
    ['a folder', () => (mkdirSync(folder.path('d')), folder.path('d')), 'source_not_hassette', 'not a file'],
    [
      'an archive of ours',
      () => {
        createSynthetic(folder.path('ours.db')).db.close()
        return folder.path('ours.db')
      },
      'source_not_hassette',
      'not one of Hassette',
    ],
    ['empty', () => (writeFileSync(folder.path('e'), ''), folder.path('e')), 'source_not_hassette', 'empty'],
    [
      'not SQLite',
      () => (writeFileSync(folder.path('t'), 'Dear diary, '.repeat(500)), folder.path('t')),
      'source_not_hassette',
      'not a database',
    ],
    [
      'not of Hassette',
      () => {
        const db = new Database(folder.path('o.db'))
        db.exec('CREATE TABLE songs (id INTEGER)')
        db.close()
        return folder.path('o.db')
      },
      'source_not_hassette',
      'not one of Hassette',
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
      'older than 0.37',
    ],
    ['too old', () => change('live-v9', 'PRAGMA user_version = 8'), 'source_too_old', 'schema 8'],
    [
      'newer, without what is needed',
      () => change('live-0.60', 'PRAGMA user_version = 99; ALTER TABLE executions RENAME COLUMN duration_ms TO length'),
      'source_not_hassette',
      'duration_ms',
    ],
    [
      'damaged',
      () => {
        const path = openFixture('live-0.60', folder.path('x'))
        truncateSync(path, 4_000_000)
        return path
      },
      'source_corrupt',
      'damaged',
    ],
  ])('says that it is %s, and what to do', async (_, make, code, words) => {
    const failure = await identify(make()).catch((thrown: unknown) => thrown)
    expect(failure).toMatchObject({ code, name: 'Failure', message: expect.stringContaining(words) })
    expect((failure as { hint?: string }).hint).toBeTruthy()
  })

  it('says that it is locked', async () => {
    const path = openFixture('seed-healthy', folder.path('x'))
    const writer = new Database(path)
    writer.exec('BEGIN EXCLUSIVE')
    const client = openClient(folder.path('archive.db'))
    const asked = () => client.write.identifyFile({ path })
    await expect(asked()).rejects.toMatchObject({ code: 'source_locked', hint: expect.any(String) })
    writer.close()
    expect(await asked()).toMatchObject({ appRuns: 100 })
  })
})

/** Permissions mean nothing to root, so another process does it as a user without rights. */
describe.skipIf(process.platform === 'win32')('a file in a folder of somebody else', () => {
  const folder = useTempFolder()

  const asNobody = (task: string, source: string): Record<string, unknown>[] => {
    const home = folder.path('home')
    mkdirSync(home, { recursive: true })
    chmodSync(folder.path('.'), 0o755)
    const root = process.getuid?.() === 0
    if (root) chownSync(home, 65_534, 65_534)
    const { stdout } = spawnSync(process.execPath, [join(WORKERS, 'probe.js'), task, `${home}/archive.db`, source], {
      encoding: 'utf8',
      ...(root ? { uid: 65_534, gid: 65_534 } : {}),
    })
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }
  const readOnly = (path: string): string => {
    for (const name of readdirSync(dirname(path))) chmodSync(`${dirname(path)}/${name}`, 0o444)
    chmodSync(dirname(path), 0o555)
    return path
  }

  it('may not be read', () => {
    const path = openFixture('live-v13', folder.path('x'))
    chmodSync(path, 0)
    expect(asNobody('identify', path).at(-1)).toMatchObject({
      problem: { code: 'source_unreachable', hint: expect.stringContaining('permissions') },
    })
  })

  it.each([
    ['live-v13', 'without a -shm', 469],
    ['open-wal', 'with a WAL and without a -shm', 14_928],
    ['seed-healthy', 'in journal mode delete', 100],
  ] as const)('%s (%s) is read, and nothing is left beside it', (name, _, runs) => {
    const path = openFixture(name, folder.path('x'))
    rmSync(`${path}-shm`, { force: true })
    const files = readdirSync(dirname(path)).sort()
    const before = hashFiles(...files.map((file) => `${dirname(path)}/${file}`))
    readOnly(path)
    const copied = name === 'seed-healthy' ? {} : { copied: true }
    const identified = asNobody('identify', path).at(-1)
    expect(identified).toMatchObject({ identified: copied })
    const { appRuns = 0, frameworkRuns = 0 } = identified?.['identified'] as Record<string, number>
    expect(appRuns + frameworkRuns).toBe(runs)
    expect(asNobody('sync', path).at(-1)).toMatchObject({ report: { runs, ...copied } })
    chmodSync(dirname(path), 0o755)
    expect(readdirSync(dirname(path)).sort()).toEqual(files)
    expect(hashFiles(...files.map((file) => `${dirname(path)}/${file}`))).toEqual(before)
    const compared = compareExecutions(folder.path('home/archive.db'), path)
    expect(compared.ours).toEqual(compared.theirs)
    // The copies are gone, too.
    const copies = readdirSync(folder.path('home'), { recursive: true }).map(String)
    expect(copies.filter((each) => /hassette\.db|live|seed/.test(each))).toEqual([])
  })

  it('with a WAL, a -shm missing and a folder that may be written to is read in place', async () => {
    const path = openFixture('open-wal', folder.path('x'))
    rmSync(`${path}-shm`)
    const before = hashFiles(path, `${path}-wal`)
    const client = openClient(folder.path('archive.db'))
    expect(await client.write.identifyFile({ path })).not.toHaveProperty('copied')
    expect(hashFiles(path, `${path}-wal`)).toEqual(before)
  })
})
