import { STREAM_SIZE } from '@shared/run'

/** Arithmetic of run ids; see `STREAM_SIZE`. */

/** Ids of one block of the zone map. */
export const BLOCK_SIZE = 4096

/** Id of a run; sequences begin at 1, so that 0 means "before the first". */
export function runId(stream: number, sequence: number): number {
  return stream * STREAM_SIZE + sequence
}

export function streamOf(id: number): number {
  return Math.floor(id / STREAM_SIZE)
}

export function sequenceOf(id: number): number {
  return id % STREAM_SIZE
}

export function blockOf(id: number): number {
  return Math.floor(id / BLOCK_SIZE)
}

/** First and last id that can lie in a block. */
export function idsOfBlock(block: number): { first: number; last: number } {
  return { first: block * BLOCK_SIZE, last: block * BLOCK_SIZE + BLOCK_SIZE - 1 }
}

/** First and last block that can hold runs of a stream. */
export function blocksOfStream(stream: number): [first: number, last: number] {
  return [blockOf(runId(stream, 0)), blockOf(runId(stream + 1, 0)) - 1]
}

/** SQL: streams (`st`), each with the life of its source's file (`e`) that it belongs to. */
export const STREAMS = 'epochs e JOIN streams st ON st.epoch_id = e.id'

/** SQL: sessions (`x`), each with the life of its source's file (`e`) that it belongs to. */
export const SESSIONS = 'epochs e JOIN sessions x ON x.epoch_id = e.id'
