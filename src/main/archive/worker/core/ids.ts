/** Arithmetic of run ids: id = stream · 2^40 + sequence. Never with bit operators, which cut at 32 bits. */

const SEQUENCES = 2 ** 40

/** Ids of one block of the zone map. */
export const BLOCK_SIZE = 4096

/** Id of a run; sequences begin at 1, so that 0 means "before the first". */
export function runId(stream: number, sequence: number): number {
  return stream * SEQUENCES + sequence
}

export function streamOf(id: number): number {
  return Math.floor(id / SEQUENCES)
}

export function sequenceOf(id: number): number {
  return id % SEQUENCES
}

export function blockOf(id: number): number {
  return Math.floor(id / BLOCK_SIZE)
}

/** First and last id that can lie in a block. */
export function idsOfBlock(block: number): { first: number; last: number } {
  return { first: block * BLOCK_SIZE, last: block * BLOCK_SIZE + BLOCK_SIZE - 1 }
}
