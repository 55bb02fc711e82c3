import type { AlertsOutcome, SourceSight } from '@main/archive/alerts-api'
import type { AppendRole, RunInput, SessionInput } from '@main/archive/batch'
import { createAlerts } from '@main/archive/worker/alerts/alerts'
import type { Alerts } from '@main/archive/worker/alerts/alerts'
import { createAppender } from '@main/archive/worker/append'
import type { UserEvent } from '@main/alerts/events'
import type { Incident, NoticeRow } from '@shared/alert'
import type { SourceMode } from '@shared/source'
import { createAlertQueries } from '@main/archive/worker/queries/alerts'
import { CONTEXT } from '../support/archive'
import type { SyntheticArchive } from '../support/synthetic'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'

export const SECOND = 1_000_000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The moment from which tests look on: the made-up home has run well for three days. */
export const NOW = BEGIN_US + 3 * DAY

/** A source whose runs are made up. Its handlers 1 to 9 are `app_<n % 3>.target_<n>`. */
export class MadeSource {
  readonly id: number
  epochId = 0
  sight: SourceSight['sight'] = { kind: 'seen', caughtUp: true }
  private appender!: ReturnType<typeof createAppender>
  private foreignId = 1

  constructor(
    private readonly archive: SyntheticArchive,
    readonly name: string,
    public mode: SourceMode,
  ) {
    const added = archive.db
      .prepare('INSERT INTO sources (name, mode, file_path, added_us) VALUES (?, ?, ?, 0)')
      .run(name, mode, `/${name}.db`)
    this.id = Number(added.lastInsertRowid)
    this.epoch()
  }

  /** Its file was made anew. */
  epoch(sessions: SessionInput[] = [madeSession(1)]): void {
    const added = this.archive.db
      .prepare(`INSERT INTO epochs (source_id, first_seen_us, reason) VALUES (?, 0, 'first')`)
      .run(this.id)
    this.epochId = Number(added.lastInsertRowid)
    this.appender = this.append('live')
    this.sessions(sessions)
  }

  append(role: AppendRole): ReturnType<typeof createAppender> {
    const { db, memory } = this.archive
    return createAppender(db, memory, { sourceId: this.id, epochId: this.epochId, role, nowUs: () => NOW })
  }

  sessions(sessions: SessionInput[]): void {
    const targets = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => madeTarget(id))
    this.appender.update(madeParents(targets, sessions))
  }

  /** As a run of handler `target` that ended at `endUs`. */
  made(target: number, endUs: number, more: Partial<RunInput> = {}): RunInput {
    return madeRun(this.foreignId++, {
      foreignTargetId: target,
      startedUs: endUs - 1000,
      durationUs: 1000,
      ...more,
    })
  }

  run(target: number, endUs: number, more: Partial<RunInput> = {}): void {
    this.runAll([this.made(target, endUs, more)])
  }

  runAll(runs: RunInput[]): void {
    this.appender.append(batchOf(runs))
  }

  /** Dependency failures of one cause, a second apart, the first of which ends at `endUs`. */
  fail(target: number, endUs: number, times = 1, parameter = 'new'): void {
    const message = `Handler 'on_${target}' - failed to extract parameter '${parameter}': no state`
    const failure = { errorType: 'DependencyResolutionError', message, traceback: null }
    const runs = Array.from({ length: times }, (_, index) =>
      this.made(target, endUs + index * SECOND, { status: 1, dependencyFailure: true, failure }),
    )
    this.runAll(runs)
  }

  /** A run of each of the first three handlers in turn, every ten minutes. */
  runWell(fromUs: number, toUs: number): void {
    const runs: RunInput[] = []
    for (let us = fromUs; us < toUs; us += 10 * MINUTE) runs.push(this.made(1 + (runs.length % 3), us))
    this.runAll(runs)
  }
}

/** An archive, its sources, and the alerts that look at it. */
export class AlertHome {
  readonly archive: SyntheticArchive
  readonly sources: MadeSource[] = []
  alerts: Alerts
  nowUs = NOW

  constructor(path: string) {
    this.archive = createSynthetic(path, () => NOW)
    // That of the synthetic archive itself has no run.
    this.archive.db.exec('DELETE FROM sources')
    this.alerts = createAlerts(this.archive.db)
  }

  add(name = 'Cottage', mode: SourceMode = 'live'): MadeSource {
    const source = new MadeSource(this.archive, name, mode)
    this.sources.push(source)
    return source
  }

  async look(events: UserEvent[] = []): Promise<AlertsOutcome> {
    const sources = this.sources.map(({ id, name, mode, sight }) => ({ sourceId: id, name, mode, sight }))
    return this.alerts.step({ nowUs: this.nowUs, utcOffsetMinutes: 0, sources, events }, CONTEXT)
  }

  async after(us: number, events: UserEvent[] = []): Promise<AlertsOutcome> {
    this.nowUs += us
    return this.look(events)
  }

  restart(): void {
    this.alerts.close()
    this.crash()
  }

  /** The process is gone without a word; another opens the archive. */
  crash(): void {
    this.alerts = createAlerts(this.archive.db)
  }

  async notices(): Promise<NoticeRow[]> {
    return (await createAlertQueries(this.archive.db).noticesList({ limit: 200 }, CONTEXT)).reverse()
  }

  async incident(id: number): Promise<Incident> {
    return (await createAlertQueries(this.archive.db).incidentGet({ incidentId: id }, CONTEXT)).incident
  }
}

/** A home with one live source that has run well for three days and is looked at. */
export async function quietHome(path: string): Promise<{ home: AlertHome; source: MadeSource }> {
  const home = new AlertHome(path)
  const source = home.add()
  source.runWell(BEGIN_US + MINUTE, NOW)
  await home.look()
  return { home, source }
}
