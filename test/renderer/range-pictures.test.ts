import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Heatmap, SessionRow, TrendSeries } from '@shared/trends'
import { heatCells, heatSentence, heatWords } from '@renderer/lib/heat'
import { mapLabels, mapPaths, mapWords, momentAt, stepAt, yOf } from '@renderer/lib/mini-map'
import { sessionBands } from '@renderer/lib/session-strip'
import { sparkPaths } from '@renderer/lib/sparkline'

const HOUR = 3_600_000_000
const local = (day: number, hour: number): number => new Date(2026, 10, day, hour).getTime() * 1000
const plain = (text: string): string => text.replaceAll('\u202f', ' ')

function seriesOf(fromUs: number, steps: number, change: (nth: number) => object = () => ({})): TrendSeries {
  const points = Array.from({ length: steps }, (_, nth) => ({
    ...{ fromUs: fromUs + nth * HOUR, ok: 4, failed: 0, dependencyFailures: 0, timedOut: 0, cancelled: 0, skipped: 0 },
    ...{ p50Us: null, p95Us: null, p99Us: null },
    ...change(nth),
  }))
  return { stepUs: HOUR, points, endUs: fromUs + steps * HOUR, precision: { kind: 'exact' } }
}

describe('the map of the range', () => {
  const series = seriesOf(local(22, 16), 24, (nth) => (nth === 20 ? { failed: 2 } : nth === 21 ? { timedOut: 1 } : {}))

  it('has the newest at its top', () => {
    expect(yOf(series.endUs, series, 600)).toBe(0)
    expect(yOf(local(22, 16), series, 600)).toBe(600)
    expect(yOf(local(23, 4), series, 600)).toBe(300)
  })

  it('gives back the moment that was put in, to a pixel', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 600 }), (y) => {
        expect(yOf(momentAt(y, series, 600), series, 600)).toBeCloseTo(y, 3)
      }),
    )
    expect(momentAt(-50, series, 600)).toBe(series.endUs)
    expect(momentAt(9999, series, 600)).toBe(local(22, 16))
  })

  it('draws a failure as one tick, and a time-out as another', () => {
    const paths = mapPaths(series, 600)
    expect(paths.failed.match(/M/g)).toHaveLength(1)
    expect(paths.timed.match(/M/g)).toHaveLength(1)
    expect(paths.runs.match(/M/g)).toHaveLength(24)
    // Step 20 of 24, the newest at the top: from 75 to 100 px.
    expect(paths.failed).toMatch(/^M50\.0 75\.0h8\.0v24\.0/)
  })

  it('has labels at round local times, far enough apart to be read', () => {
    const labels = mapLabels(series, 600, local(23, 15))
    expect(labels.map(({ text }) => text)).toEqual(['18', '21', '23 Nov', '03', '06', '09', '12', '15'])
    labels.slice(1).forEach(({ y }, nth) => expect((labels[nth]?.y ?? 0) - y).toBeGreaterThanOrEqual(44))
    expect(mapLabels(series, 20, local(23, 15))).toEqual([])
  })

  it('knows the step of a moment, and says what was there', () => {
    expect(stepAt(series, local(23, 12) + 5)).toBe(20)
    expect(stepAt(series, 0)).toBe(0)
    expect(stepAt(series, series.endUs + HOUR)).toBe(23)
    expect(mapWords(series, 20, local(23, 15))).toBe('12:00: 6 runs, 2 failed')
    expect(mapWords(series, 1, local(23, 15))).toBe('22 Nov 17:00: 4 runs')
  })
})

describe('the heat map', () => {
  const heat = (cells: Record<number, [runs: number, failed: number, timedOut: number]>): Heatmap => ({
    cells: Array.from({ length: 168 }, (_, nth) => {
      const [runs, failed, timedOut] = cells[nth] ?? [0, 0, 0]
      return { runs, failed, timedOut }
    }),
    precision: { kind: 'exact' },
  })
  const given = heat({ 6: [10, 3, 1], 7: [10, 2, 0], 30: [50, 1, 0], 100: [1, 0, 0] })

  it('counts failures and time-outs, or runs; the fullest is the darkest, and one is seen', () => {
    const failures = heatCells(given, 'failures')
    expect([6, 7, 30, 100].map((nth) => [failures[nth]?.count, failures[nth]?.level])).toEqual([
      [4, 5],
      [2, 3],
      [1, 2],
      [0, 0],
    ])
    expect(heatCells(given, 'runs')[100]).toEqual({ day: 4, hour: 4, count: 1, level: 1 })
  })

  it('says its fullest two hours in a sentence, and each cell in words', () => {
    const failures = heatCells(given, 'failures')
    expect(plain(heatSentence(failures, 'failures'))).toBe(
      'Most failures fall on Mon between 06:00 and 08:00: 6, 86 % of all.',
    )
    expect(heatSentence(heatCells(heat({}), 'failures'), 'failures')).toBe('No failure and no time-out in this range.')
    const spread = heatCells(heat({ 6: [1, 1, 0], 40: [1, 1, 0], 100: [1, 0, 1] }), 'failures')
    expect(heatSentence(spread, 'failures')).toBe('3 failures in 3 hours of the week; no time stands out.')
    expect(failures[30] && heatWords(failures[30])).toBe('Tue 06:00: 1')
  })
})

describe('sessions under a chart', () => {
  const session = (
    id: number,
    startedUs: number,
    endedUs: number | null,
    ending: SessionRow['ending'],
  ): SessionRow => ({
    ...{ id, startedUs, endedUs, ending, errorType: ending === 'crashed' ? 'OSError' : null, errorMessage: null },
    ...{ runs: 0, failed: 0, dependencyFailures: 0, timedOut: 0, dropped: 0, blockingEvents: 0 },
    precision: { kind: 'exact' },
  })
  const sessions = [
    session(3, local(23, 12), null, 'running'),
    session(2, local(23, 6), local(23, 12), 'crashed'),
    session(1, local(20, 0), local(23, 6), 'clean'),
    session(0, local(19, 0), local(20, 0), 'killed'),
  ]

  it('stand on its scale, oldest first; only what ended badly has a shape at its end', () => {
    const bands = sessionBands(sessions, local(23, 0), local(24, 0), local(23, 18))
    expect(bands.map(({ id, left, width, starts, end }) => [id, left, width, starts, end])).toEqual([
      [1, 0, 25, false, null],
      [2, 25, 25, true, 'failed'],
      [3, 50, 25, true, null],
    ])
    expect(bands.map(({ words }) => words)).toEqual([
      'since 20 Nov 00:00, stopped cleanly',
      'since 23 Nov 06:00, crashed: OSError',
      'since 23 Nov 12:00, running',
    ])
  })

  it('have no end where it lies beyond the chart', () => {
    expect(sessionBands(sessions, local(23, 0), local(23, 10), local(23, 18)).at(-1)?.end).toBeNull()
  })
})

describe('a sparkline', () => {
  it('is empty without runs, touches its top at the most, and marks failures at its foot', () => {
    expect(sparkPaths({ runs: [0, 0], failed: [0, 0] })).toEqual({ line: '', failed: '' })
    const { line, failed } = sparkPaths({ runs: [0, 8, 4], failed: [0, 1, 0] })
    expect(line).toBe('M0.0 12.0L27.0 1.0L54.0 6.5')
    expect(failed).toBe('M26.0 13h2v3h-2z')
  })
})
