import { openReader, openWriter } from '@archive/threads'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { CONTEXT, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { DAY_US, LIMITS, request } from './retention-checks'

const DAY_MS = 86_400_000
const RUNS = 3000
const DAYS = 5
const YEARS_30_MS = 30 * 366 * DAY_MS

describe('an archive while our own clock is wrong', () => {
  const folder = useTempFolder()
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** The clock of this computer is ahead by so much; the one that only goes forward knows nothing of it. */
  const step = (milliseconds: number): void => void vi.setSystemTime(Date.now() + milliseconds)

  /** A Hassette file with runs of five days up to now, whose Hassette lives. */
  async function hassette(): Promise<string> {
    const path = folder.path('hassette.db')
    const writer = await startHassetteWriter(path)
    await writer.run({ count: RUNS, startedAt: Date.now() / 1000 - DAYS * 86_400, spanSeconds: DAYS * 86_400 })
    await writer.exit()
    const db = new Database(path)
    db.prepare('UPDATE sessions SET started_at = ?').run(Date.now() / 1000 - (DAYS + 30) * 86_400)
    db.close()
    return path
  }

  const archive = (): string => folder.path('archive.db')

  function open() {
    const writer = openWriter(archive(), () => undefined)
    let isOpen = true
    const close = (): void => {
      if (isOpen) writer.close()
      isOpen = false
    }
    onTestFinished(close)
    writer.upkeep.setLimits({ limits: LIMITS })
    return { ...writer, close }
  }

  async function sync({ sources }: ReturnType<typeof open>, path: string) {
    const { sourceId } = await sources.addFile({ path, name: 'home', mode: 'live', shiftUs: 0 })
    return sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
  }

  const pass = ({ upkeep }: ReturnType<typeof open>, rules: ('time' | 'size')[] = ['time', 'size'], limits = LIMITS) =>
    upkeep.retain(request({ rules, limits }), CONTEXT)

  const kept = (): number => rowsOf<{ n: number }>(archive(), 'SELECT count(*) AS n FROM runs')[0]?.n ?? 0
  const minutes = (): number =>
    rowsOf<{ n: number }>(archive(), 'SELECT count(*) AS n FROM rollups WHERE resolution = 60')[0]?.n ?? 0

  it.each([
    ['ten days ahead', 10 * DAY_MS],
    ['thirty years ahead', YEARS_30_MS],
  ])('deletes nothing after a start that is %s, and goes on when the clock is right', async (_what, ahead) => {
    const path = await hassette()
    const first = open()
    await sync(first, path)
    first.close()
    const before = minutes()
    expect([kept(), before > 0]).toEqual([RUNS, true])

    step(ahead)
    const second = open()
    expect(await pass(second)).toMatchObject({ runs: 0, timeWaits: true })
    expect(second.upkeep.retentionDue()).toMatchObject({ timeWaits: true })
    expect([kept(), minutes()]).toEqual([RUNS, before])
    second.close()

    step(-ahead)
    const limits = { ...LIMITS, retentionDays: 2, frameworkRetentionDays: 2 }
    const report = await pass(open(), ['time'], limits)
    expect(report.timeWaits).toBe(false)
    expect(report.runs).toBeGreaterThan(RUNS / 2)
  })

  it('deletes nothing when the clock leaps while it runs, there and back and there again', async () => {
    const path = await hassette()
    const writer = open()
    await sync(writer, path)
    const leaps = [
      [10 * DAY_MS, true],
      [-10 * DAY_MS, false],
      [YEARS_30_MS, true],
      [-YEARS_30_MS - 3 * DAY_MS, true],
      [3 * DAY_MS, false],
    ] as const
    for (const [leap, timeWaits] of leaps) {
      step(leap)
      expect(await pass(writer)).toMatchObject({ runs: 0, timeWaits })
    }
    expect(kept()).toBe(RUNS)
  })

  it('keeps what is first read while the clock is ahead', async () => {
    const path = await hassette()
    step(10 * DAY_MS)
    const writer = open()
    // What is only counted can never be read again: so it is kept even where the evidence says that its term is over.
    writer.upkeep.setLimits({ limits: { ...LIMITS, retentionDays: 2, frameworkRetentionDays: 2 } })
    expect(await sync(writer, path)).toMatchObject({ runs: RUNS, trendsOnly: 0 })
    expect(kept()).toBe(RUNS)
    // Minutes are those of the time in which the runs lie.
    expect(minutes()).toBeGreaterThan(0)
  })

  it('says what waits, and foretells what is past its term by the evidence', async () => {
    const path = await hassette()
    const first = open()
    await sync(first, path)
    first.upkeep.retentionDue()
    const reader = openReader(archive())
    onTestFinished(() => reader.close())
    expect(await reader.verbs['storage.info']({ limits: LIMITS }, CONTEXT)).toMatchObject({ timeWaits: null })

    step(10 * DAY_MS)
    first.upkeep.retentionDue()
    const info = await reader.verbs['storage.info']({ limits: LIMITS }, CONTEXT)
    expect(info.timeWaits).toEqual({ reason: 'clock_jumped', sinceUs: Date.now() * 1000, aheadUs: null })
    expect(info.binds?.bound).toBe('time')
    expect(Math.abs((info.binds?.atUs ?? 0) - (Date.now() * 1000 - 10 * DAY_US + 2 * DAY_US))).toBeLessThan(DAY_US / 24)
    expect(await reader.verbs['storage.preview'](LIMITS, CONTEXT)).toMatchObject({ runs: 0 })
  })

  it('trims by size however wrong the clock is, and takes nothing for past its term', async () => {
    const path = await hassette()
    const first = open()
    await sync(first, path)
    step(10 * DAY_MS)
    const report = await pass(first, ['size'], { ...LIMITS, maxSizeMb: 1 })
    expect(report.bound).toBe('size')
    expect(report.runs).toBeGreaterThan(0)
    expect(kept()).toBe(RUNS - report.runs)
    expect(kept()).toBeGreaterThan(0)
  })
})
