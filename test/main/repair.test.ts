import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ArchiveVerdict } from '@main/archive/api'
import { judgeArchive } from '@archive/copy'
import { repairArchive } from '@main/ipc/handlers/storage'
import { Failure, problem } from '@shared/result'
import type { ErrorCode } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createSynthetic } from '../support/synthetic'

const READY: ArchiveState = { kind: 'ready' }

describe('the ways out of an archive that cannot be used', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-test-'))
    writeFileSync(join(folder, 'hassette.db'), 'damaged')
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const askFile = vi.fn<() => Promise<string>>()
  /** `after`: what the archive is once it was replaced. */
  const parts = (state: ArchiveState, dataDir = folder, after: ArchiveState = READY) => {
    const setArchive = vi.fn()
    const replaced: string[] = []
    return {
      replaced,
      setArchive,
      dataDir,
      judge: (path: string): Promise<ArchiveVerdict> => Promise.resolve(judgeArchive(path)),
      settings: { setArchive },
      desktop: { askFile },
      archive: {
        path: () => join(folder, 'hassette.db'),
        state: () => state,
        replace: async (work: (path: string) => string | Promise<string>) => {
          replaced.push(await work(join(folder, 'hassette.db')))
          return after
        },
      },
    }
  }
  const unavailable = (code: ErrorCode): ArchiveState => ({ kind: 'unavailable', problem: problem(code, 'Why.') })

  it('start fresh: the file is moved aside, nothing is deleted', async () => {
    const given = parts(unavailable('archive_unreadable'))
    expect(await repairArchive(given, 'startFresh')).toEqual(READY)
    expect(given.replaced).toEqual([join(folder, 'hassette.db')])
    expect(readdirSync(folder)).toEqual([expect.stringMatching(/^hassette\.db\.damaged-/)])
  })

  it('put the copy back', async () => {
    writeFileSync(join(folder, 'hassette.db.before-0002'), 'copy')
    await repairArchive(parts(unavailable('archive_newer')), 'restoreCopy')
    expect(readdirSync(folder)).toEqual(['hassette.db', expect.stringMatching(/damaged/)])
    await expect(repairArchive(parts(unavailable('archive_newer')), 'restoreCopy')).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it.each<[string, ArchiveState, string, string?]>([
    ['is open', READY, 'busy'],
    ['is in use by another program', unavailable('archive_locked'), 'busy'],
    ['only waits for room', unavailable('disk_full'), 'busy'],
    ["is Hassette's own or another program's", unavailable('archive_foreign'), 'archive_foreign'],
    ['lies elsewhere and was never ours', unavailable('archive_unreadable'), 'archive_foreign', '/elsewhere'],
  ])('move no file that %s', async (_, state, code, dataDir) => {
    for (const way of ['startFresh', 'restoreCopy'] as const) {
      await expect(repairArchive(parts(state, dataDir), way)).rejects.toMatchObject({ code })
    }
    expect(readdirSync(folder)).toEqual(['hassette.db'])
    // It may lie where the user put it, if we have opened it before.
    if (!dataDir) return
    writeFileSync(join(folder, 'hassette.db.lock'), '')
    await repairArchive(parts(state, dataDir), 'startFresh')
    expect(readdirSync(folder)).toContain('hassette.db.lock')
  })

  it('move no archive that is sound, whatever is said of it, and none that could not be looked into', async () => {
    const path = join(folder, 'hassette.db')
    rmSync(path)
    createSynthetic(path).db.close()
    writeFileSync(`${path}.before-0002`, 'copy')
    const names = readdirSync(folder)
    for (const code of ['archive_unreadable', 'internal'] as const) {
      for (const way of ['startFresh', 'restoreCopy'] as const) {
        const given = parts(unavailable(code))
        await expect(repairArchive(given, way)).rejects.toMatchObject({
          code: 'busy',
          message: expect.stringMatching(/hassette\.db is sound.*Why\./),
        })
        given.judge = () => Promise.resolve('unknown')
        await expect(repairArchive(given, way)).rejects.toMatchObject({
          message: expect.stringContaining('could not be checked'),
        })
        expect(given.replaced).toEqual([])
      }
    }
    // A look through SQLite may leave its own files beside it.
    expect(readdirSync(folder).filter((name) => !/-(wal|shm)$/.test(name))).toEqual(names)
  })

  it('open another file, and remember it when it could be opened', async () => {
    askFile.mockResolvedValue('/srv/other.db')
    const good = parts(unavailable('archive_unreadable'))
    expect(await repairArchive(good, 'openOther')).toEqual(READY)
    expect(good.replaced).toEqual(['/srv/other.db'])
    expect(good.setArchive).toHaveBeenCalledWith('/srv/other.db')

    const bad = parts(unavailable('archive_unreadable'), folder, unavailable('archive_foreign'))
    expect(await repairArchive(bad, 'openOther')).toMatchObject({ kind: 'unavailable' })
    expect(bad.setArchive).not.toHaveBeenCalled()

    askFile.mockRejectedValue(new Failure('cancelled', 'Nothing was chosen.'))
    const none = parts(unavailable('archive_unreadable'))
    await expect(repairArchive(none, 'openOther')).rejects.toMatchObject({ code: 'cancelled' })
    expect(none.replaced).toEqual([])
  })
})
