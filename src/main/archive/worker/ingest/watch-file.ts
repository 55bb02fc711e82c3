import { toProblem, Failure } from '@shared/result'
import type { HassetteSigns, Pace, WatchState } from '../../api'
import { databaseVersion } from '../../file-facts'
import type { CallContext } from '../core/serve'

/** How often a watched file is looked at, milliseconds: while the window is seen, and while nobody looks. */
const PACES_MS: Record<Pace, number> = { visible: 250, hidden: 2000 }

/** After a failure, milliseconds; the last one repeats. A changed file is tried at once. */
const BACK_OFF_MS = [250, 1000, 2000, 5000, 10_000, 30_000] as const
/**
 * Two more looks after the last change, milliseconds. At the first, clocks of file systems have moved on (the slowest
 * counts in steps of 2 s); by the second, whatever was written last before a silence is learnt, however seldom the rest
 * of it is read while more comes.
 */
const SETTLE_MS = [2500, 30_000] as const
/** The time at which a source was last seen in step is told this often. */
const TELL_MS = 10_000

/** Two looks so close together see what was written in between as it is written, milliseconds. */
const CLOSE_MS = 5000

/** A look at a file that makes it be read. */
export interface Look {
  /** Nothing was written for half a minute. */
  last: boolean
  /** The file was looked at just before, while the machine was awake: what is new was written in between. */
  wasSeen: boolean
  /** When the file was last as it had been read before (`Date.now()`); null when that was never seen. */
  quietMs: number | null
}

/** What a reading found. */
export interface Sight {
  /** Whether a Hassette writes the file. */
  isLive: boolean
  signs: HassetteSigns
}

/** One file to be watched. */
export interface Watch {
  path: string
  /** What is known of it already. */
  known: Sight
  /** Version of the file up to which it was read already; null reads it first. */
  seen: string | null
  read: (look: Look) => Promise<Sight>
}

export interface FileWatcher {
  /** Watches until the call is cancelled; throws `cancelled`, or what is no fault of the source. */
  watch(watch: Watch, context: Pick<CallContext, 'pause' | 'state'>): Promise<never>
  setPace(pace: Pace): void
}

/**
 * Watches files by `stat`: nothing of a file is opened until it changed, and it is closed after every reading, so that
 * a Hassette that stops, checkpoints, deletes or recreates its file meets nobody.
 */
export function createFileWatcher(backOffMs: readonly number[] = BACK_OFF_MS): FileWatcher {
  let paceMs = PACES_MS.hidden
  const sleepers = new Set<() => void>()

  const sleep = async (context: Pick<CallContext, 'pause'>): Promise<void> => {
    let wake: (() => void) | null = null
    try {
      await context.pause(paceMs, (wakeUp) => {
        wake = wakeUp
        sleepers.add(wakeUp)
      })
    } finally {
      if (wake) sleepers.delete(wake)
    }
  }

  const watch: FileWatcher['watch'] = async ({ path, read, known, ...initial }, context) => {
    let { isLive, signs } = known
    let { seen } = initial
    let changedAt = 0
    /** Looks after the last change that were made; all of them before the first change. */
    let settled: number = SETTLE_MS.length
    let failures = 0
    let retryAt = 0
    let sinceMs = 0
    let told = ''
    let toldAt = 0
    let looked = { ms: -Infinity, wallMs: -Infinity }
    let quietMs: number | null = null

    const tell = (state: WatchState): void => {
      const now = performance.now()
      const what = state.kind === 'live' ? JSON.stringify({ ...state.signs, count: 0, newestUs: 0 }) : state.kind
      if (told === what && state.kind !== 'stale' && now - toldAt < TELL_MS) return
      told = what
      toldAt = now
      context.state(state)
    }
    const inStep = (): void =>
      tell(isLive ? { kind: 'live', atMs: Date.now(), signs } : { kind: 'up_to_date', atMs: Date.now() })
    /** Whether the look before was close to this one, by both clocks: one of them stands still while a machine sleeps. */
    const lookedClose = (ms: number): boolean => {
      const wallMs = Date.now()
      const close = ms - looked.ms <= CLOSE_MS && Math.abs(wallMs - looked.wallMs) <= CLOSE_MS
      looked = { ms, wallMs }
      return close
    }

    if (seen !== null) inStep()
    for (;;) {
      const now = performance.now()
      // Taken before the reading: what is committed meanwhile makes the next one.
      const version = reachable(path)
      const changed = version !== seen
      const wasSeen = lookedClose(now) && seen !== null && failures === 0
      if (!changed && failures === 0) quietMs = Date.now()
      const settles = now >= changedAt + (SETTLE_MS[settled] ?? Infinity)
      if (changed || settles || (failures > 0 && now >= retryAt)) {
        const last = settles && !changed && settled === SETTLE_MS.length - 1
        try {
          ;({ isLive, signs } = await read({ last, wasSeen, quietMs }))
          failures = 0
          if (changed) [changedAt, settled] = [now, 0]
          else if (settles) settled++
          inStep()
        } catch (thrown) {
          if (!isOfTheSource(thrown)) throw thrown
          if (failures === 0) sinceMs = Date.now()
          retryAt = performance.now() + (backOffMs[Math.min(failures, backOffMs.length - 1)] ?? 0)
          settled = SETTLE_MS.length
          failures++
          // Once may be a moment: a Hassette that migrates, restarts or recreates its file.
          if (failures > 1) tell({ kind: 'stale', sinceMs, problem: toProblem(thrown) })
        }
        seen = version
      }
      await sleep(context)
    }
  }

  return {
    watch,
    setPace: (pace) => {
      paceMs = PACES_MS[pace]
      for (const wakeUp of sleepers) wakeUp()
    },
  }
}

/** A folder that may not be looked into is no change but a failure of the next reading. */
function reachable(path: string): string | null {
  try {
    return databaseVersion(path)
  } catch {
    return null
  }
}

function isOfTheSource(thrown: unknown): boolean {
  return thrown instanceof Failure && thrown.code.startsWith('source_')
}
