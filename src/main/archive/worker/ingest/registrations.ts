import type { Writable } from '../core/database'
import { SESSIONS } from '../core/ids'
import { BARE_TARGET } from '../../batch'
import type { AppendRole, AppInput, ParentsInput, RunInput, SessionInput, TargetInput } from '../../batch'

/** What runs refer to: apps, targets and sessions of one epoch, kept up to date and found by the source's own numbers. */
export interface Registrations {
  /**
   * Writes what changed since the last call; within a transaction. Targets no longer in the source become retired. For
   * a `backfill` only what is missing is added: an older copy knows less of what is there.
   */
  update(input: ParentsInput, nowUs: number, role: AppendRole): void
  targetOf(run: RunInput): number | undefined
  sessionOf(run: RunInput): number | undefined
  /** Makes a target for a run whose own one the source has lost. */
  placeholder(run: RunInput, nowUs: number): number
  /** Notes the newest finish of a session's runs. */
  extendSession(sessionId: number, endUs: number): void
  /** Forgets everything kept in memory; after a rollback. */
  forget(): void
}

interface Known {
  id: number
  signature: string
}

export function createRegistrations(db: Writable, sourceId: number, epochId: number): Registrations {
  const statements = prepareAll(db)
  const apps = new Map<string, Known>()
  const targets = new Map<string, Known>()
  const sessions = new Map<number, Known>()
  const byForeignId = { handler: new Map<number, number>(), job: new Map<number, number>() }

  const updateApp = (app: AppInput): number => {
    const known = apps.get(app.appKey)
    if (known && (known.signature === app.displayName || app.displayName === null)) return known.id
    const id = statements.app.get(sourceId, app.appKey, app.displayName) ?? 0
    apps.set(app.appKey, { id, signature: app.displayName ?? '' })
    return id
  }

  const updateTarget = (target: TargetInput, nowUs: number): void => {
    const key = stableKey(sourceId, target)
    const signature = JSON.stringify(target)
    if (targets.get(key)?.signature === signature) return
    const appId = updateApp({ appKey: target.appKey, displayName: null })
    const id =
      statements.target.get({
        ...target,
        appId,
        key,
        nowUs,
        once: Number(target.once),
        immediate: Number(target.immediate),
      }) ?? 0
    targets.set(key, { id, signature })
    byForeignId[target.kind].set(target.foreignId, id)
  }

  const updateSession = (session: SessionInput): void => {
    const signature = JSON.stringify(session)
    if (sessions.get(session.foreignId)?.signature === signature) return
    // A backup that was put back tells of sessions again whose end it does not know.
    const earlier = statements.earlierSession.get(sourceId, session.foreignId, session.startedUs, epochId)
    const id = earlier ?? statements.session.get({ ...session, epochId }) ?? 0
    sessions.set(session.foreignId, { id, signature })
  }

  const addMissing = (input: ParentsInput, nowUs: number): void => {
    for (const target of input.targets) {
      const id = statements.targetByKey.get(stableKey(sourceId, target))
      if (id === undefined) updateTarget({ ...target, retiredUs: target.retiredUs ?? nowUs }, nowUs)
      else byForeignId[target.kind].set(target.foreignId, id)
    }
    for (const session of input.sessions) {
      const id = statements.sessionByStart.get(sourceId, session.foreignId, session.startedUs)
      if (id === undefined) updateSession(session.ending === 'running' ? { ...session, ending: 'killed' } : session)
      else sessions.set(session.foreignId, { id, signature: '' })
    }
  }

  return {
    update: (input, nowUs, role) => {
      if (role === 'backfill') return addMissing(input, nowUs)
      for (const app of input.apps) updateApp(app)
      for (const target of input.targets) updateTarget(target, nowUs)
      for (const session of input.sessions) updateSession(session)
      const present = new Set(input.targets.map((target) => stableKey(sourceId, target)))
      for (const { id, stable_key: key } of statements.unretired.all(sourceId)) {
        if (present.has(key)) continue
        statements.retire.run(nowUs, id)
        // If it returns unchanged, it must be written again.
        targets.delete(key)
      }
    },
    targetOf: (run) => byForeignId[run.kind].get(run.foreignTargetId),
    sessionOf: (run) => (run.foreignSessionId === null ? undefined : sessions.get(run.foreignSessionId)?.id),
    placeholder: (run, nowUs) => {
      updateTarget(lostTarget(run, nowUs), nowUs)
      return byForeignId[run.kind].get(run.foreignTargetId) ?? 0
    },
    extendSession: (sessionId, endUs) => {
      statements.extendSession.run({ sessionId, endUs })
    },
    forget: () => {
      for (const cache of [apps, targets, sessions, byForeignId.handler, byForeignId.job]) cache.clear()
    },
  }
}

/** Identity of a target across epochs: source, kind, app, instance, name and topic, each part escaped. */
export function stableKey(sourceId: number, target: TargetInput): string {
  const parts = [target.kind, target.appKey, String(target.instanceIndex), target.name]
  if (target.topic !== null) parts.push(target.topic)
  return [String(sourceId), ...parts.map((part) => part.replaceAll('%', '%25').replaceAll(':', '%3A'))].join(':')
}

