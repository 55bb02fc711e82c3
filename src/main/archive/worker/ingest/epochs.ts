import type { HassetteReader } from '@main/sources/hassette-file/reader'
import { TIERS } from '@shared/run'
import type { Tier } from '@shared/run'
import type { Writable } from '../core/database'
import { SESSIONS } from '../core/ids'
import { ANCHOR_KINDS } from '../../batch'
import type { Anchor } from '../../batch'
import { encodeUid } from '../core/execution-id'

/** Ids below the cursor that one statement goes through in search of a row of a tier; some 20 ms at most. */
const SPAN = 20_000

/**
 * How an epoch began: `first` of its source, `recreated` = another file lay in the place of the one before, `attached` =
 * a file that was read beside it.
 */
export const EPOCH_REASONS = ['first', 'recreated', 'attached'] as const

/** One life of a source's file, and the place up to which it was read. */
export interface Epoch {
  id: number
  reason: (typeof EPOCH_REASONS)[number]
  lastForeignId: number
  /** Runs with ids up to this one may be known from an earlier epoch: a backup that was put back. */
  maybeKnownUpTo: number
}

interface Epochs {
  newest(sourceId: number): Epoch | null
  /** Whether a file is still the one that an epoch was read from; without evidence it is not. */
  isSame(epoch: Epoch, reader: HassetteReader): boolean
  /**
   * The epoch that the file is in; a new one when the file was made anew or put back. Then `onRecreated` is called with
   * its id, in the transaction that adds it.
   */
  of(sourceId: number, reader: HassetteReader, nowUs: number, onRecreated: (epochId: number) => void): Epoch
  /** Whether any session of the file was known before this epoch: a backup that was put back, not a file made anew. */
  continuesEarlier(sourceId: number, epoch: Epoch, reader: HassetteReader): boolean
  /** Keeps by which sessions the file is known again. */
  noteSessions(epochId: number, reader: HassetteReader): void
}

/** What the rows of one kind say. */
type Verdict = 'same' | 'other' | 'unknown'

