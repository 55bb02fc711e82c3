import type { HassetteState, SourceInfo, SourceState } from '@shared/source'
import { traySources } from '@main/tray/publisher'
import { describe, expect, it } from 'vitest'

const problem = { code: 'source_not_found', message: 'gone' } as const

function source(state: SourceState, more: Partial<SourceInfo> = {}): SourceInfo {
  return { name: 'home', mode: 'live', state, hassette: null, ...more } as SourceInfo
}

describe('the sources that the tray names', () => {
  it.each<[SourceState, string | undefined, number | null | undefined]>([
    [{ kind: 'connecting' }, 'live', null],
    [{ kind: 'catching_up', done: 1, total: 2 }, 'live', null],
    [{ kind: 'live', atMs: 7 }, 'live', null],
    [{ kind: 'up_to_date', atMs: 7 }, 'live', null],
    [{ kind: 'stale', sinceMs: 7, problem }, 'blind', 7000],
    [{ kind: 'failed', problem }, 'blind', null],
    [{ kind: 'cancelled' }, undefined, undefined],
    [{ kind: 'not_read' }, undefined, undefined],
  ])('%j', (state, shown, sinceUs) => {
    const [first] = traySources([source(state)])
    expect([first?.state, first?.sinceUs]).toEqual([shown, sinceUs])
  })

  it.each<[HassetteState | null, string, number | null]>([
    [null, 'live', null],
    [{ kind: 'running', sinceUs: 5, sure: true, signUs: null }, 'live', null],
    [{ kind: 'running', sinceUs: 5, sure: false, signUs: 4 }, 'unsure', 4],
    [{ kind: 'stopped', sinceUs: 5, due: false }, 'stopped', 5],
    [{ kind: 'down', sinceUs: 6, how: 'silent', due: true }, 'down', 6],
    [{ kind: 'down', sinceUs: 7, how: 'killed', due: false }, 'down', 7],
  ])('%j', (hassette, shown, sinceUs) => {
    const [first] = traySources([source({ kind: 'live', atMs: 7 }, { hassette })])
    expect([first?.state, first?.sinceUs]).toEqual([shown, sinceUs])
  })

  it('cannot be seen, whatever was known of it', () => {
    const hassette = { kind: 'stopped', sinceUs: 5, due: true } as const
    const [first] = traySources([source({ kind: 'stale', sinceMs: 7, problem }, { hassette })])
    expect(first?.state).toBe('blind')
  })

  it('are those that are watched', () => {
    const live = { kind: 'live', atMs: 7 } as const
    const sources = [
      source(live, { name: 'cabin' }),
      source(live, { mode: 'snapshot' }),
      source(live, { mode: 'sample' }),
      source(live, { removed: true }),
    ]
    expect(traySources(sources).map(({ name }) => name)).toEqual(['cabin'])
  })
})
