import { Failure } from '@shared/result'
import { STREAM_SIZE } from '@shared/run'
import type { PageToken } from '@shared/run'
import { sequenceOf } from '../../core/ids'
import type { StoredRun, Blocks, Stretch } from './blocks'
import type { CompiledFilter } from './filter'

/** What a walk over the streams found. */
interface MergedRuns {
  /** In the direction of the walk. */
  runs: StoredRun[]
  /** Where the walk ended. */
  end: Place
  /** Nothing wanted lies beyond. */
  exhausted: boolean
}

interface MergeInput {
  blocks: Blocks
  wanted: CompiledFilter
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
export async function mergeStreams(input: MergeInput): Promise<MergedRuns> {
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
function createHead({ blocks, wanted, direction, limit }: MergeInput, stretch: Stretch) {
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

/** For each stream the last sequence that lies on the older side of a place between two runs. */
export type Place = ReadonlyMap<number, number>

/** `3:120,4:77`: stream and sequence. */
export function writeToken(place: Place): PageToken {
  return [...place].map(([stream, sequence]) => `${stream}:${sequence}`).join(',')
}

/** Throws `invalid_input` for what is no token. */
export function readToken(token: PageToken): Place {
  const place = new Map<number, number>()
  for (const part of token === '' ? [] : token.split(',')) {
    const found = /^(\d{1,7}):(\d{1,16})$/.exec(part)
    const sequence = Number(found?.[2])
    if (!found || sequence >= STREAM_SIZE) throw new Failure('invalid_input', 'This is no place in the list of runs.')
    place.set(Number(found[1]), sequence)
  }
  return place
}
