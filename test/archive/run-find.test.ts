import { createDirectory, createRunFind } from '@archive/queries'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { cancelledAt, inUsedUpSlices } from './slices'

describe('a run by its execution id', () => {
  const folder = useTempFolder()
  const HOUR_US = 3_600_000_000
  const uid7 = (atMs: number, nth: number) => {
    const hex = atMs.toString(16).padStart(12, '0')
    return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${nth.toString(16).padStart(12, '0')}`
  }

  /** Ten blocks of runs, a day each. */
  const tenDays = () => {
    const archive = createSynthetic(folder.path('archive.db'))
    const { appender } = archive.epoch()
    appender.update(madeParents([madeTarget(1)]))
    for (let block = 0; block < 10; block++) {
      appender.append(
        batchOf(
          Array.from({ length: 4096 }, (_, index) => {
            const n = block * 4096 + index
            const startedUs = BEGIN_US + block * 24 * HOUR_US + index * 1000
            return madeRun(n + 1, { startedUs, executionId: uid7(Math.floor(startedUs / 1000), n) })
          }),
        ),
      )
    }
    return archive
  }

  it('is found where the id says it was made, within a day of it, and elsewhere only by a scan', async () => {
    const { db, sourceId, epoch } = tenDays()
    const { appender } = epoch()
    appender.update(madeParents([madeTarget(1)]))
    const late = uid7(BEGIN_US / 1000 + 3 * 24 * 3_600_000, 900_000)
    const later = uid7(BEGIN_US / 1000 + 3 * 24 * 3_600_000, 900_001)
    const odd = ['healthy_weather_watcher_0000', '1b4e28ba-2fa1-41d2-883f-0016d3cca427', 'fifteen_bytes_x']
    appender.append(batchOf([madeRun(1, { executionId: late, startedUs: BEGIN_US + (3 * 24 + 20) * HOUR_US })]))
    const another = epoch().appender
    another.update(madeParents([madeTarget(1)]))
    another.append(
      batchOf([
        madeRun(1, { executionId: later, startedUs: BEGIN_US + 9 * 24 * HOUR_US }),
        ...odd.map((executionId, index) => madeRun(2 + index, { executionId, startedUs: BEGIN_US + 9 * 24 * HOUR_US })),
      ]),
    )
    const find = createRunFind(db, { directory: createDirectory(db) })
    const ask = async (executionId: string, scan = false) =>
      ((await find({ sourceId, executionId, scan }, CONTEXT))?.runId ?? 0) % 2 ** 40
    for (const n of [0, 1, 4095, 4096, 20_000, 40_959]) {
      const startedUs = BEGIN_US + Math.floor(n / 4096) * 24 * HOUR_US + (n % 4096) * 1000
      const id = uid7(Math.floor(startedUs / 1000), n)
      expect(await ask(id)).toBe(n + 1)
      expect(await ask(` ${id.toUpperCase()} `)).toBe(n + 1)
    }
    expect(await ask(late)).toBe(1)
    expect(await ask(later)).toBe(0)
    expect(await ask(later, true)).toBe(1)
    for (const [index, id] of odd.entries()) {
      expect(await ask(id)).toBe(0)
      expect(await ask(id, true)).toBe(2 + index)
    }
    expect(await ask(uid7(BEGIN_US / 1000, 77_777), true)).toBe(0)
    expect((await find({ sourceId: sourceId + 1, executionId: late, scan: true }, CONTEXT)) ?? null).toBeNull()
    db.close()
  })

  it('is not looked for any longer when nobody wants it', async () => {
    const { db, sourceId } = tenDays()
    const find = createRunFind(db, { directory: createDirectory(db) })
    const context = cancelledAt(3)
    await inUsedUpSlices(() =>
      expect(find({ sourceId, executionId: 'nobody', scan: true }, context)).rejects.toMatchObject({
        code: 'cancelled',
      }),
    )
    expect(context.pauses).toBe(3)
    db.close()
  })
})
