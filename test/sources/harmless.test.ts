import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { hashFiles, openClient } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { proveHarmless } from './harmless'

describe('a Hassette that is watched', () => {
  const folder = useTempFolder()

  // A minute and an hour of it: harmless.long.test.ts. Among so few looks the longest one in a thousand is one look.
  it('writes 100 rows a second for ten seconds as if nobody watched', { timeout: 120_000 }, async () => {
    const harm = await proveHarmless(folder, 10)
    expect(harm.rows).toBe(1000)
    expect(harm.looks).toBeGreaterThan(80)
    expect(harm.lookMs(0.95)).toBeLessThan(100)
    // One look may be kept from the processor by everything else that runs here.
    expect(harm.longestMs).toBeLessThan(1000)
  })

  it('finds its file byte by byte as it was, however often it is read', async () => {
    const path = folder.path('hassette.db')
    const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
    await hassette.run({ count: 3000 })
    const client = openClient(folder.path('archive.db'))
    const { sourceId } = await client.write.addFileSource({ path, name: 'x', mode: 'auto', shiftUs: 0 })
    const visitor = new Database(path, { readonly: true })
    const version = () => visitor.pragma('data_version', { simple: true })
    const before = { hashes: hashFiles(path, `${path}-wal`), version: version() }
    for (let round = 0; round < 10; round++) {
      await client.write.syncFileSource({ sourceId, shiftUs: 0 })
      await client.write.identifyFile({ path })
    }
    expect({ hashes: hashFiles(path, `${path}-wal`), version: version() }).toEqual(before)
    visitor.close()
  })

  it.skipIf(process.platform !== 'linux')('is opened for reading only, and is closed again', async () => {
    const path = folder.path('hassette.db')
    await startHassetteWriter(path, { onEnd: onTestFinished })
    const flagsOf = (file: string): number[] =>
      readdirSync('/proc/self/fd').flatMap((fd) => {
        try {
          if (readlinkSync(`/proc/self/fd/${fd}`) !== file) return []
          return [parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8)]
        } catch {
          return []
        }
      })
    const reader = createHassetteReader({ path }, 0)
    reader.parents()
    expect(flagsOf(path).map((flags) => flags & 3)).toEqual([0])
    reader.close()
    expect(flagsOf(path)).toEqual([])
  })
})
