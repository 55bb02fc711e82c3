import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import type { AppendRole } from '../../batch'

/** A stream that is appended to. */
export interface Stream {
  id: number
  /** Sequence of its newest run; 0 before the first. */
  lastSequence: number
}

/** From the first start to the last finish of some runs, microseconds. */
export interface Reach {
  fromUs: number
  toUs: number
}

/** The streams of one epoch in one role, and how far each reaches. */
export interface Streams {
  /** The stream of a tier; made if need be. Within a transaction. */
  of(tier: Tier): Stream
  /** Notes its newest run. */
  move(stream: Stream): void
  /** Notes what it covers: `runs` are kept, `trends` are counted only. */
  extend(stream: Stream, kind: 'runs' | 'trends', reach: Reach): void
  /** Forgets everything kept in memory. */
  forget(): void
}

export function createStreams(db: Database, epochId: number, role: AppendRole): Streams {
  const find = db.prepare<[number, Tier], Stream>(
    `SELECT id, last_sequence AS lastSequence FROM streams WHERE epoch_id = ? AND tier = ? AND role = 'live'`,
  )
  const add = db.prepare<[number, Tier, AppendRole]>(`INSERT INTO streams (epoch_id, tier, role) VALUES (?, ?, ?)`)
  const move = db.prepare<[number, number]>('UPDATE streams SET last_sequence = ? WHERE id = ?')
  const extend = db.prepare<[number, number, number, string]>(
    `UPDATE coverage SET from_us = min(from_us, ?), to_us = max(to_us, ?) WHERE stream_id = ? AND kind = ?`,
  )
  const cover = db.prepare<[number, string, number, number]>(
    `INSERT INTO coverage (stream_id, kind, from_us, to_us) VALUES (?, ?, ?, ?)`,
  )
  const streams = new Map<Tier, Stream>()

  return {
    of: (tier) => {
      const known = streams.get(tier)
      if (known) return known
      // Runs of a backfill would stand before those of an earlier one, so it never goes on with a stream.
      const found = role === 'live' ? find.get(epochId, tier) : undefined
      const stream = found ?? { id: Number(add.run(epochId, tier, role).lastInsertRowid), lastSequence: 0 }
      streams.set(tier, stream)
      return stream
    },
    move: ({ id, lastSequence }) => {
      move.run(lastSequence, id)
    },
    extend: ({ id }, kind, { fromUs, toUs }) => {
      if (extend.run(fromUs, toUs, id, kind).changes === 0) cover.run(id, kind, fromUs, toUs)
    },
    forget: () => streams.clear(),
  }
}
