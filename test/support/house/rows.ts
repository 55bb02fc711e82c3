import type { SourceSight } from '@main/archive/api'
import type { RunInput, SessionInput, TargetInput } from '@main/archive/batch'
import { createAlertStore } from '@archive/alerts'
import { createAppender, createBlockingEvents } from '@archive/ingest'
import type { Appender } from '@archive/ingest'
import { migrate, openForWriting } from '@archive/core'
import { createRetentionLog } from '@archive/retention'
import { RESOLUTION, createExpectedRows, createWriterMemory } from '@archive/derived'
import { createRunMaker, houseSessions, makeRuns, runId } from './runs'
import type { HouseRun } from './runs'
import { HOUSE_TARGETS } from './targets'
import type { HouseTarget } from './targets'
import { RUN_STATUSES } from '@shared/run'
import type { RunSession } from '@shared/run'
import type { SourceMode } from '@shared/source'
import type { Database } from 'better-sqlite3'
import { BLIND_MINUTES, openHouseAlerts } from './alerts'
import type { HouseAlerts, Judged } from './alerts'

/** A Hassette of the invented house, as its archive shall know it. */
export interface HouseSource {
  name: string
  mode: SourceMode
  /** Null for a sample. */
  path: string | null
  runs: number
  /** The same seed makes the same runs. */
  seed: number
  /** When its time ends, milliseconds since 1970. */
  endMs: number
  /** Sessions before those that have runs. */
  olderSessions: number
  /** By default nobody has looked at its failures yet. */
  judged?: Judged
  /** Incidents before those of the days that have runs. */
  olderIncidents?: number
}

const SECOND = 1_000_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 1440 * MINUTE
const BATCH = 500
/** Minutes before the end from which on a house is judged as it goes on: its kitchen fails from a little later. */
const JUDGED_MINUTES = 75
const FIRST_FOREIGN_TARGET = 13
/** Places in the list of targets. */
const [PRESENCE, HALL_MOTION, VOLUME] = [2, 8, 10]

/** Writes an archive of these sources by the writer's own parts: ids follow the order. */
export async function writeHouse(path: string, sources: readonly HouseSource[]): Promise<void> {
  const db = openForWriting(path)
  migrate(db, path)
  for (const source of sources) await writeSource(db, source)
  db.pragma('journal_mode = DELETE')
  db.close()
}

/** What else takes room in an archive, bytes: what no cleaning can take, and what can be used again. */
export interface Ballast {
  keptBytes?: number
  reusableBytes?: number
}

/** Makes an archive as large as that of a home that was watched for long. */
export function addBallast(path: string, { keptBytes = 0, reusableBytes = 0 }: Ballast): void {
  const db = openForWriting(path)
  db.exec('CREATE TABLE ballast (bytes)')
  const add = db.prepare<[number]>('INSERT INTO ballast VALUES (zeroblob(?))')
  add.run(keptBytes)
  const { lastInsertRowid } = add.run(reusableBytes)
  db.prepare('DELETE FROM ballast WHERE rowid = ?').run(lastInsertRowid)
  db.pragma('journal_mode = DELETE')
  db.close()
}

/** Notes in an archive what its upkeep did during the last days. */
export function writeUpkeep(path: string, endUs: number): void {
  const db = openForWriting(path)
  const log = createRetentionLog(db)
  const MB = 1_000_000
  const at = (hours: number): number => endUs - hours * HOUR
  const nothing = { bound: null, runs: 0, frameworkRuns: 0, upToUs: null, trendRows: 0, cancelled: false }
  const still = { ...nothing, bytesBefore: 298 * MB, bytesAfter: 298 * MB }
  log.write({ ...still, atUs: at(41), durationUs: 4_800_000, reason: 'compact', bytesBefore: 362 * MB })
  log.write({ ...still, atUs: at(12.2), durationUs: 61_000, reason: 'daily' })
  const pass = { ...still, durationUs: 212_000, reason: 'hourly', bound: 'time', bytesBefore: 301 * MB } as const
  const upToUs = at(7 * 24 + 2.2)
  log.write({ ...pass, atUs: at(2.2), runs: 812, frameworkRuns: 790, upToUs })
  log.write({ ...pass, atUs: at(1.2), runs: 806, frameworkRuns: 806, upToUs, cancelled: true })
  db.pragma('journal_mode = DELETE')
  db.close()
}

