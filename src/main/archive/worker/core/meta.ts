import type { Readable, Writable } from './database'

/** Keys of the table `meta`. Times in microseconds, unless said otherwise. */
export const META = {
  /**
   * Start of the oldest minute (hour) of which every row is there, seconds: rows of older ones were deleted, and what
   * stands there came later and is not whole. Absent while none was deleted.
   */
  minutesFrom: 'trends.minute.from',
  hoursFrom: 'trends.hour.from',
  /** When the next pass of each rule is due. */
  timeDue: 'retention.time.due',
  sizeDue: 'retention.size.due',
  /** The limit, MB, that the archive was over when nothing was left to go; 0 = it is not. */
  tooSmallMb: 'retention.too_small_mb',
  /** What our clock said at the last starts, as JSON. */
  clockStarts: 'clock.starts',
  /** How far our clock is ahead of what may be taken for now. */
  clockAhead: 'clock.ahead',
  /** Why nothing is deleted by its age, as JSON; absent while it is. */
  timeWaits: 'retention.time.waits',
  /** The mark of the migration that made the archive, see `markOf`. */
  firstMigration: 'schema.first',
  /** What the alerts remember, as JSON. */
  alerts: 'alerts',
} as const

/** Key of the first hour of a source whose expected starts are not counted, seconds. */
export function expectedKey(sourceId: number): string {
  return `trends.expected.${sourceId}`
}

const GONE = 'source.gone.'

/** Key that stands while the rows of a source are being deleted. */
export function goneKey(sourceId: number): string {
  return GONE + String(sourceId)
}

/** SQL: whether a source (alias `s`) is gone, its rows being deleted. */
export const IS_GONE = `EXISTS (SELECT 1 FROM meta WHERE k = '${GONE}' || s.id)`

/** Reads `meta`; on either connection. */
export interface MetaReader {
  number(key: string): number | undefined
  text(key: string): string | undefined
}

export function createMetaReader(db: Readable): MetaReader {
  const get = db.prepare<[string], number | string>('SELECT v FROM meta WHERE k = ?').pluck()
  return {
    number: (key) => {
      const value = get.get(key)
      return typeof value === 'number' ? value : undefined
    },
    text: (key) => {
      const value = get.get(key)
      return typeof value === 'string' ? value : undefined
    },
  }
}

/** Reads and writes `meta`; a caller that changes several rows opens the transaction. */
export interface MetaWriter extends MetaReader {
  set(key: string, value: number | string): void
  remove(key: string): void
}

export function createMetaWriter(db: Writable): MetaWriter {
  const set = db.prepare<[string, number | string]>(
    'INSERT INTO meta (k, v) VALUES (?, ?) ON CONFLICT (k) DO UPDATE SET v = excluded.v',
  )
  const remove = db.prepare<[string]>('DELETE FROM meta WHERE k = ?')
  return {
    ...createMetaReader(db),
    set: (key, value) => void set.run(key, value),
    remove: (key) => void remove.run(key),
  }
}
