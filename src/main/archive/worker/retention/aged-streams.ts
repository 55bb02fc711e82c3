import { DAY_US } from '@main/util/time'
import type { Limits } from '@shared/storage'
import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { blockOf, runId } from '../core/ids'
import { pastTerm } from './expiry'
import type { AgedBlock, CutBlock } from './expiry'

/** A stream as the retention sees it. */
export interface AgedStream {
  id: number
  tier: Tier
  sourceId: number
  /** Its runs have a term; those of snapshots, of the sample and of removed sources have none. */
  hasTerm: boolean
  /** When the next epoch of its source was first seen, microseconds: its runs were read before. Null = it is the newest. */
  nextEpochUs: number | null
}

/** What the zone map tells of the age of runs, for passes and for what they would do. */
export interface AgedStreams {
  /** Every stream. */
  list(): AgedStream[]
  /** Blocks of a stream, in order of ids. */
  blocksOf(stream: AgedStream): AgedBlock[]
  /** Blocks of live sources that may hold runs past their term, oldest first. */
  pastTerm(limits: Limits, nowUs: number): CutBlock[]
}

/** Works on either connection. */
export function createAgedStreams(db: Database): AgedStreams {
  const selectStreams = db.prepare<[], Omit<AgedStream, 'hasTerm'> & { hasTerm: number }>(
    `SELECT st.id, st.tier, e.source_id AS sourceId, s.mode = 'live' AND s.removed_us IS NULL AS hasTerm,
       (SELECT min(later.first_seen_us) FROM epochs later
        WHERE later.source_id = e.source_id AND later.id > e.id) AS nextEpochUs
     FROM streams st JOIN epochs e ON e.id = st.epoch_id JOIN sources s ON s.id = e.source_id ORDER BY st.id`,
  )
  const selectBlocks = db.prepare<[number, number], AgedBlock>(
    `SELECT block, n, bytes, min_start_us AS minStartUs, max_start_us AS maxStartUs, max_end_us AS maxEndUs
     FROM blocks WHERE block BETWEEN ? AND ? ORDER BY block`,
  )
  const list = (): AgedStream[] => selectStreams.all().map((stream) => ({ ...stream, hasTerm: stream.hasTerm === 1 }))
  const blocksOf = ({ id }: AgedStream): AgedBlock[] =>
    selectBlocks.all(blockOf(runId(id, 0)), blockOf(runId(id + 1, 0)) - 1)

  return {
    list,
    blocksOf,
    pastTerm: (limits, nowUs) =>
      list()
        .filter((stream) => stream.hasTerm)
        .flatMap((stream) =>
          pastTerm(blocksOf(stream), termOf(limits, stream.tier, nowUs), nowUs, stream.nextEpochUs ?? nowUs),
        )
        .sort((a, b) => a.block.minStartUs - b.block.minStartUs),
  }
}

/** The start before which runs of live sources go, microseconds. */
export function termOf(limits: Limits, tier: Tier, nowUs: number): number {
  return nowUs - (tier === 'app' ? limits.retentionDays : limits.frameworkRetentionDays) * DAY_US
}