/** Its Hassette gives a sign of life: a heartbeat. */
export function giveSign(path: string, sourceId: number, atUs: number): void {
  const db = openForWriting(path)
  try {
    db.prepare(
      `UPDATE sessions SET heartbeat_us = ? WHERE ending = 'running'
         AND epoch_id IN (SELECT id FROM epochs WHERE source_id = ?)`,
    ).run(atUs, sourceId)
  } finally {
    db.close()
  }
}

/** Adds finished runs to a source, as if its Hassette had just ended them. */
export function commitRuns(path: string, sourceId: number, source: HouseSource, count: number): void {
  const db = openForWriting(path)
  try {
    const known = knownOf(db, sourceId)
    const make = createRunMaker(sourceId, source.endMs * 1000, known.foreignId)
    const runs = Array.from({ length: count }, (_, nth) =>
      make(known.foreignId + nth + 1, known.finishedUs + (nth + 1) * 1000),
    )
    append(appenderOf(db, source, sourceId, known.epochId), runs, source.endMs * 1000)
  } finally {
    db.close()
  }
}

/** Notes that a notification of an incident was not shown, since notifications are switched off. */
export function withholdNotification(path: string, incidentId: number, atUs: number): void {
  const db = openForWriting(path)
  try {
    createAlertStore(db).addWithheld(incidentId, 'opened', 'off', atUs)
  } finally {
    db.close()
  }
}

function knownOf(db: Database, sourceId: number): { epochId: number; foreignId: number; finishedUs: number } {
  const epoch = db
    .prepare<[number], { id: number; foreignId: number }>(
      'SELECT id, last_foreign_id AS foreignId FROM epochs WHERE source_id = ? ORDER BY id DESC LIMIT 1',
    )
    .get(sourceId)
  if (!epoch) throw new Error('this source has no runs to follow')
  const finishedUs = db
    .prepare<[number], number | null>(
      `SELECT max(c.to_us) FROM streams st JOIN coverage c ON c.stream_id = st.id WHERE st.epoch_id = ?`,
    )
    .pluck()
    .get(epoch.id)
  return { epochId: epoch.id, foreignId: epoch.foreignId, finishedUs: finishedUs ?? 0 }
}

async function writeSource(db: Database, source: HouseSource): Promise<void> {
  const { name, mode, path, endMs, runs, judged } = source
  const added = db
    .prepare(`INSERT INTO sources (name, mode, file_path, schema_version) VALUES (?, ?, ?, 15)`)
    .run(name, mode, path)
  const sourceId = Number(added.lastInsertRowid)
  if (runs === 0) return
  const epoch = db
    .prepare(`INSERT INTO epochs (source_id, first_seen_us, reason) VALUES (?, ?, 'first')`)
    .run(sourceId, endMs * 1000)
  const epochId = Number(epoch.lastInsertRowid)
  const made = runsOf(source, sourceId)
  const appender = appenderOf(db, source, sourceId, epochId)
  const countStarts = (): void => {
    // Counted again from the runs, as after a crash.
    const { trends } = createWriterMemory(db, { nowUs: () => endMs * 1000 })
    db.transaction(() => trends.flush()).immediate()
    writeExpectedStarts(db, sourceId, made, endMs * 1000)
  }
  const alerts = judged && openHouseAlerts(db, { id: sourceId, name })
  if (alerts) await appendJudged(alerts, appender, made, source, countStarts)
  else append(appender, made, endMs * 1000)
  countStarts()
  alerts?.close()
  if (mode === 'live') writeStalls(db, sourceId, epochId, endMs * 1000)
}

/** Appends runs as they come, and has them judged minute by minute once the last hour begins. */
async function appendJudged(
  alerts: HouseAlerts,
  appender: Appender,
  runs: readonly HouseRun[],
  source: HouseSource,
  countStarts: () => void,
): Promise<void> {
  const endUs = source.endMs * 1000
  const [beginUs, lookUntilUs] = [endUs - JUDGED_MINUTES * MINUTE, source.judged === 'past' ? 0 : endUs]
  let appended = 0
  const appendUntil = (us: number): void => {
    const next = runs.findIndex(({ finishedUs }) => finishedUs > us)
    const slice = runs.slice(appended, next === -1 ? undefined : next)
    append(appender, slice, endUs)
    appended += slice.length
  }
  appendUntil(beginUs)
  alerts.writePast(source.olderIncidents ?? 0, beginUs)
  await alerts.look(beginUs)
  for (let us = beginUs + MINUTE; us <= lookUntilUs; us += MINUTE) {
    appendUntil(us)
    if (us % HOUR < MINUTE) countStarts()
    await alerts.look(us, sightAt(source, us))
  }
  appendUntil(Infinity)
}

