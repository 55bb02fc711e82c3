import { createEngineState, isEngineState } from '@main/alerts/engine/engine-state'
import type { EngineState, SourceAlertState } from '@main/alerts/engine/engine-state'
import type { UserEvent } from '@main/alerts/engine/events'
import type { Incident, Muted } from '@shared/alert'
import type {
  NotificationContent,
  NotificationKind,
  NotificationOutcome,
  PendingNotification,
  RequestedNotification,
  WithheldReason,
} from '@shared/alert-notification'
import type { Readable, Writable } from '../core/database'
import { createMetaWriter, META } from '../core/meta'

/** What the alerts remember: the engine, and how far it was told. */
export interface AlertMemory extends ToldPlaces {
  engine: EngineState
}

/** What somebody muted or wants to hear of again. */
export type MuteEvent = Extract<UserEvent, { kind: 'muteGroup' | 'muteTarget' }>

/** Incidents, notifications, mutes and the memory of the alerts in the archive; every write within the caller's transaction. */
interface AlertStore {
  /**
   * As it was kept, or a new one; then incidents that were open are over. `startedOver`: something was kept, by another
   * version or damaged, and cannot be read.
   */
  load(): { memory: AlertMemory; startedOver: boolean }
  keep(memory: AlertMemory): void
  writeIncident(incident: Incident): void
  /** Ends the open incidents of a source that nobody looks after any more. */
  abandon(sourceId: number, atUs: number): void
  mute(event: MuteEvent): void
  /** What is muted of a source, as somebody chose it. */
  mutes(sourceId: number): MuteEvent[]
  /** Notes a notification that is to be shown, and returns it with its id. */
  addNotification(notification: RequestedNotification, atUs: number): PendingNotification
  addWithheld(incidentId: number, kind: NotificationKind, reason: WithheldReason, atUs: number): void
  settle(id: number, outcome: NotificationOutcome): void
  /** Those that nobody showed before the app ended; what is older than `fromUs` is given up. */
  pending(fromUs: number): PendingNotification[]
}

const MOST_NOTIFICATIONS = 2000
const MOST_INCIDENTS = 5000

type IncidentColumns = Pick<Incident, 'id' | 'sourceId' | 'clearedUs'> & { detail: string }

interface NotificationColumns {
  incidentId: number | null
  atUs: number
  kind: NotificationKind
  content: string | null
  silent: number
  replaces: number | null
  state: 'pending' | 'withheld'
  reason: string | null
}

