import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { MIGRATIONS, openForWriting } from '@archive/core'
import { openReader, openWriter } from '@archive/threads'
import { repairArchive } from '@main/ipc/handlers/storage'
import type { ArchiveState } from '@shared/source'
import { describe, expect, it, vi } from 'vitest'
import { hashFiles, openClient, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { copier } from './copies'

/** The first migration as it was while developers made archives with it. */
const OLD = readFileSync(resolve(import.meta.dirname, '../support/unreleased-schema.sql'), 'utf8')

describe('an archive of a development version from before 0.1.0', () => {
  const folder = useTempFolder()
  const path = (): string => folder.path('hassette.db')

  /** As that version left it: with the same number, and other tables. */
  function made(): string {
    const db = openForWriting(path())
    db.exec(`${OLD}; PRAGMA user_version = 1; PRAGMA journal_mode = DELETE`)
    db.exec(`INSERT INTO sources (name, mode, added_us) VALUES ('Home', 'live', 1);
      INSERT INTO runs (id, target_id, started_us, duration_us, status, flags) VALUES (1, 1, 1, 1, 0, 0)`)
    db.close()
    return path()
  }

  const refused = expect.objectContaining({
    code: 'archive_unreleased',
    message: expect.stringMatching(/made by a development version of Hassette Monitor from before 0\.1\.0/),
    hint: expect.stringMatching(/^It stays as it is\. Start fresh keeps it under another name/),
  })

  it('is refused in plain words, and not touched', () => {
    const before = hashFiles(made())
    expect(() => openWriter(path(), () => undefined)).toThrowError(refused)
    expect(hashFiles(path())).toEqual(before)
  })

  it('is one also where a test of ours adds migrations, and is not tried again by itself', async () => {
    made()
    const next = { number: MIGRATIONS.length + 1, name: 'more', sql: 'CREATE TABLE more (id INTEGER) STRICT' }
    expect(() => openWriter(path(), () => undefined, [...MIGRATIONS, next])).toThrowError(refused)
    const client = openClient(path())
    expect(await client.reached('unavailable')).toMatchObject({ problem: { code: 'archive_unreleased', lasts: true } })
  })

  it('is set aside under a name of its own by Start fresh, whole, and a new one is begun', async () => {
    const before = hashFiles(made())
    expect(await copier().judge(path())).toBe('unreleased')
    const problem = { code: 'archive_unreleased' as const, message: 'Why.' }
    const state: ArchiveState = await repairArchive(
      {
        judge: (archive) => copier().judge(archive),
        settings: { setArchive: vi.fn() },
        desktop: { askFile: () => Promise.reject(new Error('not asked')) },
        dataDir: folder.path('.'),
        archive: {
          path,
          state: () => ({ kind: 'unavailable', problem }),
          replace: async (work) => {
            openWriter(await work(path()), () => undefined).close()
            return { kind: 'ready' }
          },
        },
      },
      'startFresh',
    )
    expect(state).toEqual({ kind: 'ready' })
    const [aside = ''] = readdirSync(folder.path('.')).filter((name) =>
      /^hassette\.db\.before-0\.1\.0-[\d:T-]+$/.test(name),
    )
    expect(hashFiles(folder.path(aside))).toEqual(before)
    expect(rowsOf(folder.path(aside), 'SELECT name FROM sources')).toEqual([{ name: 'Home' }])
    openReader(path()).close()
  })

  it('is no backup that can be restored', async () => {
    made()
    await expect(copier().check(path())).rejects.toEqual(refused)
    await expect(copier().look(path())).rejects.toEqual(refused)
  })
})
