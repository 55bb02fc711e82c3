import { sequenceOf } from '../../core/ids'
import type { Place } from './page-token'
import type { StoredRun } from './block-statements'
import type { Blocks, Stretch } from './blocks'
import type { Wanted } from './filter'

/** What a walk over the streams found. */
export interface Walk {
  /** In the direction of the walk. */
  runs: StoredRun[]
  /** Where the walk ended. */
  end: Place
  /** Nothing wanted lies beyond. */
  exhausted: boolean
}

export interface WalkInput {
  blocks: Blocks
  wanted: Wanted
  direction: 'older' | 'newer'
  from: Place
  /** Last sequence of each stream. */
  last: ReadonlyMap<number, number>
  limit: number
  /** Called between two statements. */
  breathe: () => Promise<void>
}

/**
 * Merges the streams by finish, id as tie-break, from a place on. Within a stream the order of ids holds whatever its
 * clock said, so that a place is a vector and nothing is lost or met twice, in either direction.
 */
export async function walk(input: WalkInput): Promise<Walk> {
  const { wanted, direction, from, last, limit, breathe } = input
  const heads = wanted.streams.map((stream) => createHead(input, stretchOf(stream, direction, from, last)))
  for (const head of heads) await head.fill(breathe)
  const runs: StoredRun[] = []
  while (runs.length < limit) {
    let best: Head | null = null
    for (const head of heads) {
      if (head.current() && (best === null || comesFirst(head.current(), best.current(), direction))) best = head
    }
    const run = best?.current()
    if (!best || !run) break
    runs.push(run)
    await best.advance(breathe)
  }
  const end = new Map(heads.map((head) => [head.stretch.stream, head.place()]))
  return { runs, end, exhausted: heads.every((head) => head.current() === undefined) }
}

/** The rest of a stream in a direction. */
function stretchOf(
  stream: number,
  direction: 'older' | 'newer',
  from: Place,
  last: ReadonlyMap<number, number>,
): Stretch {
  const place = from.get(stream) ?? 0
  return direction === 'older' ? { stream, from: 1, to: place } : { stream, from: place + 1, to: last.get(stream) ?? 0 }
}

function comesFirst(a: StoredRun | undefined, b: StoredRun | undefined, direction: 'older' | 'newer'): boolean {
  if (!a || !b) return a !== undefined
  const byEnd = a.startedUs + a.durationUs - (b.startedUs + b.durationUs)
  const newer = byEnd > 0 || (byEnd === 0 && a.id > b.id)
  return direction === 'older' ? newer : !newer
}

type Head = ReturnType<typeof createHead>

/** The next wanted run of one stream. */
function createHead({ blocks, wanted, direction, limit }: WalkInput, stretch: Stretch) {
  const order = direction === 'older' ? 'descending' : 'ascending'
  const candidates = blocks.candidates(stretch, wanted, order)[Symbol.iterator]()
  let queue: StoredRun[] = []
  let at = 0
  let rest: { block: number; stretch: Stretch } | null = null
  let done = stretch.from > stretch.to

  const fill = async (breathe: () => Promise<void>): Promise<void> => {
    while (at >= queue.length && !done) {
      if (!rest) {
        const next = candidates.next()
        if (next.done === true) {
          done = true
          return
        }
        rest = { block: next.value.block, stretch }
      }
      const found = blocks.runs(rest.block, rest.stretch, wanted, order, limit + 1)
      queue = found.runs
      at = 0
      rest = found.rest && { block: rest.block, stretch: found.rest }
      await breathe()
    }
  }

  return {
    stretch,
    current: () => queue[at],
    fill,
    advance: async (breathe: () => Promise<void>) => {
      at++
      await fill(breathe)
    },
    /** The sequence on the older side of what was taken; runs that are not wanted are passed over. */
    place: (): number => {
      const next = queue[at]
      if (direction === 'older') return next ? sequenceOf(next.id) : 0
      return next ? sequenceOf(next.id) - 1 : Math.max(stretch.to, stretch.from - 1)
    },
  }
}