function lostTarget(run: RunInput, nowUs: number): TargetInput {
  return {
    ...BARE_TARGET,
    foreignId: run.foreignTargetId,
    kind: run.kind,
    tier: run.tier,
    appKey: '(unknown)',
    instanceIndex: 0,
    name: `${run.kind} ${run.foreignTargetId}`,
    topic: run.kind === 'handler' ? '' : null,
    retiredUs: nowUs,
  }
}

/** What is kept of a target as its source says it now, and in which column. */
const SAID_OF_TARGET = {
  tier: 'tier',
  method: 'method',
  entityId: 'entity_id',
  scheduleType: 'schedule_type',
  scheduleLabel: 'schedule_label',
  scheduleDetail: 'schedule_detail',
  scheduleStatus: 'schedule_status',
  scheduleStatusReason: 'schedule_status_reason',
  mode: 'mode',
  backpressure: 'backpressure',
  debounceS: 'debounce_s',
  throttleS: 'throttle_s',
  durationS: 'duration_s',
  priority: 'priority',
  once: 'once',
  immediate: 'immediate',
  predicate: 'predicate',
  sourceLocation: 'source_location',
  registration: 'registration',
  foreignId: 'foreign_id',
  retiredUs: 'retired_us',
  removedUs: 'removed_us',
} as const satisfies Record<Exclude<keyof TargetInput, 'kind' | 'appKey' | 'instanceIndex' | 'name' | 'topic'>, string>

function prepareAll(db: Writable) {
  const columns = Object.values(SAID_OF_TARGET)
  const values = Object.keys(SAID_OF_TARGET).map((name) => `@${name}`)
  return {
    app: db
      .prepare<[number, string, string | null], number>(
        `INSERT INTO apps (source_id, app_key, display_name) VALUES (?, ?, ?)
         ON CONFLICT (source_id, app_key) DO UPDATE SET display_name = coalesce(excluded.display_name, display_name)
         RETURNING id`,
      )
      .pluck(),
    target: db
      .prepare<[Record<string, unknown>], number>(
        `INSERT INTO targets (app_id, kind, instance_index, name, topic, stable_key, first_seen_us, ${columns.join(', ')})
         VALUES (@appId, @kind, @instanceIndex, @name, @topic, @key, @nowUs, ${values.join(', ')})
         ON CONFLICT (stable_key) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}
         RETURNING id`,
      )
      .pluck(),
    session: db
      .prepare<[Record<string, unknown>], number>(
        `INSERT INTO sessions (epoch_id, foreign_id, started_us, stopped_us, heartbeat_us, ending, error_type,
           error_message, error_traceback, dropped_overflow, dropped_exhausted, dropped_shutdown, ended_us)
         VALUES (@epochId, @foreignId, @startedUs, @stoppedUs, @heartbeatUs, @ending, @errorType,
           @errorMessage, @errorTraceback, @droppedOverflow, @droppedExhausted, @droppedShutdown,
           CASE WHEN @ending = 'running' THEN NULL
             ELSE max(@startedUs, coalesce(@stoppedUs, 0), coalesce(@heartbeatUs, 0)) END)
         ON CONFLICT (epoch_id, foreign_id) DO UPDATE SET
           started_us = excluded.started_us, stopped_us = excluded.stopped_us, heartbeat_us = excluded.heartbeat_us,
           ending = excluded.ending, error_type = excluded.error_type,
           error_message = excluded.error_message, error_traceback = excluded.error_traceback,
           dropped_overflow = excluded.dropped_overflow, dropped_exhausted = excluded.dropped_exhausted,
           dropped_shutdown = excluded.dropped_shutdown,
           ended_us = CASE WHEN excluded.ended_us IS NULL THEN NULL
             ELSE max(excluded.ended_us, coalesce(last_run_us, 0)) END
         RETURNING id`,
      )
      .pluck(),
    targetByKey: db.prepare<[string], number>('SELECT id FROM targets WHERE stable_key = ?').pluck(),
    earlierSession: db
      .prepare<[number, number, number, number], number>(
        `SELECT x.id FROM ${SESSIONS}
         WHERE e.source_id = ? AND x.foreign_id = ? AND x.started_us = ? AND e.id < ?`,
      )
      .pluck(),
    sessionByStart: db
      .prepare<[number, number, number], number>(
        `SELECT x.id FROM ${SESSIONS}
         WHERE e.source_id = ? AND x.foreign_id = ? AND x.started_us = ?`,
      )
      .pluck(),
    extendSession: db.prepare<[{ sessionId: number; endUs: number }]>(
      `UPDATE sessions SET last_run_us = max(coalesce(last_run_us, 0), @endUs),
         ended_us = CASE WHEN ending = 'running' THEN NULL ELSE max(coalesce(ended_us, 0), @endUs) END
       WHERE id = @sessionId`,
    ),
    unretired: db.prepare<[number], { id: number; stable_key: string }>(
      `SELECT t.id, t.stable_key FROM targets t JOIN apps a ON a.id = t.app_id
       WHERE a.source_id = ? AND t.retired_us IS NULL`,
    ),
    retire: db.prepare<[number, number]>('UPDATE targets SET retired_us = ? WHERE id = ?'),
  }
}
