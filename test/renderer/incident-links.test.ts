import { describe, expect, it } from 'vitest'
import type { Incident } from '@shared/alert'
import { parseRange } from '@shared/range'
import type { TargetRow } from '@shared/target'
import { chartSpan, failuresLink, incidentRange, incidentSpan, memberLink, runLink } from '@renderer/lib/incident-links'
import { members, otherFailures } from '@renderer/lib/incident-members'
import { conditionsOf } from '@renderer/lib/route-state'

const at = (hour: number, minute = 0): number => new Date(2026, 10, 23, hour, minute).getTime() * 1000
const NOW = at(15, 12)
const MINUTE = 60_000_000
const STICKY = { range: '24h', tier: 'app', source: '9' }

const target = (targetId: number, failures = 3) => ({ targetId, appKey: 'hall', name: `t${targetId}`, failures })
function incident(change: Partial<Incident> = {}): Incident {
  return {
    ...{ id: 7, sourceId: 2, rule: 'rate', ending: null, firstUs: at(14, 2), openedUs: at(14, 3), lastUs: at(15, 11) },
    ...{ clearedUs: null, failures: 41, peak: 13, usualPerHour: 0.31, targets: [target(1)], groupIds: [], also: [] },
    ...{ firstRunId: 5, lastRunId: 9, reopened: 0, snooze: null, late: false },
    ...change,
  }
}

describe('the time of an incident', () => {
  it('reaches from before its first run to now, or to its end', () => {
    expect(incidentSpan(incident(), NOW)).toEqual({ fromUs: at(14, 1), toUs: NOW + MINUTE })
    const over = incident({ ending: 'recovered', clearedUs: at(14, 50), lastUs: at(14, 30) })
    expect(incidentSpan(over, NOW).toUs).toBe(at(14, 31))
    expect(incidentSpan({ ...over, rule: 'streak' }, NOW).toUs).toBe(at(14, 51))
  })

  it('can be typed as a range that holds it', () => {
    const short = incident({ ending: 'muted', firstUs: at(14, 2), lastUs: at(14, 2), clearedUs: at(14, 2) })
    for (const one of [incident(), short]) {
      const range = parseRange(incidentRange(one, NOW))
      if (range?.kind !== 'between') throw new Error(`no range: ${incidentRange(one, NOW)}`)
      expect(range.fromUs).toBeLessThan(one.firstUs)
      expect(range.toUs).toBeGreaterThan(one.lastUs)
    }
  })

  it('is drawn from an hour before, and open at its end while it is open', () => {
    expect(chartSpan(incident())).toEqual({ fromUs: at(13, 2), toUs: null })
    const over = incident({ ending: 'recovered', clearedUs: at(14, 50), lastUs: at(14, 30) })
    expect(chartSpan(over)).toEqual({ fromUs: at(13, 2), toUs: at(14, 51) })
  })
})

describe('links of an incident', () => {
  it('show its failures, of its source and in its time', () => {
    const { path, query } = failuresLink(incident(), [1, 4], STICKY, NOW)
    expect(path).toBe('/history')
    expect(query).toMatchObject({ source: '2', tier: 'app', range: '2026-11-23 14:01..15:13' })
    expect(conditionsOf(query as never)).toEqual([
      { field: 'status', op: 'is', value: 'failed' },
      { field: 'status', op: 'is', value: 'timed_out' },
      { field: 'target', op: 'is', value: 1 },
      { field: 'target', op: 'is', value: 4 },
    ])
  })

  it('name no more handlers than a filter can hold', () => {
    const many = Array.from({ length: 41 }, (_, place) => place + 1)
    expect(failuresLink(incident(), many, STICKY, NOW).query['target']).toBeUndefined()
    expect(failuresLink(incident(), many.slice(1), STICKY, NOW).query['target']).toHaveLength(40)
  })

  it('lead to a run and to a handler', () => {
    expect(runLink(incident(), 5, STICKY, NOW)).toMatchObject({ path: '/history', query: { run: '5', source: '2' } })
    expect(memberLink(incident(), 'job', 3, STICKY, NOW).path).toBe('/jobs/3')
  })
})

describe('handlers and jobs in the time of an incident', () => {
  const row = (id: number, change: Partial<TargetRow> = {}): TargetRow =>
    ({
      ...{ id, kind: 'handler', appKey: 'hall', name: `t${id}`, instanceIndex: 1, instanceCount: 2 },
      ...{ runs: 10, failed: 0, timedOut: 0 },
      ...change,
    }) as TargetRow

  it('have their kind and runs as soon as the tables are read', () => {
    expect(members([target(1)], null)).toEqual([{ targetId: 1, kind: null, name: 'hall.t1', failures: 3, runs: null }])
    expect(members([target(1), target(2)], [row(1, { kind: 'job', runs: 2 })])).toEqual([
      { targetId: 1, kind: 'job', name: 'hall.t1 · 1', failures: 3, runs: 3 },
      { targetId: 2, kind: null, name: 'hall.t2', failures: 3, runs: null },
    ])
  })

  it('what else failed leaves out its own and those counted beside it, most first, eight at most', () => {
    const rows = [
      row(1, { failed: 9 }),
      row(2, { failed: 9 }),
      row(3, { timedOut: 2 }),
      row(4),
      ...Array.from({ length: 9 }, (_, place) => row(10 + place, { failed: 1, timedOut: place })),
    ]
    const others = otherFailures(incident({ also: [target(2)] }), rows)
    expect(others.map(({ targetId, failures }) => [targetId, failures])).toEqual(
      [18, 17, 16, 15, 14, 13, 12].map((id) => [id, id - 9]).concat([[3, 2]]),
    )
  })
})
