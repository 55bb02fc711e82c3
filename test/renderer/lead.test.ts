import { describe, expect, it } from 'vitest'
import type { Attention, AttentionReason, AttentionRow, Figures } from '@shared/trends'
import { leadOf, reasonShape, reasonWords } from '@renderer/lib/lead'
import { rangeWords } from '@renderer/lib/range-words'

/** Local, so that the words are the same everywhere. */
const at = (hour: number, minute: number, day = 23): number => new Date(2026, 10, day, hour, minute).getTime() * 1000
const NOW = at(15, 12)

function row(name: string, reasons: AttentionReason[], strip = 'ooo'): AttentionRow {
  return {
    ...{ targetId: 1, kind: 'handler', tier: 'app', appKey: 'kitchen_lights', instanceIndex: 0, instanceCount: 1 },
    ...{ name, strip, reasons },
  }
}
function attention(rows: AttentionRow[], change: Partial<Attention> = {}): Attention {
  return { rows, total: rows.length, handlers: 20, jobs: 14, ...change }
}
function figures(runs: number, failed = 0, timedOut = 0): Figures {
  return {
    ...{ runs, failed, timedOut, dependencyFailures: 0, cancelled: 0, skipped: 0, missed: null },
    ...{ p50Us: null, p95Us: null, p99Us: null },
  }
}
const failing = (runs: number, sinceUs = at(14, 2)): AttentionReason => ({ kind: 'failing', runs, sinceUs })

describe('the sentence of the overview', () => {
  it.each<[string, Attention, Figures | null, string, string, string]>([
    [
      'all is well',
      attention([]),
      figures(12_322),
      'ok',
      'All 34 handlers and jobs fine in the last 24 h',
      '12 322 runs, none failed.',
    ],
    ['handlers only', attention([], { jobs: 0 }), null, 'ok', 'All 20 handlers fine in the last 24 h', ''],
    ['one job only', attention([], { jobs: 1, handlers: 0 }), null, 'ok', 'The job is fine in the last 24 h', ''],
    [
      'what failed has recovered',
      attention([]),
      figures(100, 2, 1),
      'ok',
      'All 34 handlers and jobs fine in the last 24 h',
      '100 runs; 3 failed, and what failed has run well since.',
    ],
    [
      'nothing ran',
      attention([]),
      figures(0),
      'skipped',
      'Nothing ran in the last 24 h',
      'A wider range may hold runs.',
    ],
    [
      'nothing there',
      attention([], { handlers: 0, jobs: 0 }),
      figures(0),
      'skipped',
      'No handler and no job yet',
      'They appear as soon as an app of this Hassette has registered one.',
    ],
    [
      'fails on every run',
      attention([row('on_motion', [failing(41)], 'oddd')], { total: 6 }),
      null,
      'dependency',
      'has failed on every run since 14:02',
      'Its last 41 runs failed. 5 others need a look; the 28 other handlers and jobs are fine.',
    ],
    [
      'failed once',
      attention([row('on_motion', [failing(1)], 'of')]),
      null,
      'failed',
      'failed on its last run, 14:02',
      'The 33 other handlers and jobs are fine.',
    ],
    [
      'fails for as long as is known',
      attention([row('on_motion', [failing(50, at(14, 2, 21))], 'ff')], { total: 2 }),
      null,
      'failed',
      'has failed on every run since 21 Nov 14:02',
      'At least its last 50 runs failed. One other needs a look; the 32 other handlers and jobs are fine.',
    ],
    [
      'all need a look',
      attention([row('a', [failing(2)])], { total: 34 }),
      null,
      'failed',
      'has failed on every run since 14:02',
      'Its last 2 runs failed. 33 others need a look.',
    ],
    [
      'fails in a new way',
      attention([row('a', [{ kind: 'new_group', groupId: 1, title: 'KeyError', firstUs: at(9, 5) }])], {
        ...{ total: 1, handlers: 2, jobs: 0 },
      }),
      null,
      'failed',
      'fails in a new way since 09:05',
      'One is fine.',
    ],
    [
      'slower',
      attention([row('a', [{ kind: 'slower', p95Us: 1_840_000, beforeUs: 610_000 }])]),
      null,
      'timed_out',
      'takes 3.0 times as long as before',
      'The 33 other handlers and jobs are fine.',
    ],
    [
      'never ran',
      attention([row('a', [{ kind: 'never_ran', sinceUs: at(7, 55) }])]),
      null,
      'skipped',
      'has not run since Hassette started, 07:55',
      'The 33 other handlers and jobs are fine.',
    ],
    [
      'missed',
      attention([row('a', [{ kind: 'missed', runs: 2, expected: 8 }])]),
      null,
      'timed_out',
      'missed 2 of 8 starts of its schedule',
      'The 33 other handlers and jobs are fine.',
    ],
  ])('%s', (_name, given, counted, shape, text, rest) => {
    const lead = leadOf(given, counted, 'in the last 24 h', NOW)
    expect([lead.shape, plain(lead.text), plain(lead.rest)]).toEqual([shape, text, rest])
    expect(lead.target).toBe(given.rows[0] ?? null)
  })
})

describe('a reason in a row', () => {
  it.each<[AttentionReason, string, string]>([
    [failing(1), 'Last run failed', 'failed'],
    [failing(7), 'Last 7 runs failed', 'failed'],
    [failing(50), 'At least the last 50 runs failed', 'failed'],
    [{ kind: 'new_group', groupId: 1, title: 'KeyError', firstUs: 0 }, 'New error: KeyError', 'failed'],
    [{ kind: 'slower', p95Us: 1_840_000, beforeUs: 610_000 }, 'p95 1.84 s, was 610 ms', 'timed_out'],
    [{ kind: 'never_ran', sinceUs: at(7, 55) }, 'Has not run since the start, 07:55', 'skipped'],
    [{ kind: 'missed', runs: 1, expected: 1 }, '1 of 1 start missed', 'timed_out'],
  ])('%j', (reason, text, shape) => {
    expect(plain(reasonWords(reason, NOW))).toBe(text)
    expect(reasonShape(reason, 'oof')).toBe(shape)
  })
})

describe('a range in a sentence', () => {
  it.each([
    ['24h', false, 'in the last 24 h'],
    ['7d', true, 'in the last 7 d of the recording'],
    ['90m', false, 'in the last 90 m'],
    ['restart', false, 'since the last start of Hassette'],
    ['2026-11-20 14:00..15:30', false, 'in this range'],
  ])('%s', (range, recorded, text) => expect(plain(rangeWords(range, recorded))).toBe(text))
})

function plain(text: string): string {
  return text.replaceAll('\u202f', ' ')
}
