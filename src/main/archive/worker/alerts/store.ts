import { createEngineState, parseEngineState } from '@main/alerts/engine/engine-state'
import type { EngineState } from '@main/alerts/engine/engine-state'
import type { Incident, NoticeKind, NoticeOutcome, NoticeRequest, WithheldReason } from '@shared/alert'
import { noticeWords } from '@shared/messages-tray'
import type { Database } from 'better-sqlite3'
import type { DueNotice } from '../../api'
import { createMetaWriter, META } from '../core/meta'

/** What the alerts remember: the engine, and how far it was told. */
export interface AlertMemory extends ToldPlaces {
  engine: EngineState
}

/** Incidents, notices and the memory of the alerts in the archive; every write within the caller's transaction. */
interface AlertStore {
  /** As it was kept, or a new one; then incidents that were open are over. */
  load(): AlertMemory
  keep(memory: AlertMemory): void
  writeIncident(incident: Incident): void
  /** Ends the open incidents of a source that nobody looks after any more. */
  abandon(sourceId: number, atUs: number): void
  /** Notes a notification that is to be shown, and returns it with its id. */
  addNotice(notice: NoticeRequest, atUs: number): DueNotice
  addWithheld(incidentId: number, kind: NoticeKind, reason: WithheldReason, atUs: number): void
  settle(noticeId: number, outcome: NoticeOutcome): void
  /** Those that nobody showed before the app ended; what is older than `fromUs` is given up. */
  pending(fromUs: number): DueNotice[]
}

const MOST_NOTICES = 2000
const MOST_INCIDENTS = 5000

type IncidentColumns = Pick<Incident, 'id' | 'sourceId' | 'clearedUs'> & { detail: string }

interface NoticeColumns {
  incidentId: number | null
  atUs: number
  kind: NoticeKind
  title: string
  body: string
  silent: number
  replaces: number | null
  outcome: 'pending' | 'suppressed'
  reason: string | null
}

export function createAlertStore(db: Database): AlertStore {
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
  const addNotice = db.prepare<[NoticeColumns]>(
    `INSERT INTO notices (incident_id, at_us, kind, title, body, silent, replaces, outcome, reason)
     VALUES (@incidentId, @atUs, @kind, @title, @body, @silent, @replaces, @outcome, @reason)`,
  )
  const dropNotices = db.prepare<[number]>('DELETE FROM notices WHERE id <= ?')
  const settle = db.prepare<[string, string | null, number]>('UPDATE notices SET outcome = ?, reason = ? WHERE id = ?')
  const giveUp = db.prepare<[string, number]>(
    `UPDATE notices SET outcome = 'failed', reason = ? WHERE outcome = 'pending' AND at_us < ?`,
  )
  const pending = db.prepare<[number], Omit<DueNotice, 'silent'> & { silent: number }>(
    `SELECT id AS noticeId, incident_id AS incidentId, kind, title, body, silent, replaces
     FROM notices WHERE outcome = 'pending' AND at_us >= ? ORDER BY at_us, id`,
  )

  const add = (columns: NoticeColumns): number => {
    const id = Number(addNotice.run(columns).lastInsertRowid)
    dropNotices.run(id - MOST_NOTICES)
    return id
  }

  return {
    load: () => {
      const nextIncidentId = (newest.get() ?? 0) + 1
      const kept = parseMemory(meta.text(META.alerts))
      // What is open is known to no engine any more.
      if (!kept) abandon.run({ sourceId: null, atUs: 0 })
      if (!kept) return { engine: createEngineState(nextIncidentId), ...noPlaces() }
      kept.engine.nextIncidentId = Math.max(kept.engine.nextIncidentId, nextIncidentId)
      return kept
    },
    keep: ({ engine, ...places }) =>
      meta.set(META.alerts, JSON.stringify({ engine: JSON.stringify(engine), ...copyOf(places) })),
    writeIncident: (incident) => {
      const { id, sourceId, clearedUs } = incident
      writeIncident.run({ id, sourceId, clearedUs, detail: JSON.stringify(incident) })
      dropIncidents.run(id - MOST_INCIDENTS)
    },
    abandon: (sourceId, atUs) => void abandon.run({ sourceId, atUs }),
    addNotice: (notice, atUs) => {
      const { incidentId, kind, title, body, silent, replaces } = notice
      const row = { incidentId, kind, title, body, silent: silent ? 1 : 0, replaces, atUs }
      return { ...notice, noticeId: add({ ...row, outcome: 'pending', reason: null }) }
    },
    addWithheld: (incidentId, kind, reason, atUs) => {
      const nothing = { title: '', body: '', silent: 0, replaces: null }
      add({ incidentId, kind, atUs, ...nothing, outcome: 'suppressed', reason })
    },
    settle: (noticeId, outcome) => {
      settle.run(outcome.kind, outcome.kind === 'sent' ? null : outcome.reason, noticeId)
    },
    pending: (fromUs) => {
      giveUp.run(noticeWords.appEnded, fromUs)
      return pending.all(fromUs).map((row) => ({ ...row, silent: row.silent === 1 }))
    },
  }
}

/** Null for none, and for one that another version of the engine kept: then it learns from the archive. */
function parseMemory(text: string | undefined): AlertMemory | null {
  if (text === undefined) return null
  const { engine, ...rest } = JSON.parse(text) as Omit<AlertMemory, 'engine'> & { engine: string }
  const state = parseEngineState(engine)
  return state && { engine: state, ...noPlaces(), ...rest }
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
