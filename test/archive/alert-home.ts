import type { AlertsOutcome, AlertsStep, SourceSight } from '@main/archive/api'
import type { AppendRole, SessionInput } from '@main/archive/batch'
import type { UserEvent } from '@main/alerts/engine/events'
import type { Alerts, AlertMemory } from '@archive/alerts'
import { createAlerts, createAlertStore } from '@archive/alerts'
import { openForWriting } from '@archive/core'
import type { Appender } from '@archive/ingest'
import { createAlertQueries } from '@archive/queries'
import type { Incident } from '@shared/alert'
import type { NotificationText } from '@shared/notification-text'
import { said } from '../support/said'
import type { SaidNotification } from '../support/said'
import type { SourceMode } from '@shared/source'
import type { Database } from 'better-sqlite3'
import { CONTEXT } from '../support/archive'
import type { SyntheticArchive } from '../support/synthetic'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** When a home is looked at first: its source has run well for three days. */
export const NOW = BEGIN_US + 3 * DAY

/** What a run of a home is, beside what is usual. */
export interface RunOf {
  target?: number
  startedUs?: number
  durationUs?: number
  session?: number
  failed?: boolean
  dependency?: boolean
  tier?: 'app' | 'framework'
}

/** An archive with alerts that look at it, on a clock that is set by hand. */
export class AlertHome {
  readonly archive: SyntheticArchive
  readonly sourceId: number
  nowUs = NOW
  mode: SourceMode = 'live'
  appender: Appender
  alerts: Alerts
  /** The connection of the alerts; after `crash` another than that of the appends. */
  db: Database
  private foreignId = 1

  constructor(
    private readonly path: string,
    history: 'three days' | 'none' = 'three days',
  ) {
    this.archive = createSynthetic(path)
    this.db = this.archive.db
    this.sourceId = this.archive.sourceId
    this.db.prepare(`UPDATE sources SET mode = 'live'`).run()
    this.appender = this.archive.epoch().appender
    this.parents([madeSession(1, { startedUs: BEGIN_US })])
    this.alerts = createAlerts(this.db)
    if (history === 'none') return
    const starts = Array.from({ length: 3 * 24 * 6 }, (_, n) => BEGIN_US + MINUTE + n * 10 * MINUTE)
    this.runs(starts.map((startedUs, n) => ({ target: 1 + (n % 3), startedUs })))
  }

  parents(sessions: SessionInput[], appender = this.appender): void {
    appender.update(
      madeParents(
        [1, 2, 3].map((id) => madeTarget(id)),
        sessions,
      ),
    )
  }

  runs(all: RunOf[], appender = this.appender): void {
    const runs = all.map(
      ({ target = 1, startedUs = this.nowUs, failed = false, dependency = failed, tier = 'app', ...run }) => {
        const message = `Handler 'on_${target}' - failed to extract parameter 'new': no state`
        const errorType = dependency ? 'DependencyResolutionError' : 'ValueError'
        const failure = failed ? { errorType, message, traceback: null } : null
        const more = {
          foreignTargetId: target,
          startedUs,
          durationUs: run.durationUs ?? 500,
          foreignSessionId: run.session ?? 1,
          status: failed ? 1 : 0,
          dependencyFailure: dependency,
          failure,
        }
        return madeRun(this.foreignId++, { ...more, tier })
      },
    )
    appender.append(batchOf(runs))
  }

  /** Dependency failures of one handler, a second apart, the last of them now. */
  fails(count: number, target = 1): void {
    this.runs(Array.from({ length: count }, (_, n) => failure(target, this.nowUs - (count - n) * SECOND)))
  }

  /** Another epoch of the source, or of another one. */
  epoch(): Appender {
    const { appender } = this.archive.epoch()
    return appender
  }

  backfill(): Appender {
    const epochId = this.db.prepare<[], number>('SELECT max(id) FROM epochs').pluck().get() ?? 0
    return this.archive.reopen(epochId, 'backfill' satisfies AppendRole)
  }

  sight(sight: SourceSight['sight'] = { kind: 'seen', caughtUp: true }): SourceSight {
    return { sourceId: this.sourceId, name: 'Home', mode: this.mode, sight }
  }

  input(events: UserEvent[] = [], sources = [this.sight()]): AlertsStep {
    return { nowUs: this.nowUs, utcOffsetMinutes: 0, sources, events }
  }

  /** With the words of what is to be shown. */
  async look(events?: UserEvent[], sources?: SourceSight[]): Promise<SaidOutcome> {
    const outcome = await this.alerts.step(this.input(events, sources), CONTEXT)
    return { ...outcome, notifications: outcome.notifications.map(said) }
  }

  /** Time goes by, and the alerts look. */
  async after(us: number, sources?: SourceSight[]): Promise<SaidOutcome> {
    this.nowUs += us
    return this.look([], sources)
  }

  /** The app is closed and started again. */
  restart(): void {
    this.alerts.close()
    this.crash()
  }

  /** What was only in memory is lost. */
  crash(): void {
    const { db } = this
    this.db = openForWriting(this.path)
    this.alerts = createAlerts(this.db)
    if (db !== this.archive.db) db.close()
  }

  memory(): AlertMemory {
    return createAlertStore(this.db).load().memory
  }

  queries(): ReturnType<typeof createAlertQueries> {
    return createAlertQueries(this.db)
  }

  incidents(): Incident[] {
    const details = this.db.prepare<[], string>('SELECT detail FROM incidents ORDER BY id').pluck().all()
    return details.map((detail) => JSON.parse(detail) as Incident)
  }

  /** Oldest first. */
  async notifications(): Promise<SaidNotification[]> {
    return (await this.queries()['alerts.notifications']({ limit: 200 }, CONTEXT)).map(said).reverse()
  }
}

interface SaidOutcome extends AlertsOutcome {
  notifications: (AlertsOutcome['notifications'][number] & NotificationText)[]
}

/** A dependency failure. */
export function failure(target: number, startedUs: number): RunOf {
  return { target, startedUs, failed: true }
}

/** What notifications are about. */
export function kindsOf(outcome: AlertsOutcome): string[] {
  return outcome.notifications.map(({ content }) => content.kind)
}
