import { describe, expect, it } from 'vitest'
import type { TargetRow } from '@shared/target'
import type { Figures, TrendSummary } from '@shared/trends'
import { countChange, durationChange } from '@renderer/lib/change'
import { figureNotes, overviewCells, targetCells } from '@renderer/lib/figure-cells'
import { cardLines, cardWords } from '@renderer/lib/figure-card'

const plain = (text: string): string => text.replaceAll('\u202f', ' ')

describe('the change of a count', () => {
  it.each([
    [53, 9, 'bad', '+44', 'from 9', 'bad'],
    [6, 7, 'warn', '−1', 'from 7', ''],
    [2, 9, 'bad', '−7', 'from 9', 'good'],
    [1, 3, 'bad', '−2', 'from 3', ''],
    [2, 0, 'warn', '+2', 'from 0', 'warn'],
    [0, 0, 'bad', '', 'none before either', ''],
    [5, 5, 'bad', '', 'as before', ''],
    [12_322, 11_952, 'neutral', '+3.1 %', 'from 11 952', ''],
    [50, 100, 'neutral', '−50 %', 'from 100', ''],
    [40, 0, 'neutral', '+40', 'from 0', ''],
  ] as const)('%d after %d, %s', (now, before, meaning, text, from, tone) => {
    const change = countChange(now, before, meaning)
    expect({ ...change, text: plain(change.text), from: plain(change.from) }).toEqual({ text, from, tone })
  })

  it('is not made up where one of them is not known', () => {
    for (const [now, before] of [
      [null, 3],
      [3, null],
      [3, undefined],
    ] as const) {
      expect(countChange(now, before, 'bad')).toEqual({ text: '', from: '', tone: '' })
      expect(durationChange(now, before)).toEqual({ text: '', from: '', tone: '' })
    }
  })
})

describe('the change of a duration', () => {
  it.each([
    [212_000, 230_000, '−18 ms', 'from 230 ms', ''],
    [150_000, 230_000, '−80 ms', 'from 230 ms', 'good'],
    [380_000, 230_000, '+150 ms', 'from 230 ms', 'warn'],
    [1_840_000, 610_000, '3.0 ×', 'of 610 ms', 'warn'],
    [230_100, 230_000, '', 'as before', ''],
  ] as const)('%d after %d', (now, before, text, from, tone) => {
    const change = durationChange(now, before)
    expect({ ...change, text: plain(change.text), from: plain(change.from) }).toEqual({ text, from, tone })
  })
})

const FIGURES: Figures = {
  ...{ runs: 1000, failed: 20, dependencyFailures: 3, timedOut: 0, cancelled: 1, skipped: 200 },
  ...{ missed: null, p50Us: 38_000, p95Us: 212_000, p99Us: 900_000 },
}
const summary = (change: Partial<TrendSummary> = {}): TrendSummary => ({
  ...{ figures: FIGURES, before: { ...FIGURES, failed: 9 }, precision: { kind: 'exact' } },
  ...change,
})

describe('the six figures', () => {
  it('take the share of failures from the runs that were not skipped, and mark what comes from histograms', () => {
    const [runs, failed, , timedOut, p95, missed] = overviewCells(summary())
    expect(plain(runs?.value ?? '')).toBe('1 000')
    expect(failed).toMatchObject({ value: '20', tone: 'bad', change: { text: '+11', tone: 'bad' } })
    expect(plain(failed?.share ?? '')).toBe('2.5 %')
    expect(timedOut?.tone).toBe('zero')
    expect(plain(p95?.value ?? '')).toBe('≈ 212 ms')
    expect(missed).toMatchObject({ value: '–', change: { from: 'no schedule that can be read' } })
  })

  it('mark counts that are approximate, and only those', () => {
    const approximate = overviewCells(summary({ precision: { kind: 'approximate' } }))
    expect(plain(approximate[1]?.value ?? '')).toBe('≈ 20')
    expect(overviewCells(summary())[1]?.value).toBe('20')
  })

  it('are of a schedule for a job, and of the median for a handler', () => {
    expect(targetCells(summary(), 'job').at(-1)?.label).toBe('Missed runs')
    expect(targetCells(summary(), 'handler').at(-1)?.label).toBe('p50 duration')
  })

  it('say once why there is no change, and of which range they are', () => {
    const at = (hour: number): number => new Date(2026, 10, 23, hour).getTime() * 1000
    const precision = { kind: 'rounded' as const, fromUs: at(13), toUs: at(15) }
    expect(figureNotes(summary(), at(16))).toBe('')
    expect(figureNotes(summary({ before: null, precision }), at(16))).toBe(
      'counted from 13:00 to 15:00 · No change is shown: the archive does not reach back to the equal range before.',
    )
  })
})

describe('a figure of the table against the range before', () => {
  const before = {
    ...{ runs: 1851, failed: 1, dependencyFailures: 0, timedOut: 0, p50Us: 36_000, p95Us: 610_000, missed: null },
  }
  const row = {
    ...{ runs: 1873, failed: 2, dependencyFailures: 0, timedOut: 4, p50Us: 38_000, p95Us: 1_840_000, missed: null },
    before,
  } as unknown as TargetRow

  it('stands with those that belong to it', () => {
    expect(cardLines(row, 'p95').map(({ key, now, before: then }) => [key, plain(now), plain(then)])).toEqual([
      ['p50', '38 ms', '36 ms'],
      ['p95', '1.84 s', '610 ms'],
      ['runs', '1 873', '1 851'],
    ])
    expect(cardLines(row, 'failed').map(({ key }) => key)).toEqual(['runs', 'failed', 'dependency', 'timed'])
    expect(cardLines(row, 'missed')[0]).toMatchObject({ now: '–', before: '–', change: { text: '' } })
    expect(plain(cardWords(row, 'timed'))).toBe('Timed out: 4, before 0')
  })

  it('says so when there is no range before', () => {
    const alone = { ...row, before: null }
    expect(cardLines(alone, 'runs')).toEqual([])
    expect(cardWords(alone, 'runs')).toMatch(/does not reach back/)
  })
})
