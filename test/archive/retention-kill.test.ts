import { openForWriting } from '@archive/core'
import { createWriterMemory } from '@archive/derived'
import { createRetentionPasses } from '@archive/retention'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { CONTEXT, startProbe } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { trusted } from '../support/trusted'
import { allRuns } from './brute-force'
import { countedRuns } from './brute-force-trends'
import { bytesOf, expectInStep, expectTrendsOf, LIMITS, request } from './retention-checks'
import { createFilled } from './retention-fill'

const LIMIT_MB = 1
/** Slices after which the process is killed. */
const KILLS = [1, 3, 5, 7]

describe('a pass that is killed', () => {
  const folder = useTempFolder()

  it('leaves an archive in step, and the next one finishes', async () => {
    const path = folder.path('archive.db')
    const archive = createFilled(path, LIMIT_MB)
    await archive.fill(80_000, 3_600_000_000)
    const before = countedRuns(archive.db)
    archive.db.close()

    let left = before.length
    for (const slices of KILLS) {
      const probe = startProbe('retain', path, String(LIMIT_MB))
      for (let slice = 0; slice < slices; slice++) expect(await probe.next()).toEqual({ slice: true })
      probe.child.kill('SIGKILL')
      await probe.ended
      const db = new Database(path)
      try {
        expectInStep(db)
        const runs = allRuns(db)
        expect(runs.length).toBeLessThan(left)
        left = runs.length
        expectTrendsOf({ db, memory: createWriterMemory(db) }, before, [0, 3600, 86_400])
      } finally {
        db.close()
      }
    }

    const db = openForWriting(path)
    try {
      const limits = { ...LIMITS, maxSizeMb: LIMIT_MB }
      const memory = createWriterMemory(db)
      await createRetentionPasses(
        db,
        memory,
        trusted(() => 0),
      ).retain(request({ rules: ['size'], limits }), CONTEXT)
      expect(bytesOf(db)).toBeLessThanOrEqual(0.95 * LIMIT_MB * 1_000_000)
      expectInStep(db)
      expectTrendsOf({ db, memory }, before, [0, 3600, 86_400])
    } finally {
      db.close()
    }
  })
})
