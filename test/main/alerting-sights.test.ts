import { describe, expect, it } from 'vitest'
import { createSights } from '@main/alerting/sights'
import { problem } from '@shared/result'
import type { SourceInfo, SourceState } from '@shared/source'

const NOW_MS = 1_795_000_000_000
const STALE: SourceState = {
  kind: 'stale',
  sinceMs: NOW_MS - 3_600_000.4,
  problem: problem('source_not_found', 'There is no file at /cottage.db.'),
}

function source(state: SourceState, more: Partial<SourceInfo> = {}): SourceInfo {
  return {
    id: 1,
    name: 'Cottage',
    mode: 'live',
    path: '/cottage.db',
    state,
    schemaVersion: 15,
    sessions: 1,
    appRuns: 1,
    frameworkRuns: 0,
    oldestRunUs: null,
    newestRunUs: null,
    restartUs: null,
    ...more,
  }
}

/** A look every five seconds of one source; answers what each made of it. */
function looker() {
  const sights = createSights()
  let passedMs = 0
  return {
    sights,
    look: (state: SourceState, afterMs = 5000, leapMs = 0) => {
      passedMs += afterMs
      const nowUs = (NOW_MS + passedMs + leapMs) * 1000
      return sights.of([source(state)], nowUs, passedMs)[0]?.sight
    },
    passedMs: () => passedMs,
  }
}

describe('what the alerts make of a source', () => {
  it.each<[SourceState, boolean | null]>([
    [{ kind: 'connecting' }, null],
    [{ kind: 'catching_up', done: 1, total: 2 }, null],
    [{ kind: 'not_read' }, null],
    [{ kind: 'cancelled' }, null],
    [{ kind: 'up_to_date', atMs: NOW_MS }, true],
    [{ kind: 'live', atMs: NOW_MS }, true],
  ])('that is %j', (state, caughtUp) => {
    const { look } = looker()
    expect(look(state)).toEqual(caughtUp === null ? { kind: 'unknown' } : { kind: 'seen', caughtUp })
  })

  it('names its id, name and mode, and leaves out what is not in the archive or was removed', () => {
    const live: SourceState = { kind: 'live', atMs: NOW_MS }
    const sights = createSights().of(
      [
        source(live),
        source(live, { id: -1 }),
        source(live, { id: 2, removed: true }),
        source(live, { id: 3, mode: 'sample' }),
      ],
      NOW_MS * 1000,
      0,
    )
    expect(sights.map(({ sourceId, name, mode }) => [sourceId, name, mode])).toEqual([
      [1, 'Cottage', 'live'],
      [3, 'Cottage', 'sample'],
    ])
  })

  it('is blind once it was not seen for a minute while we looked, since its last sign of life', () => {
    const { look } = looker()
    for (let n = 0; n < 12; n++) expect(look(STALE)).toEqual({ kind: 'unknown' })
    expect(look(STALE)).toEqual({
      kind: 'blind',
      sinceUs: (NOW_MS - 3_600_000) * 1000 - 400,
      reason: 'There is no file at /cottage.db',
    })
  })

  it('that could never be read is blind since we looked', () => {
    const { look } = looker()
    const failed: SourceState = { kind: 'failed', problem: STALE.problem }
    look(failed)
    for (let n = 0; n < 11; n++) look(failed)
    expect(look(failed)).toMatchObject({ kind: 'blind', sinceUs: (NOW_MS + 5000) * 1000 })
  })

  it('that is seen in between begins anew', () => {
    const { look } = looker()
    for (let n = 0; n < 8; n++) look(STALE)
    look({ kind: 'live', atMs: NOW_MS })
    for (let n = 0; n < 8; n++) expect(look(STALE)).toEqual({ kind: 'unknown' })
  })

  it('has time to be read after a sleep, which the clock tells, and after one that we are told of', () => {
    const live: SourceState = { kind: 'live', atMs: NOW_MS }
    const { look, sights, passedMs } = looker()
    const seen = (caughtUp: boolean) => ({ kind: 'seen', caughtUp })
    expect(look(live)).toEqual(seen(true))
    expect(look(live, 5000, 8 * 3_600_000)).toEqual(seen(false))
    expect(look(live, 5000, 8 * 3_600_000)).toEqual(seen(false))
    expect(look(live, 5000, 8 * 3_600_000)).toEqual(seen(true))
    sights.startOver(passedMs())
    expect(look(live, 5000, 8 * 3_600_000)).toEqual(seen(false))
  })

  it('is not blind right after a sleep, however old its last sign of life is', () => {
    const { look } = looker()
    for (let n = 0; n < 13; n++) look(STALE)
    expect(look(STALE)).toMatchObject({ kind: 'blind' })
    expect(look(STALE, 5000, 3_600_000)).toEqual({ kind: 'unknown' })
  })
})