export function createEpochs(db: Writable): Epochs {
  const anchors = createAnchors(db)
  const select = db.prepare<[number], Epoch>(
    `SELECT id, reason, last_foreign_id AS lastForeignId,
       (SELECT coalesce(max(earlier.last_foreign_id), 0) FROM epochs earlier
        WHERE earlier.source_id = e.source_id AND earlier.id < e.id) AS maybeKnownUpTo
     FROM epochs e WHERE source_id = ? ORDER BY id DESC LIMIT 1`,
  )
  // Lines of before are fetched with their run; see run-logs.ts.
  const insert = db.prepare<[number, number, string, number]>(
    'INSERT INTO epochs (source_id, first_seen_us, reason, last_log_id) VALUES (?, ?, ?, ?)',
  )
  const selectEarlierSession = db
    .prepare<[number, number, number, number], number>(
      `SELECT x.id FROM ${SESSIONS}
       WHERE e.source_id = ? AND e.id < ? AND x.foreign_id = ? AND x.started_us = ?`,
    )
    .pluck()
  const newest = (sourceId: number): Epoch | null => select.get(sourceId) ?? null

  const add = db.transaction(
    (sourceId: number, nowUs: number, newestLogId: number, onRecreated: ((epochId: number) => void) | null) => {
      const { lastInsertRowid } = insert.run(sourceId, nowUs, onRecreated ? 'recreated' : 'first', newestLogId)
      onRecreated?.(Number(lastInsertRowid))
      const made = newest(sourceId)
      if (!made) throw new Error('an epoch that was just added is not there')
      return made
    },
  ).immediate
  const keep = db.transaction((epochId: number, sessions: Anchor[]) => anchors.add(epochId, sessions)).immediate

  const runVerdict = ({ id, lastForeignId }: Epoch, reader: HassetteReader): Verdict => {
    const stored = anchors.run(id, lastForeignId)
    const row = stored && reader.anchorAt('run', lastForeignId)
    if (row) return isAnchor(row, stored) ? 'same' : 'other'
    const verdicts = TIERS.map((tier) => tierVerdict(lastForeignId, { tier, stored: anchors.of(id, tier) }, reader))
    return (['other', 'same'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'unknown'
  }

  const isSame = (epoch: Epoch, reader: HassetteReader): boolean => {
    // Numbers are given out again: rows at or below the cursor would never be read.
    if (reader.sequence() < epoch.lastForeignId) return false
    const sessions = anchors.of(epoch.id, 'session')
    const verdicts = [runVerdict(epoch, reader), sessionVerdict(sessions, reader)]
    if (verdicts.includes('other')) return false
    if (verdicts.includes('same')) return true
    // What nothing was read of can be continued by any file.
    return sessions.length === 0 && TIERS.every((tier) => anchors.of(epoch.id, tier).length === 0)
  }

  return {
    newest,
    isSame,
    of: (sourceId, reader, nowUs, onRecreated) => {
      const known = newest(sourceId)
      if (known && isSame(known, reader)) return known
      return add(sourceId, nowUs, reader.newestLogId(), known && onRecreated)
    },
    continuesEarlier: (sourceId, epoch, reader) =>
      reader
        .parents()
        .sessions.some(
          ({ foreignId, startedUs }) =>
            selectEarlierSession.get(sourceId, epoch.id, foreignId, startedUs) !== undefined,
        ),
    noteSessions: (epochId, reader) => keep(epochId, reader.newestSessions(ANCHORS_KEPT)),
  }
}

interface TierAnchors {
  tier: Tier
  /** Newest first. */
  stored: StoredAnchor[]
}

/**
 * The nearest run below the cursor that both have decides. Older ones say nothing: a backup that was put back and went
 * on agrees in what it had. What was read has no hole: a row in its midst that was not read is of another file.
 */
function tierVerdict(cursor: number, { tier, stored }: TierAnchors, reader: HassetteReader): Verdict {
  const oldest = stored.length < ANCHORS_KEPT ? 1 : (stored.at(-1)?.foreignId ?? 1)
  const from = Math.max(oldest, cursor - SPAN + 1)
  const row = reader.newestRunIn(tier, from, cursor)
  if (row) return stored.some((each) => each.foreignId === row.foreignId && isAnchor(row, each)) ? 'same' : 'other'
  return firstOfBoth(
    stored.filter(({ foreignId }) => foreignId < from),
    (foreignId) => reader.anchorAt('run', foreignId),
  )
}

function sessionVerdict(stored: StoredAnchor[], reader: HassetteReader): Verdict {
  return firstOfBoth(stored, (foreignId) => reader.anchorAt('session', foreignId))
}

function firstOfBoth(stored: StoredAnchor[], find: (foreignId: number) => Anchor | null): Verdict {
  for (const each of stored) {
    const row = find(each.foreignId)
    if (row) return isAnchor(row, each) ? 'same' : 'other'
  }
  return 'unknown'
}

/**
 * Anchors kept of each kind in an epoch. Hassette deletes the oldest rows first and those of the framework before those
 * of apps, so that a run at the cursor is nearly always there; where none of these is, sessions are.
 */
const ANCHORS_KEPT = 32

/** An anchor as the archive has it. */
interface StoredAnchor extends Omit<Anchor, 'uid'> {
  uid: Uint8Array | null
}

/** By what the file of an epoch is known again: its newest rows of each kind that were read, without a hole. */
interface Anchors {
  /** Adds rows of an epoch, given in order, and drops the oldest beyond `ANCHORS_KEPT`; within a transaction. */
  add(epochId: number, anchors: readonly Anchor[]): void
  /** The run of an id; null when none is kept. */
  run(epochId: number, foreignId: number): StoredAnchor | null
  /** Those of a kind, newest first. */
  of(epochId: number, kind: Anchor['kind']): StoredAnchor[]
}

export function createAnchors(db: Writable): Anchors {
  const add = db.prepare<[number, string, number, Uint8Array | null, number]>(
    'INSERT OR IGNORE INTO anchors (epoch_id, kind, foreign_id, uid, started_us) VALUES (?, ?, ?, ?, ?)',
  )
  const trim = db.prepare<[{ epochId: number; kind: string }]>(
    `DELETE FROM anchors WHERE epoch_id = @epochId AND kind = @kind AND foreign_id <=
       (SELECT foreign_id FROM anchors WHERE epoch_id = @epochId AND kind = @kind
        ORDER BY foreign_id DESC LIMIT 1 OFFSET ${ANCHORS_KEPT})`,
  )
  const select = db.prepare<[number, string], StoredAnchor>(
    `SELECT kind, foreign_id AS foreignId, uid, started_us AS startedUs FROM anchors
     WHERE epoch_id = ? AND kind = ? ORDER BY foreign_id DESC`,
  )

  const selectRun = db.prepare<[number, number], StoredAnchor>(
    `SELECT kind, foreign_id AS foreignId, uid, started_us AS startedUs FROM anchors
     WHERE epoch_id = ? AND kind IN ('app', 'framework') AND foreign_id = ?`,
  )

  return {
    add: (epochId, anchors) => {
      for (const kind of ANCHOR_KINDS) {
        const newest = anchors.filter((anchor) => anchor.kind === kind).slice(-ANCHORS_KEPT)
        for (const { foreignId, uid, startedUs } of newest) {
          add.run(epochId, kind, foreignId, uid === null ? null : encodeUid(uid), startedUs)
        }
        if (newest.length > 0) trim.run({ epochId, kind })
      }
    },
    run: (epochId, foreignId) => selectRun.get(epochId, foreignId) ?? null,
    of: (epochId, kind) => select.all(epochId, kind),
  }
}

/** Whether a row of the file is the one that was read under its number. */
function isAnchor(row: Anchor, stored: StoredAnchor): boolean {
  if (row.startedUs !== stored.startedUs) return false
  if (row.uid === null || stored.uid === null) return row.uid === stored.uid
  return Buffer.compare(encodeUid(row.uid), stored.uid) === 0
}
