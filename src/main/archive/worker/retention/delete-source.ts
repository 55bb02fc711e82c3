import type { Tier } from '@shared/run'
import type { Writable } from '../core/database'
import { BLOCK_SIZE, blockOf, idsOfBlock, runId, STREAMS } from '../core/ids'
import { createMetaWriter, goneKey, IS_GONE } from '../core/meta'
import type { CallContext } from '../core/serve'
import { createRunErasure } from '../derived/failures'
import type { WriterMemory } from '../derived/writer-memory'
import { createArchiveSize, PAUSE_MS, shrink, KEPT_FREE } from './size'
import { createRetentionLog } from './retention-log'

/** Deletes sources with everything that is theirs. */
interface SourceDeletion {
  /** From now on the source is gone for everybody; its rows go with `finish`. Within a transaction. */
  begin(sourceId: number, nowUs: number): void
  /**
   * Deletes the rows of all sources that are gone, a short transaction at a time; what is cut short goes on with the
   * next call, also after a restart. One at a time: who comes second waits for the first.
   */
  finish(context: Pick<CallContext, 'pause'>): Promise<void>
}

export function createSourceDeletion(db: Writable, memory: WriterMemory): SourceDeletion {
  const erasure = prepareSourceErasure(db)
  const eraseRuns = createRunErasure(db)
  const size = createArchiveSize(db)
  const log = createRetentionLog(db)
  let going: Promise<void> | null = null

  const atOnce = db.transaction((step: () => number): number => step()).immediate

  const eraseBlock = (block: number): number => {
    const { first, last } = idsOfBlock(block)
    const runs = eraseRuns(first, last)
    erasure.dropBlock(block)
    return runs
  }

  const eraseRunsOf = async (streamId: number, context: Pick<CallContext, 'pause'>): Promise<number> => {
    let runs = 0
    for (let block = nextBlock(streamId); block !== null; block = nextBlock(streamId)) {
      const going = block
      runs += atOnce(() => eraseBlock(going))
      await context.pause(PAUSE_MS)
    }
    return runs
  }

  const nextBlock = (streamId: number): number | null => {
    const id = erasure.firstRun(runId(streamId, 0), runId(streamId + 1, 0))
    return id === null ? null : blockOf(id)
  }

  /** Rows of trends lie by time, not by source: all are looked through, a slice a transaction. */
  const eraseTrends = async (sourceId: number, context: Pick<CallContext, 'pause'>): Promise<void> => {
    for (const table of erasure.trendTables(sourceId)) {
      while (!table.atEnd()) {
        atOnce(() => table.eraseNext(BLOCK_SIZE))
        await context.pause(PAUSE_MS)
      }
    }
  }

  const erase = async (sourceId: number, context: Pick<CallContext, 'pause'>): Promise<void> => {
    const [atUs, began, bytesBefore] = [Date.now() * 1000, performance.now(), size.bytes()]
    const runs: Record<Tier, number> = { app: 0, framework: 0 }
    for (const { id, tier } of erasure.streams(sourceId)) runs[tier] += await eraseRunsOf(id, context)
    await eraseTrends(sourceId, context)
    for (const step of erasure.steps) {
      while (atOnce(() => step(sourceId, BLOCK_SIZE)) > 0) await context.pause(PAUSE_MS)
    }
    atOnce(() => erasure.dropSource(sourceId))
    memory.forget()
    await shrink(db, size, KEPT_FREE, context)
    log.write({
      atUs,
      durationUs: Math.round((performance.now() - began) * 1000),
      reason: 'source_removed',
      bound: null,
      runs: runs.app + runs.framework,
      frameworkRuns: runs.framework,
      bytesBefore,
      bytesAfter: size.bytes(),
      upToUs: null,
      cancelled: false,
    })
  }

  const eraseAll = async (context: Pick<CallContext, 'pause'>): Promise<void> => {
    for (let id = erasure.nextGone(); id !== null; id = erasure.nextGone()) await erase(id, context)
  }

  return {
    begin: (sourceId, nowUs) => {
      // Counts that wait in memory would otherwise be written after their targets are gone.
      memory.trends.flush()
      erasure.markGone(sourceId, nowUs)
    },
    finish: async (context) => {
      while (going) await going.catch(() => undefined)
      going = eraseAll(context).finally(() => (going = null))
      return going
    },
  }
}

/** One of the tables of trends, gone through from its beginning. */
interface TrendTable {
  /** Looks at the next rows and deletes those of the source; returns how many. */
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
function prepareSourceErasure(db: Writable) {
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
  const streamTotals = all(`SELECT -st.id FROM ${STREAMS} WHERE e.source_id = ?`)
  const groups = all('SELECT id FROM error_groups WHERE source_id = ?')
  const streams = db.prepare<[number], { id: number; tier: Tier }>(
    `SELECT st.id, st.tier FROM ${STREAMS} WHERE e.source_id = ?`,
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
    /** Each deletes at most `limit` rows of a source and returns how many; to be called until that is 0, in order. */
    steps: [
      each(
        'SELECT id FROM error_groups WHERE source_id = ? LIMIT ?',
        'DELETE FROM group_targets WHERE group_id = ?',
        'DELETE FROM error_groups WHERE id = ?',
      ),
      each(
        'SELECT t.id FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ? LIMIT ?',
        'DELETE FROM target_recent WHERE target_id = ?',
        'DELETE FROM target_states WHERE target_id = ?',
        'DELETE FROM targets WHERE id = ?',
      ),
      rows(ofSource('apps')),
      rows(ofEpochs('blocking_events')),
      rows(ofEpochs('sessions')),
      each(
        `SELECT st.id FROM ${STREAMS} WHERE e.source_id = ? LIMIT ?`,
        'DELETE FROM coverage WHERE stream_id = ?',
        'DELETE FROM streams WHERE id = ?',
      ),
      each(
        'SELECT id FROM epochs WHERE source_id = ? LIMIT ?',
        'DELETE FROM anchors WHERE epoch_id = ?',
        'DELETE FROM epochs WHERE id = ?',
      ),
      each(
        'SELECT id FROM incidents WHERE source_id = ? LIMIT ?',
        'DELETE FROM notifications WHERE incident_id = ?',
        'DELETE FROM incidents WHERE id = ?',
      ),
      rows(
        `DELETE FROM mutes WHERE (source_id, kind, muted_id) IN
           (SELECT source_id, kind, muted_id FROM mutes WHERE source_id = ? LIMIT ?)`,
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

function trendTable(db: Writable, table: string, column: string, owners: ReadonlySet<number>): TrendTable {
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
