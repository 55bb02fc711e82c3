import { clockWords, sourceShape, sourceWords, tailWords } from '@renderer/lib/source-words'
import type { HassetteState, SourceInfo } from '@shared/source'
import { describe, expect, it } from 'vitest'

const at = (hour: number, minute = 0, day = 23): number => new Date(2026, 10, day, hour, minute).getTime() * 1000
const NOW = at(15, 12)
const plain = (text: string | null): string | null => text?.replaceAll('\u202f', ' ') ?? null

const source = (more: Partial<SourceInfo> = {}): SourceInfo => ({
  ...{ id: 1, name: 'Home', mode: 'live', path: '/srv/h.db', schemaVersion: 15, sessions: 1, appRuns: 1 },
  ...{ frameworkRuns: 0, oldestRunUs: 1, newestRunUs: 2, restartUs: 1, hassette: null, clockOffsetUs: 0 },
  state: { kind: 'live', atMs: 1 },
  ...more,
})

describe('the state of a source', () => {
  it.each<[HassetteState | null, string, string]>([
    [null, 'live', 'ok'],
    [{ kind: 'running', sinceUs: at(9), sure: false, signUs: at(9, 30) }, 'no sign since 09:30', 'skipped'],
    [{ kind: 'stopped', sinceUs: at(9, 12), due: false }, 'stopped since 09:12', 'skipped'],
    [{ kind: 'stopped', sinceUs: at(9, 12, 20), due: true }, 'stopped since 20 Nov 09:12', 'skipped'],
    [{ kind: 'down', how: 'silent', sinceUs: at(3, 10), due: true }, 'down since 03:10 (no clean stop)', 'skipped'],
    [{ kind: 'down', how: 'killed', sinceUs: at(3, 10), due: true }, 'down since 03:10 (no clean stop)', 'skipped'],
    [
      { kind: 'down', how: 'crashed', sinceUs: at(3, 10), due: true },
      'down since 03:10 (ended with a failure)',
      'skipped',
    ],
  ])('with its Hassette %j', (hassette, text, shape) => {
    const given = source({ hassette })
    expect([sourceWords(given, NOW), tailWords(given, NOW), sourceShape(given)]).toEqual([text, text, shape])
  })

  it('says since when its Hassette runs, and of its runs that they come', () => {
    const given = source({ hassette: { kind: 'running', sinceUs: at(9, 5), sure: false, signUs: null } })
    expect([sourceWords(given, NOW), tailWords(given, NOW), sourceShape(given)]).toEqual([
      'running since 09:05',
      'live',
      'ok',
    ])
  })

  it('says that it is not watched before what was known of its Hassette', () => {
    const problem = { code: 'source_locked', message: 'Locked.' } as const
    const given = source({ state: { kind: 'stale', sinceMs: at(14) / 1000, problem }, hassette: null })
    expect(sourceWords(given, NOW)).toBe('not watching since 14:00')
  })

  it('says how far its clock is off, and nothing where that is not known', () => {
    expect(clockWords(source())).toBeNull()
    expect(plain(clockWords(source({ clockOffsetUs: 1_200_000_000 })))).toBe('its clock is 20 m behind')
    expect(plain(clockWords(source({ clockOffsetUs: -7_500_000_000 })))).toBe('its clock is 2 h 05 m ahead')
  })
})