/** What is seen of a house at a moment. */
function sightAt({ judged, endMs }: HouseSource, us: number): SourceSight['sight'] {
  const sinceUs = endMs * 1000 - BLIND_MINUTES * MINUTE
  if (judged !== 'blind' || us < sinceUs) return { kind: 'seen', caughtUp: true }
  return {
    kind: 'blind',
    sinceUs,
    problem: { code: 'source_locked', message: 'another program keeps the file for itself' },
  }
}

/** An appender that knows all sessions and targets of a source. */
function appenderOf(db: Database, source: HouseSource, sourceId: number, epochId: number): Appender {
  const endUs = source.endMs * 1000
  const sessions = houseSessions(endUs, source.olderSessions)
  const firstUs = sessions[0]?.startedUs ?? endUs
  let nowUs = firstUs
  const memory = createWriterMemory(db, { nowUs: () => endUs })
  const appender = createAppender(db, memory, { sourceId, epochId, nowUs: () => nowUs })
  // Targets are as old as the first session.
  appender.update({
    apps: [],
    sessions: sessions.map((session) => sessionInput(session, source)),
    targets: HOUSE_TARGETS.map((target) => targetInput(target, endUs)),
  })
  nowUs = endUs
  return appender
}

function append(appender: Appender, runs: readonly HouseRun[], endUs: number): void {
  for (let at = 0; at < runs.length; at += BATCH) {
    const inputs = runs.slice(at, at + BATCH).map((run) => runInput(run, endUs))
    appender.append({ runs: inputs, cursor: { foreignId: inputs.at(-1)?.foreignId ?? 0, anchors: [] } })
  }
}

function sessionInput({ id, startedUs, endedUs, ending }: RunSession, { mode, endMs }: HouseSource): SessionInput {
  const runs = ending === 'running'
  return {
    foreignId: id,
    startedUs,
    stoppedUs: ending === 'clean' || ending === 'crashed' ? endedUs : null,
    heartbeatUs: runs ? endMs * 1000 - 4 * SECOND : endedUs,
    ending,
    errorType: ending === 'crashed' ? 'OSError' : null,
    errorMessage: ending === 'crashed' ? '[Errno 28] No space left on device' : null,
    errorTraceback: null,
    droppedOverflow: runs && mode === 'live' ? 31 : 0,
    droppedExhausted: 0,
    droppedShutdown: 0,
  }
}

function targetInput(target: HouseTarget, endUs: number): TargetInput {
  const isHandler = target.kind === 'handler'
  const subject = target.entity ?? '*'
  return {
    foreignId: target.id + FIRST_FOREIGN_TARGET,
    kind: target.kind,
    tier: target.tier,
    appKey: target.app,
    instanceIndex: target.index,
    name: target.name,
    topic: isHandler ? `hass.event.state_changed.${subject}` : null,
    method: `apps.${target.app}.on_${target.name}`,
    entityId: target.entity,
    scheduleType: target.schedule?.type ?? null,
    scheduleLabel: target.schedule?.label ?? null,
    scheduleDetail: target.schedule?.detail ?? null,
    scheduleStatus: null,
    scheduleStatusReason: null,
    mode: 'single',
    backpressure: isHandler ? 'block' : null,
    debounceS: target.name === 'idle' ? 2 : null,
    throttleS: target.name === 'room_temp' ? 2 : null,
    durationS: target.name === 'idle' ? 180 : null,
    priority: isHandler ? 0 : null,
    once: false,
    immediate: target.name === 'window',
    predicate: isHandler ? `entity ${subject} and state changed` : null,
    sourceLocation: `/srv/house/config/apps/${target.app}.py:48`,
    registration: isHandler
      ? `self.bus.on_state_change(\n    "${subject}",\n    handler=self.on_${target.name},\n    name="${target.name}",\n)`
      : `self.scheduler.run_every(self.${target.name}, minutes=5, name="${target.name}")`,
    retiredUs: target.state === 'retired' ? endUs - DAY : null,
    removedUs: target.state === 'removed' ? endUs - 60 * MINUTE : null,
  }
}

