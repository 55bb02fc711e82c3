import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SourceSight } from '@main/archive/api'
import { openWriter } from '@archive/threads'
import { loadRecording } from '@main/sources/sample'
import type { Incident } from '@shared/alert'
import { describe, expect, it } from 'vitest'
import { replayOf, replayOfWeek } from '../alerts/replay'
import { incidentsOf, play } from '../alerts/scenarios/play'
import type { Timeline } from '../alerts/scenarios/play'
import { CONTEXT, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'

/** What is the same of an incident, whoever read the runs. */
function essenceOf({ rule, ending, failures, peak, targets }: Incident) {
  // Only the feed knows that an app has several instances.
  const bare = (name: string) => name.replace(/ · \d+$/, '')
  const handlers = targets.map(({ appKey, name, failures: n }) => `${appKey}.${bare(name)} ${n}`)
  return { rule, ending, failures, peak, handlers: handlers.sort() }
}

function timesOf({ firstUs, openedUs, lastUs }: Incident): number[] {
  return [firstUs, openedUs, lastUs]
}

function ofDependencies(incidents: Incident[]): Incident[] {
  return incidents.filter(({ rule }) => rule === 'rate' || rule === 'streak')
}

describe('a recording that is read in by its feed', () => {
  const folder = useTempFolder()

  /** The incidents that the alerts find in a file that is added as one of a Hassette that lives. */
  async function found(path: string, nowUs: number): Promise<{ incidents: Incident[]; told: number }> {
    const archive = folder.path('archive.db')
    const writer = openWriter(archive, () => undefined)
    const { sourceId } = await writer.sources.addFile({ path, name: 'Home', mode: 'live', shiftUs: 0 })
    await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    const sight: SourceSight = { sourceId, name: 'Home', mode: 'live', sight: { kind: 'seen', caughtUp: true } }
    const { notifications } = await writer.alerts.step(
      { nowUs, utcOffsetMinutes: 0, sources: [sight], events: [] },
      CONTEXT,
    )
    writer.close()
    const rows = rowsOf<{ detail: string }>(archive, 'SELECT detail FROM incidents ORDER BY id')
    return { incidents: rows.map(({ detail }) => JSON.parse(detail) as Incident), told: notifications.length }
  }

  async function agree(path: string, timeline: Timeline): Promise<Incident[]> {
    const { incidents, told } = await found(path, timeline.endUs)
    const [fed, played] = [ofDependencies(incidents), ofDependencies(incidentsOf(play(timeline).told))]
    expect(fed.map(essenceOf)).toEqual(played.map(essenceOf))
    const times = played.flatMap(timesOf)
    // The archive rounds start and length, the other their sum.
    for (const [index, us] of fed.flatMap(timesOf).entries()) {
      expect(Math.abs(us - times[index]!)).toBeLessThanOrEqual(1)
    }
    expect(told).toBe(0)
    return fed
  }

  it('has the incidents of the week that were found run by run', async () => {
    const { image } = await loadRecording(resolve(import.meta.dirname, '../../resources/sample'))
    const path = folder.path('hassette.db')
    writeFileSync(path, image)
    const incidents = await agree(path, await replayOfWeek())
    expect(incidents.map(({ failures }) => failures)).toEqual([250, 8, 110, 153])
  }, 60_000)

  it('has the incidents of twenty minutes of storms', async () => {
    const incidents = await agree(openFixture('live-0.60'), replayOf('live-0.60'))
    expect(incidents).toHaveLength(2)
  })
})
