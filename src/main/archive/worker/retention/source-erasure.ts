import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { createMetaWriter, goneKey, IS_GONE } from '../core/meta'

/** One of the tables of trends, gone through from its beginning. */
interface TrendTable {
  /** Looks at the next rows and deletes those of the source; answers how many. */
  eraseNext(limit: number): number
  /** Whether there is nothing left to look at. */
  atEnd(): boolean
}

interface TrendKey {
  resolution: number
  bucket: number
  owner: number
}

/** The statements that delete a source. Rows that others refer to go after them: foreign keys are checked. */
export function prepareSourceErasure(db: Database) {
  const ofEpochs = (table: string): string =>
    `DELETE FROM ${table} WHERE id IN
       (SELECT x.id FROM epochs e JOIN ${table} x ON x.epoch_id = e.id WHERE e.source_id = ? LIMIT ?)`
  const ofSource = (table: string): string =>
    `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} WHERE source_id = ? LIMIT ?)`
  const rows = (sql: string) => {
    const statement = db.prepare<[number, number]>(sql)
    return (sourceId: number, limit: number): number => statement.run(sourceId, limit).changes
  }
  const each = (select: string, ...deletes: string[]) => {
    const find = db.prepare<[number, number], number>(select).pluck()
    const statements = deletes.map((sql) => db.prepare<[number]>(sql))
    return (sourceId: number, limit: number): number => {
      const ids = find.all(sourceId, limit)
      for (const id of ids) for (const statement of statements) statement.run(id)
      return ids.length
    }
  }
  const all = (sql: string) => db.prepare<[number], number>(sql).pluck()
  const targets = all('SELECT t.id FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ?')
  const streamTotals = all('SELECT -st.id FROM epochs e JOIN streams st ON st.epoch_id = e.id WHERE e.source_id = ?')
  const groups = all('SELECT id FROM error_groups WHERE source_id = ?')
  const streams = db.prepare<[number], { id: number; tier: Tier }>(
    'SELECT st.id, st.tier FROM epochs e JOIN streams st ON st.epoch_id = e.id WHERE e.source_id = ?',
  )
  const firstRun = db.prepare<[number, number], number>('SELECT id FROM runs WHERE id > ? AND id < ? LIMIT 1').pluck()
  const dropBlock = db.prepare<[number]>('DELETE FROM blocks WHERE block = ?')
  const nextGone = db.prepare<[], number>(`SELECT s.id FROM sources s WHERE ${IS_GONE} ORDER BY s.id LIMIT 1`).pluck()
  const markRemoved = db.prepare<[number, number]>(
    'UPDATE sources SET removed_us = ?, file_path = NULL, address = NULL WHERE id = ?',
  )
  const meta = createMetaWriter(db)
  const dropSource = db.prepare<[number]>('DELETE FROM sources WHERE id = ?')

  return {
    markGone: (sourceId: number, nowUs: number): void => {
      // Its file may be added again at once, as a new source.
      markRemoved.run(nowUs, sourceId)
      meta.set(goneKey(sourceId), nowUs)
    },
    nextGone: (): number | null => nextGone.get() ?? null,
    streams: (sourceId: number) => streams.all(sourceId),
    firstRun: (after: number, before: number): number | null => firstRun.get(after, before) ?? null,
    dropBlock: (block: number): void => {
      dropBlock.run(block)
    },
    trendTables: (sourceId: number): TrendTable[] => [
      trendTable(db, 'rollups', 'target_id', new Set([...targets.all(sourceId), ...streamTotals.all(sourceId)])),
      trendTable(db, 'group_rollups', 'group_id', new Set(groups.all(sourceId))),
    ],
    /** Each deletes at most so many rows of a source and answers how many; to be called until that is 0, in order. */
    steps: [
      each(
        'SELECT id FROM error_groups WHERE source_id = ? LIMIT ?',
        'DELETE FROM group_targets WHERE group_id = ?',
        'DELETE FROM error_groups WHERE id = ?',
      ),
      each(
        'SELECT t.id FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ? LIMIT ?',
        'DELETE FROM target_recent WHERE target_id = ?',
        'DELETE FROM targets WHERE id = ?',
      ),
      rows(ofSource('apps')),
      rows(ofEpochs('blocking_events')),
      rows(ofEpochs('sessions')),
      each(
        'SELECT st.id FROM epochs e JOIN streams st ON st.epoch_id = e.id WHERE e.source_id = ? LIMIT ?',
        'DELETE FROM coverage WHERE stream_id = ?',
        'DELETE FROM streams WHERE id = ?',
      ),
      each(
        'SELECT id FROM epochs WHERE source_id = ? LIMIT ?',
        'DELETE FROM foreign_targets WHERE epoch_id = ?',
        'DELETE FROM anchors WHERE epoch_id = ?',
        'DELETE FROM epochs WHERE id = ?',
      ),
      each(
        'SELECT id FROM incidents WHERE source_id = ? LIMIT ?',
        'DELETE FROM notices WHERE incident_id = ?',
        'DELETE FROM incidents WHERE id = ?',
      ),
      rows(
        `DELETE FROM recent_keys WHERE (source_id, key) IN
           (SELECT source_id, key FROM recent_keys WHERE source_id = ? LIMIT ?)`,
      ),
    ],
    dropSource: (sourceId: number): number => {
      meta.remove(goneKey(sourceId))
      return dropSource.run(sourceId).changes
    },
  }
}

function trendTable(db: Database, table: string, column: string, owners: ReadonlySet<number>): TrendTable {
  const next = db.prepare<[number, number, number, number], TrendKey>(
    `SELECT resolution, bucket, ${column} AS owner FROM ${table}
     WHERE (resolution, bucket, ${column}) > (?, ?, ?) ORDER BY resolution, bucket, ${column} LIMIT ?`,
  )
  const erase = db.prepare<[number, number, number]>(
    `DELETE FROM ${table} WHERE resolution = ? AND bucket = ? AND ${column} = ?`,
  )
  let last: TrendKey = { resolution: -1, bucket: 0, owner: 0 }
  let atEnd = false
  return {
    atEnd: () => atEnd,
    eraseNext: (limit) => {
      const found = next.all(last.resolution, last.bucket, last.owner, limit)
      const own = found.filter(({ owner }) => owners.has(owner))
      for (const { resolution, bucket, owner } of own) erase.run(resolution, bucket, owner)
      last = found.at(-1) ?? last
      atEnd = found.length < limit
      return own.length
    },
  }
}