/** Nobody has changed the volume since Hassette was started last: what would have, is motion in the hall. */
function targetOf({ targetId, session }: HouseRun): number {
  return targetId === VOLUME && session?.ending === 'running' ? HALL_MOTION : targetId
}

/** Hall motion failed for a while ten hours ago: too little for an alert, unless somebody wants to hear of little. */
function failedLately(run: HouseRun, endUs: number): HouseRun {
  const agoUs = endUs - run.finishedUs
  const isMeant = run.targetId === PRESENCE && run.status === 'ok' && run.id % 4 === 0
  if (!isMeant || agoUs < 600 * MINUTE || agoUs > 780 * MINUTE) return run
  const errorType = 'DependencyResolutionError'
  const message = 'Required dependency returned NoneType, expected a value'
  return { ...run, status: 'failed', dependencyFailure: true, errorType, message }
}

function runInput(made: HouseRun, endUs: number): RunInput {
  const run = failedLately(made, endUs)
  const { errorType, message, traceback } = run
  const failed = errorType !== null || message !== null
  return {
    foreignId: run.id % 2 ** 40,
    kind: run.kind,
    foreignTargetId: targetOf(run) + FIRST_FOREIGN_TARGET,
    foreignSessionId: run.session?.id ?? null,
    tier: run.tier,
    startedUs: run.startedUs,
    durationUs: run.durationUs,
    status: RUN_STATUSES.indexOf(run.status),
    dependencyFailure: run.dependencyFailure,
    manual: run.manual,
    threadLeaked: run.threadLeaked,
    origin: run.origin,
    executionId: executionId(run, endUs),
    contextId: run.contextId,
    failure: failed ? { errorType, message, traceback } : null,
    logs: run.logs.map((line, place) => ({ ...line, foreignId: run.id * 10 + place, function: null, line: null })),
  }
}

