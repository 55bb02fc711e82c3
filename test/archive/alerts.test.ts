import { setImmediate as turn } from 'node:timers/promises'
import type { AlertsOutcome, AlertsStep, SourceSight } from '@main/archive/alerts-api'
import type { SessionInput } from '@main/archive/batch'
import { createAlerts } from '@main/archive/worker/alerts/alerts'
import type { Alerts } from '@main/archive/worker/alerts/alerts'
import { createAlertQueries } from '@main/archive/worker/queries/alerts'
import type { UserEvent } from '@main/alerts/events'
import { beforeEach, describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import type { SyntheticArchive } from '../support/synthetic'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const NOW = BEGIN_US + 3 * DAY

/** An archive whose source has run well for three days, and alerts that look at it. */
class Home {
  readonly archive: SyntheticArchive
  readonly nextForeign = { id: 1 }
  nowUs = NOW
  private readonly appender
  alerts: Alerts

  constructor(path: string) {
    this.archive = createSynthetic(path)
    this.archive.db.prepare(`UPDATE sources SET mode = 'live'`).run()
    this.appender = this.archive.epoch().appender
    this.sessions([madeSession(1, { startedUs: BEGIN_US })])
    this.alerts = createAlerts(this.archive.db)
    for (let us = BEGIN_US + MINUTE; us < NOW; us += 10 * MINUTE) this.run(1 + ((us / MINUTE) % 3), us)
  }

  sessions(sessions: SessionInput[]): void {
    this.appender.update(
      madeParents(
        [1, 2, 3].map((id) => madeTarget(id)),
        sessions,
      ),
    )
  }

  run(foreignTargetId: number, startedUs = this.nowUs, failed = false): void {
    const foreignId = this.nextForeign.id++
    const message = `Handler 'on_${foreignTargetId}' - failed to extract parameter 'new': no state`
    const failure = failed ? { errorType: 'DependencyResolutionError', message, traceback: null } : null
    const more = { foreignTargetId, startedUs, status: failed ? 1 : 0, dependencyFailure: failed, failure }
    this.appender.append(batchOf([madeRun(foreignId, more)]))
  }

  fail(foreignTargetId: number, startedUs = this.nowUs): void {
    this.run(foreignTargetId, startedUs, true)
  }

  sight(sight: SourceSight['sight'] = { kind: 'seen', caughtUp: true }): SourceSight {
    return { sourceId: this.archive.sourceId, name: 'Home', mode: 'live', sight }
  }

  async look(events: UserEvent[] = [], sources = [this.sight()]): Promise<AlertsOutcome> {
    const step: AlertsStep = { nowUs: this.nowUs, utcOffsetMinutes: 0, sources, events }
    return this.alerts.step(step, CONTEXT)
  }

  restart(): void {
    this.alerts.close()
    this.alerts = createAlerts(this.archive.db)
  }
}

describe('the alerts on an archive', () => {
  const folder = useTempFolder()
  let home: Home
  beforeEach(async () => {
    home = new Home(folder.path('archive.db'))
    await home.look()
  })

  it('go on', async () => {
    for (let n = 0; n < 6; n++) home.fail(1, home.nowUs + n * SECOND)
    home.nowUs += 10 * SECOND
    const out = await home.look()
    expect(out.notices.map(({ kind }) => kind)).toEqual(['opened'])
    home.nowUs += 10 * MINUTE
    home.fail(1)
    await home.look()
    home.restart()
    home.fail(1)
    await home.look()
    home.nowUs += 10 * MINUTE
    home.fail(1)
    for (let n = 0; n < 6; n++) home.fail(2, home.nowUs + n * SECOND)
    await home.look()
    home.nowUs += 2 * MINUTE
    home.run(1)
    home.run(2)
    await home.look()
    home.nowUs += 20 * MINUTE
    await home.look()
    await turn()
    void createAlertQueries
    expect((await home.look()).open).toEqual([])
  })
})
