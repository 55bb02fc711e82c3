import { rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { loadRecording } from '@main/sources/sample'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookAt } from '../support/alerts-look'
import { openClient, startProbe } from '../support/archive'
import type { FixtureName } from '../support/fixtures'
import { openFixture, useTempFolder } from '../support/fixtures'
import { limitedWriter } from './limited-writer'
import { incidentsIn, readWithAlerts, withOddRun } from './reading-home'
import type { Reading } from './reading-home'

const COPY: Reading = { mode: 'snapshot', lookEvery: Infinity }

const readings: fc.Arbitrary<Reading> = fc.record({
  mode: fc.constantFrom<Reading['mode']>('live', 'snapshot'),
  lookEvery: fc.integer({ min: 1, max: 17 }),
  cutAfter: fc.array(fc.integer({ min: 1, max: 8 }), { maxLength: 3 }),
  cutsWhileTold: fc.integer({ min: 0, max: 5 }),
  crashes: fc.boolean(),
})

describe('the incidents of a file are those of a copy that is read at once', () => {
  const folder = useTempFolder()
  let times = 0
  const read = (source: string, reading: Reading) => readWithAlerts(folder.path(`${++times}.db`), source, reading)

  it.each<FixtureName>(['live-0.60', 'live-0.52'])('however fast it is read: %s', async (name) => {
    const source = openFixture(name, folder.path('source'))
    const copy = await read(source, COPY)
    expect(copy.length).toBeGreaterThan(0)
    for (const lookEvery of [Infinity, 7, 3, 2, 1]) {
      expect(await read(source, { mode: 'live', lookEvery })).toEqual(copy)
      expect(await read(source, { mode: 'snapshot', lookEvery })).toEqual(copy)
    }
  })

  it('wherever it was cut, by a close or a crash', async () => {
    const source = openFixture('live-0.60', folder.path('source'))
    const copy = await read(source, COPY)
    await fc.assert(
      fc.asyncProperty(readings, async (reading) => {
        expect(await read(source, reading)).toEqual(copy)
      }),
      { numRuns: 12 },
    )
  }, 120_000)

  it('for a week of a home, with a look after each batch, cut twice', async () => {
    const { image } = await loadRecording(resolve(import.meta.dirname, '../../resources/sample'))
    const week = folder.path('week.db')
    writeFileSync(week, image)
    const copy = await read(week, COPY)
    expect(copy.length).toBeGreaterThan(3)
    const reading: Reading = { mode: 'live', lookEvery: 1, cutAfter: [3, 11], cutsWhileTold: 3, crashes: true }
    expect(await read(week, reading)).toEqual(copy)
  }, 120_000)

  it('though one run in it was not when it says', async () => {
    const source = openFixture('live-0.60', folder.path('source'))
    const copy = await read(source, COPY)
    const odd = fc.record({
      startS: fc.oneof(
        fc.integer({ min: 0, max: 8_590_000_000 }),
        fc.integer({ min: 1_795_440_000, max: 1_795_450_000 }),
      ),
      durationMs: fc.constantFrom(5, 2_700_000),
      before: fc.integer({ min: 2, max: 16_154 }),
    })
    await fc.assert(
      fc.asyncProperty(odd, fc.constantFrom<Reading['mode']>('live', 'snapshot'), async (made, mode) => {
        const path = folder.path(`odd-${++times}.db`)
        withOddRun(source, path, made)
        expect(await read(path, { mode, lookEvery: 5, endsWith: source })).toEqual(copy)
      }),
      { numRuns: 6 },
    )
  }, 120_000)

  it('though the process that read it was killed, again and again', async () => {
    const source = openFixture('live-0.60', folder.path('source'))
    const copy = await read(source, COPY)
    const archive = folder.path('killed.db')
    for (const after of [8, 33, 20, Infinity]) {
      const judge = startProbe('judge', archive, source)
      let lines = 0
      for (let line = await judge.next(); line !== null; line = await judge.next()) {
        if (++lines === after) judge.child.kill('SIGKILL')
      }
      await judge.ended
    }
    expect(incidentsIn(archive)).toEqual(copy)
  }, 120_000)

  it('though the disk was full meanwhile', async () => {
    const source = openFixture('live-0.60', folder.path('source'))
    const copy = await read(source, COPY)
    const [archive, full] = [folder.path('full.db'), folder.path('full')]
    const client = openClient(archive, { writer: limitedWriter(folder.path('writer.mjs'), full) })
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'home', mode: 'live', shiftUs: 0 })
    const look = (kind: 'unknown' | 'seen') =>
      client.write.alertsStep(lookAt(source, sourceId, 'live', kind === 'seen' ? { kind, caughtUp: true } : { kind }))
    const fill = (): void => writeFileSync(full, '')
    let batches = 0
    const onProgress = (): void => void (++batches === 4 && fill())
    await expect(client.write.syncFileSource({ sourceId, shiftUs: 0 }, { onProgress })).rejects.toMatchObject({
      code: 'disk_full',
    })
    await look('unknown').catch(() => undefined)
    rmSync(full)
    await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    fill()
    await look('seen').catch(() => undefined)
    rmSync(full)
    await look('seen')
    await client.close()
    expect(incidentsIn(archive)).toEqual(copy)
  })
})