export function createAlertStore(db: Writable): AlertStore {
  const meta = createMetaWriter(db)
  const newest = db.prepare<[], number | null>('SELECT max(id) FROM incidents').pluck()
  const writeIncident = db.prepare<[IncidentColumns]>(
    `INSERT INTO incidents (id, source_id, cleared_us, detail) VALUES (@id, @sourceId, @clearedUs, @detail)
     ON CONFLICT (id) DO UPDATE SET cleared_us = excluded.cleared_us, detail = excluded.detail`,
  )
  const dropIncidents = db.prepare<[number]>('DELETE FROM incidents WHERE id <= ? AND cleared_us IS NOT NULL')
  const abandon = db.prepare<[{ sourceId: number | null; atUs: number }]>(
    `UPDATE incidents SET cleared_us = max(@atUs, detail ->> 'lastUs'),
       detail = json_set(detail, '$.clearedUs', max(@atUs, detail ->> 'lastUs'), '$.ending', 'stale')
     WHERE cleared_us IS NULL AND (@sourceId IS NULL OR source_id = @sourceId)`,
  )
  const mute = db.prepare<[number, Muted['kind'], number]>(
    'INSERT INTO mutes (source_id, kind, muted_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const unmute = db.prepare<[number, Muted['kind'], number]>(
    'DELETE FROM mutes WHERE source_id = ? AND kind = ? AND muted_id = ?',
  )
  const addNotification = db.prepare<[NotificationColumns]>(
    `INSERT INTO notifications (incident_id, at_us, kind, content, silent, replaces, state, reason)
     VALUES (@incidentId, @atUs, @kind, @content, @silent, @replaces, @state, @reason)`,
  )
  const dropNotifications = db.prepare<[number]>('DELETE FROM notifications WHERE id <= ?')
  const settle = db.prepare<[string, string | null, string | null, number]>(
    'UPDATE notifications SET state = ?, reason = ?, said = ? WHERE id = ?',
  )
  const giveUp = db.prepare<[number]>(
    `UPDATE notifications SET state = 'failed', reason = 'app_ended' WHERE state = 'pending' AND at_us < ?`,
  )
  const pending = db.prepare<[number], Omit<PendingNotification, 'silent' | 'content'> & StoredContent>(
    `SELECT id, incident_id AS incidentId, kind, content, silent, replaces
     FROM notifications WHERE state = 'pending' AND at_us >= ? ORDER BY at_us, id`,
  )
  const selectMutes = prepareMutes(db)

  const add = (columns: NotificationColumns): number => {
    const id = Number(addNotification.run(columns).lastInsertRowid)
    dropNotifications.run(id - MOST_NOTIFICATIONS)
    return id
  }

  const mutes = (sourceId: number): MuteEvent[] =>
    selectMutes
      .all(sourceId)
      .map(({ kind, id }) =>
        kind === 'group'
          ? { kind: 'muteGroup', sourceId, groupId: id, muted: true }
          : { kind: 'muteTarget', sourceId, targetId: id, muted: true },
      )

  return {
    load: () => {
      const nextIncidentId = (newest.get() ?? 0) + 1
      const text = meta.text(META.alerts)
      const memory = text === undefined ? null : parseMemory(text)
      if (memory === null) {
        // What is open is known to no engine any more.
        abandon.run({ sourceId: null, atUs: 0 })
        const engine = createEngineState(nextIncidentId)
        return { memory: { engine, ...noPlaces() }, startedOver: text !== undefined }
      }
      memory.engine.nextIncidentId = Math.max(memory.engine.nextIncidentId, nextIncidentId)
      for (const source of Object.values(memory.engine.sources)) {
        const muted = selectMutes.all(source.id)
        source.mutedGroups = muted.filter(({ kind }) => kind === 'group').map(({ id }) => id)
        source.mutedTargets = muted.filter(({ kind }) => kind === 'target').map(({ id }) => id)
      }
      return { memory, startedOver: false }
    },
    keep: ({ engine, ...places }) =>
      meta.set(
        META.alerts,
        JSON.stringify({ engine, ...copyOf(places) }, (key, value: unknown) => (IN_MUTES.has(key) ? undefined : value)),
      ),
    writeIncident: (incident) => {
      const { id, sourceId, clearedUs } = incident
      writeIncident.run({ id, sourceId, clearedUs, detail: JSON.stringify(incident) })
      dropIncidents.run(id - MOST_INCIDENTS)
    },
    abandon: (sourceId, atUs) => void abandon.run({ sourceId, atUs }),
    mute: (event) => {
      const [kind, id] =
        event.kind === 'muteGroup' ? (['group', event.groupId] as const) : (['target', event.targetId] as const)
      ;(event.muted ? mute : unmute).run(event.sourceId, kind, id)
    },
    mutes,
    addNotification: (notification, atUs) => {
      const { incidentId, content, silent, replaces } = notification
      const { kind, ...parts } = content
      const columns = { incidentId, kind, content: JSON.stringify(parts), silent: silent ? 1 : 0, replaces, atUs }
      return { ...notification, id: add({ ...columns, state: 'pending', reason: null }) }
    },
    addWithheld: (incidentId, kind, reason, atUs) => {
      add({ incidentId, kind, atUs, content: null, silent: 0, replaces: null, state: 'withheld', reason })
    },
    settle: (id, outcome) => {
      const reason = outcome.kind === 'sent' ? null : outcome.reason
      settle.run(
        outcome.kind,
        reason,
        outcome.kind === 'failed' && outcome.reason === 'system' ? outcome.said : null,
        id,
      )
    },
    pending: (fromUs) => {
      giveUp.run(fromUs)
      return pending.all(fromUs).flatMap(({ kind, content, silent, ...row }) => {
        const said = contentOf({ kind, content })
        return said === null ? [] : [{ ...row, content: said, silent: silent === 1 }]
      })
    },
  }
}

interface StoredContent {
  kind: NotificationKind
  content: string | null
  silent: 0 | 1
}

/** What a stored notification says; null for one that was withheld. Only `addNotification` writes it. */
export function contentOf({ kind, content }: Pick<StoredContent, 'kind' | 'content'>): NotificationContent | null {
  return content === null ? null : ({ ...(JSON.parse(content) as object), kind } as NotificationContent)
}

/** What is muted of a source; on either connection. */
export function prepareMutes(db: Readable) {
  return db.prepare<[number], { kind: Muted['kind']; id: number }>(
    'SELECT kind, muted_id AS id FROM mutes WHERE source_id = ?',
  )
}

/** What the engine remembers and the table of mutes says. */
const IN_MUTES: ReadonlySet<string> = new Set<keyof SourceAlertState>(['mutedGroups', 'mutedTargets'])

/** Null for what is damaged, and for what another version of the engine kept: then it learns from the archive. */
function parseMemory(text: string): AlertMemory | null {
  try {
    const { engine, ...places } = JSON.parse(text) as Partial<AlertMemory>
    return isEngineState(engine) ? { engine, ...noPlaces(), ...places } : null
  } catch {
    // The caller says so.
    return null
  }
}

/** How far the engine was told; kept with what it remembers, so that nothing is told twice. */
export interface ToldPlaces {
  /** By stream: id of the newest run. */
  cursors: Record<string, number>
  /** By source: newest used time of a run, microseconds. */
  newestUs: Record<string, number>
  /** By source: epoch and number of the newest session that was told to have started. */
  sessions: Record<string, [epochId: number, number: number]>
  /** By source: start of the first hour whose missed starts were not told, seconds. */
  missedTo: Record<string, number>
}

/** Nothing was told. */
export function noPlaces(): ToldPlaces {
  return { cursors: {}, newestUs: {}, sessions: {}, missedTo: {} }
}

/** The same places, which may move on without the others. */
export function copyOf({ cursors, newestUs, sessions, missedTo }: ToldPlaces): ToldPlaces {
  return {
    cursors: { ...cursors },
    newestUs: { ...newestUs },
    sessions: { ...sessions },
    missedTo: { ...missedTo },
  }
}