/** An id that names the time of its run; those of older days name another one, as after a clock was set. */
function executionId({ executionId: id, startedUs }: HouseRun, endUs: number): string | null {
  if (id === null || startedUs < endUs - DAY) return id
  const hex = Math.floor(startedUs / 1000)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}${id.slice(13)}`
}

/** Starts that were missed lately, minutes before the end: a few of many, which needs no look, and most of a few, which does. */
const GARAGE_MINUTES = 37
const MISSED_STARTS = new Map([
  ['check_closed', [GARAGE_MINUTES, 22]],
  ['open_blinds', [492, 432]],
])

/** Start of the hour of a moment, seconds. */
function hourOf(us: number): number {
  return Math.floor(us / (60 * MINUTE)) * RESOLUTION.hour
}

/** As many starts as there were, by the hour, and those that were missed. */
function writeExpectedStarts(db: Database, sourceId: number, runs: readonly HouseRun[], endUs: number): void {
  const rows = createExpectedRows(db)
  rows.setCountedTo(sourceId, hourOf(endUs) * SECOND)
  const ids = db
    .prepare<[], { id: number; kind: string; foreignId: number }>(
      'SELECT id, kind, foreign_id AS foreignId FROM targets',
    )
    .all()
  for (const target of HOUSE_TARGETS.filter(({ schedule, name }) => schedule !== null && name !== 'scan')) {
    const id = ids.find((one) => one.kind === target.kind && one.foreignId === target.id + FIRST_FOREIGN_TARGET)?.id
    if (id === undefined) continue
    const starts = runs.filter(({ targetId }) => targetId === target.id).map(({ startedUs }) => hourOf(startedUs))
    starts.push(...(MISSED_STARTS.get(target.name) ?? []).map((minutes) => hourOf(endUs - minutes * MINUTE)))
    const byHour = new Map<number, number>()
    for (const hour of starts) byHour.set(hour, (byHour.get(hour) ?? 0) + 1)
    for (const [hour, count] of byHour) rows.write(RESOLUTION.hour, hour, id, count)
    for (const hour of byHour.keys()) rows.sumDay(Math.floor(hour / RESOLUTION.day) * RESOLUTION.day, id)
  }
}

/** The runs of a source, oldest first. */
function runsOf({ runs, seed, endMs, judged }: HouseSource, sourceId: number): HouseRun[] {
  const endUs = endMs * 1000
  const made = makeRuns(sourceId, endUs, runs, seed)
  if (judged === undefined) return made
  // The garage door has not been looked at since: a job that runs is missed no more.
  const seen = made.filter(
    ({ targetName, finishedUs }) => targetName !== 'check_closed' || finishedUs < endUs - GARAGE_MINUTES * MINUTE,
  )
  if (judged === 'storm') return withStorm(seen, sourceId, endUs)
  const all = failNowAndThen(seen, endUs)
  return judged === 'blind' ? all.filter(({ finishedUs }) => finishedUs <= endUs - BLIND_MINUTES * MINUTE) : all
}

/** Beside what an incident is about, the meter fails now and then: too seldom for one of its own. */
function failNowAndThen(runs: readonly HouseRun[], endUs: number): HouseRun[] {
  let lastUs = endUs - 57 * MINUTE
  return runs.map((run) => {
    const isMeant = run.targetName === 'poll_meter' && run.status === 'ok' && run.finishedUs > lastUs + 10 * MINUTE
    if (!isMeant) return run
    lastUs = run.finishedUs
    return failedAs(run, 'Required dependency returned NoneType, expected a value')
  })
}

/** A dependency failure in the place of a run. */
function failedAs(run: HouseRun, message: string): HouseRun {
  const errorType = 'DependencyResolutionError'
  return { ...run, status: 'failed', dependencyFailure: true, errorType, errorLine: message, message }
}

/** Handlers and jobs of a storm, how often each fails, and how many minutes before the end it begins. */
const STORM = { targets: 18, failures: 23, minutes: 4 }
/** Those that fail otherwise too, or whose runs are another's, are in no storm. */
const CALM = ['motion', 'hall_motion', 'volume', 'poll_meter', 'check_closed']

/** One after the other fails, round and round. */
function withStorm(runs: readonly HouseRun[], sourceId: number, endUs: number): HouseRun[] {
  const targets = HOUSE_TARGETS.filter(({ tier, name }) => tier === 'app' && !CALM.includes(name)).slice(
    0,
    STORM.targets,
  )
  const count = STORM.targets * STORM.failures
  const make = createRunMaker(sourceId, endUs, runs.length)
  const storm = Array.from({ length: count }, (_, nth): HouseRun => {
    const target = targets[nth % STORM.targets] as HouseTarget
    const finishedUs = endUs - Math.round((1 - nth / count) * STORM.minutes * MINUTE)
    const { id, ...run } = make(runs.length + nth + 1, finishedUs)
    const message =
      target.name === 'tariff'
        ? 'no close frame received from meter.local within 2.5 s'
        : 'Required dependency returned NoneType, expected a value'
    const named = { kind: target.kind, tier: target.tier, appKey: target.app, targetName: target.name }
    return failedAs({ ...run, id, ...named, targetId: target.id, startedUs: finishedUs, durationUs: 0 }, message)
  })
  return [...runs, ...storm].toSorted((a, b) => a.finishedUs - b.finishedUs).map(renumbered(sourceId))
}

/** Numbers runs by their order. */
function renumbered(sourceId: number): (run: HouseRun, place: number) => HouseRun {
  return (run, place) => ({ ...run, id: runId(sourceId, place + 1) })
}

/** Three stalls of the event loop in the session that was killed. */
function writeStalls(db: Database, sourceId: number, epochId: number, endUs: number): void {
  const killed = houseSessions(endUs).find(({ ending }) => ending === 'killed')
  if (!killed) return
  const stalls = [1, 2, 3].map((foreignId) => ({
    foreignId,
    foreignSessionId: killed.id,
    executionId: null,
    appKey: null,
    instanceIndex: null,
    detectedUs: killed.startedUs + foreignId * 60 * MINUTE,
    durationUs: 400_000,
    detector: 'watchdog',
    primitive: null,
    sourceLocation: null,
    reason: null,
    frames: null,
  }))
  const db3 = createBlockingEvents(db)
  void db3.copy(
    sourceId,
    epochId,
    { blockingAfter: (after: number) => stalls.filter((one) => one.foreignId > after) } as never,
    () => Promise.resolve(),
  )
}
