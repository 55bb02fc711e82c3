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
export function pastTerm(
  blocks: readonly AgedBlock[],
  beforeUs: number,
  nowUs: number,
  readBeforeUs: number,
): CutBlock[] {
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
