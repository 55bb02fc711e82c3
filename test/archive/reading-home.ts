import { copyFileSync } from 'node:fs'
import type { SourceSight } from '@main/archive/api'
import { createAlerts } from '@archive/alerts'
import { openForWriting } from '@archive/core'
import { openWriter } from '@archive/threads'
import type { Incident } from '@shared/alert'
import { Failure } from '@shared/result'
import type { SourceMode } from '@shared/source'
import Database from 'better-sqlite3'
import { lookAt } from '../support/alerts-look'
import { CONTEXT, rowsOf } from '../support/archive'

/** How a file is read, and what happens meanwhile. */
export interface Reading {
  mode: Exclude<SourceMode, 'sample'>
  /** The alerts look after every so many batches of 1000 runs, as on a machine that is so fast. */
  lookEvery: number
  /** The app ends after so many batches, once each, and begins anew. */
  cutAfter?: readonly number[]
  /** The app ends so often while the alerts take in what was read, each time a slice later. */
  cutsWhileTold?: number
  /** When the app ends, and at every look, what is only in memory is lost. */
  crashes?: boolean
  /** A file that ends when this one is read; by default itself. */
  endsWith?: string
}

/** What of an incident must not depend on how a file was read. */
type Essence = Pick<Incident, 'rule' | 'firstUs' | 'openedUs' | 'lastUs' | 'failures' | 'clearedUs' | 'ending'> & {
  targets: string[]
}

/** Reads a Hassette file into an archive with the alerts beside it. Answers the incidents in the archive. */
export async function readWithAlerts(archive: string, source: string, reading: Reading): Promise<Essence[]> {
  const { mode, lookEvery, cutAfter = [], cutsWhileTold = 0, crashes = false, endsWith = source } = reading
  const writer = openWriter(archive, () => undefined)
  let db = openForWriting(archive)
  let alerts = createAlerts(db)
  const startAnew = (): void => {
    if (!crashes) alerts.close()
    db.close()
    db = openForWriting(archive)
    alerts = createAlerts(db)
  }
  try {
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'home', mode, shiftUs: 0 })
    const look = (sight: SourceSight['sight'], pause = CONTEXT.pause) =>
      alerts.step(lookAt(endsWith, sourceId, mode, sight), { pause })
    for (const cut of [...cutAfter, Infinity]) {
      let batches = 0
      const pause = async (): Promise<void> => {
        batches++
        if (batches % lookEvery === 0) {
          await look({ kind: 'unknown' })
          if (crashes) startAnew()
        }
        if (batches >= cut) throw new Failure('cancelled', 'cut')
      }
      await untilCut(writer.sources.syncFile({ sourceId, shiftUs: 0 }, { ...CONTEXT, pause }))
      if (cut < Infinity) startAnew()
    }
    for (let cut = 1; cut <= cutsWhileTold; cut++) {
      let slices = 0
      const pause = () => (++slices === cut ? Promise.reject(new Failure('cancelled', 'cut')) : CONTEXT.pause())
      await untilCut(look({ kind: 'seen', caughtUp: true }, pause))
      startAnew()
    }
    await look({ kind: 'seen', caughtUp: true })
    await look({ kind: 'seen', caughtUp: true })
    return incidentsIn(archive)
  } finally {
    alerts.close()
    db.close()
    writer.close()
  }
}

/** The incidents of an archive, oldest first. */
export function incidentsIn(archive: string): Essence[] {
  return rowsOf<{ detail: string }>(archive, 'SELECT detail FROM incidents ORDER BY id').map(({ detail }) => {
    const { rule, firstUs, openedUs, lastUs, failures, clearedUs, ending, targets } = JSON.parse(detail) as Incident
    const named = targets.map(({ appKey, name, failures: n }) => `${appKey}.${name}: ${n}`)
    return { rule, firstUs, openedUs, lastUs, failures, clearedUs, ending, targets: named.sort() }
  })
}

/** A copy of a Hassette file with one more good run of a handler of its own before the run with a number. */
export function withOddRun(
  source: string,
  path: string,
  odd: { startS: number; durationMs: number; before: number },
): void {
  copyFileSync(source, path)
  const db = new Database(path)
  const columnsOf = (table: string): string[] =>
    db.prepare<[string], string>(`SELECT name FROM pragma_table_info(?) WHERE name <> 'id'`).pluck().all(table)
  const copy = (table: string, id: number | bigint, changed: Record<string, unknown>): number | bigint => {
    const row = db.prepare<[number | bigint], Record<string, unknown>>(`SELECT * FROM ${table} WHERE id = ?`).get(id)
    const columns = columnsOf(table)
    const values = columns.map((column) => (column in changed ? changed[column] : row?.[column]))
    const list = columns.map((column) => `"${column}"`).join(', ')
    const added = db.prepare(`INSERT INTO ${table} (${list}) VALUES (${columns.map(() => '?').join(', ')})`).run(values)
    return added.lastInsertRowid
  }
  try {
    db.pragma('foreign_keys = OFF')
    const like = db
      .prepare<[], { id: number; listener: number }>(
        `SELECT e.id, e.listener_id AS listener FROM executions e
         WHERE e.source_tier = 'app' AND e.status = 'success' AND e.listener_id IS NOT NULL LIMIT 1`,
      )
      .get()
    if (!like) throw new Error('the recording has no run to copy')
    const listener = copy('listeners', like.listener, { name: 'odd' })
    const { startS, durationMs, before } = odd
    const session = db
      .prepare<[number], number>('SELECT session_id FROM executions WHERE id <= ? ORDER BY id DESC')
      .pluck()
      .get(before)
    const added = copy('executions', like.id, {
      listener_id: listener,
      session_id: session,
      execution_start_ts: startS,
      duration_ms: durationMs,
      execution_id: 'odd',
    })
    db.prepare('UPDATE executions SET id = -id WHERE id >= ?').run(before)
    db.prepare('UPDATE executions SET id = 1 - id WHERE id < 0 AND id <> ?').run(-Number(added))
    db.prepare('UPDATE executions SET id = ? WHERE id = ?').run(before, -Number(added))
  } finally {
    db.close()
  }
}

async function untilCut(work: Promise<unknown>): Promise<void> {
  try {
    await work
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.code !== 'cancelled') throw thrown
  }
}
