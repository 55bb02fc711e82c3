import { DAY_US } from '@shared/time'
import type { Tier } from '@shared/run'
import type { Limits } from '@shared/storage'
import type { Readable } from '../core/database'
import { idsOfBlock, blocksOfStream } from '../core/ids'
import type { TrustedTime } from './trusted-time'

/** Which runs of a block are to go. All times in microseconds. */
export interface Cut {
  /** Those that started before. */
  beforeUs: number
  /** Those that claim to start later than now, too: they were read so long ago that their clock must have been wrong. */
  future: boolean
  /** A run of a session that began since `beforeUs` stays, whatever its own clock said. */
  sparesSessions: boolean
  nowUs: number
}

/** What the zone map says of a block, as far as it matters for its age. Times in microseconds. */
export interface AgedBlock {
  block: number
  n: number
  bytes: number
  minStartUs: number
  maxStartUs: number
  maxEndUs: number
}

/** A block of which some runs may have to go. */
export interface CutBlock {
  block: AgedBlock
  cut: Cut
}

/**
 * Blocks of one stream (in order of ids) that may hold runs past their term. A run counts from its start, or from when it
 * was read if that is earlier. That time is not kept for each run, but runs arrive in order: one that claims to start in
 * the future was read before the next block ended, and before `readBeforeUs`.
 */
function pastTerm(blocks: readonly AgedBlock[], beforeUs: number, nowUs: number, readBeforeUs: number): CutBlock[] {
  const found: CutBlock[] = []
  let readUs = Math.min(nowUs, readBeforeUs)
  for (const block of blocks.toReversed()) {
    const future = block.maxStartUs > nowUs && readUs < beforeUs
    if (block.minStartUs < beforeUs || future) {
      found.push({ block, cut: { beforeUs, future, sparesSessions: true, nowUs } })
    }
    readUs = Math.min(readUs, block.maxEndUs)
  }
  return found.reverse()
}

/**
 * The start before which runs go so that about `bytes` are freed, by the zone map alone: the runs of a block are taken to
 * lie evenly between its first and last start. `Infinity` when all of them are not enough.
 */
export function cutOffFor(blocks: readonly AgedBlock[], bytes: number): number {
  const freedBefore = (cutUs: number): number =>
    blocks.reduce((sum, block) => sum + block.bytes * shareBefore(block, cutUs), 0)
  let low = Math.min(...blocks.map((block) => block.minStartUs))
  let high = Math.max(...blocks.map((block) => block.maxStartUs)) + 1
  if (blocks.length === 0 || freedBefore(high) <= bytes) return Infinity
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (freedBefore(middle) < bytes) low = middle
    else high = middle
  }
  return high
}

/** Which share of a block's runs started before, by its first and last start. */
export function shareBefore({ minStartUs, maxStartUs }: AgedBlock, cutUs: number): number {
  if (cutUs <= minStartUs) return 0
  if (cutUs > maxStartUs) return 1
  return (cutUs - minStartUs) / (maxStartUs - minStartUs + 1)
}

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
interface AgedStreams {
  /** Every stream. */
  list(): AgedStream[]
  /** Blocks of a stream, in order of ids. */
  blocksOf(stream: AgedStream): AgedBlock[]
  /** Blocks of live sources that may hold runs past their term, oldest first. */
  pastTerm(limits: Limits, nowUs: number): CutBlock[]
}

/** Works on either connection. */
export function createAgedStreams(db: Readable): AgedStreams {
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
  const blocksOf = ({ id }: AgedStream): AgedBlock[] => selectBlocks.all(...blocksOfStream(id))

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
function termOf(limits: Limits, tier: Tier, nowUs: number): number {
  return nowUs - (tier === 'app' ? limits.retentionDays : limits.frameworkRetentionDays) * DAY_US
}

/** A run that is to go. */
export interface ExpiredRun {
  id: number
  targetId: number
  startedUs: number
  groupId: number | null
}

/** Which runs of a block are to go; the one place that says so. */
interface ExpiredRuns {
  /** In order of ids, at most `limit`. */
  list(block: number, cut: Cut, limit: number): ExpiredRun[]
  count(block: number, cut: Cut): number
}

interface Choice {
  first: number
  last: number
  beforeUs: number
  nowUs: number
  future: number
  spares: number
}

// A session that claims to begin in the future spares nothing: else a wrong clock would keep its runs for ever.
const GOES = `r.id BETWEEN @first AND @last AND (r.started_us < @beforeUs OR (@future AND r.started_us > @nowUs))
  AND NOT (@spares AND EXISTS (SELECT 1 FROM sessions s
    WHERE s.id = r.session_id AND s.started_us >= @beforeUs AND s.started_us <= @nowUs))`

export function createExpiredRuns(db: Readable): ExpiredRuns {
  const select = db.prepare<[Choice & { limit: number }], ExpiredRun>(
    `SELECT r.id, r.target_id AS targetId, r.started_us AS startedUs, r.group_id AS groupId FROM runs r
     WHERE ${GOES} ORDER BY r.id LIMIT @limit`,
  )
  const count = db.prepare<[Choice], number>(`SELECT count(*) FROM runs r WHERE ${GOES}`).pluck()
  return {
    list: (block, cut, limit) => select.all({ ...choiceOf(block, cut), limit }),
    count: (block, cut) => count.get(choiceOf(block, cut)) ?? 0,
  }
}

function choiceOf(block: number, { beforeUs, nowUs, future, sparesSessions }: Cut): Choice {
  return {
    ...idsOfBlock(block),
    beforeUs: Number.isFinite(beforeUs) ? beforeUs : Number.MAX_SAFE_INTEGER,
    nowUs,
    future: future ? 1 : 0,
    spares: sparesSessions ? 1 : 0,
  }
}

/** The limits in force, for all that write the archive. */
export interface Expiry {
  set(limits: Limits): void
  /**
   * Runs of a source that started before are past their term, microseconds; null where they have none, and while our
   * clock cannot be believed: what is only counted can never be read again.
   */
  keepsFrom(sourceId: number, tier: Tier): number | null
}

/** Before the first `set` everything is kept. */
export function createExpiry(db: Readable, time: Pick<TrustedTime, 'look'>): Expiry {
  const selectLive = db
    .prepare<[number], number>(`SELECT 1 FROM sources WHERE id = ? AND mode = 'live' AND removed_us IS NULL`)
    .pluck()
  let limits: Limits | null = null

  return {
    set: (changed) => {
      limits = changed
    },
    keepsFrom: (sourceId, tier) => {
      if (limits === null || selectLive.get(sourceId) === undefined) return null
      const { nowUs, waits } = time.look()
      return waits === null ? termOf(limits, tier, nowUs) : null
    },
  }
}
