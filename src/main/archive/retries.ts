import type { Problem } from '@shared/result'
import { mayPass } from '@shared/source'
import { fileVersion } from './file-facts'

/** Tries an archive again by itself that could not be opened, or had to be given up. */
export interface Retries {
  /** Remembers what lies at the path now: before it is opened, or after an open one was closed. */
  look: () => void
  /** The archive was given up for this reason, and its threads have ended. */
  plan: (problem: Problem) => void
  /** It is open. */
  opened: () => void
  /** No more until the next `plan`. */
  cancel: () => void
}

/** What the retries work with. */
export interface RetriesOptions {
  /** Absolute path of the archive. */
  path: string
  /** Called once for each `plan`, when it is worth to try. */
  attempt: () => void
  /** Milliseconds before each try; the last one repeats. */
  waitsMs?: readonly number[]
}

/** What is over soon is seen soon: another start that is just ending, a drive that is being mounted. */
const WAITS_MS = [5_000, 15_000, 60_000] as const
/** An archive that was open for less did not recover: the waits go on where they were, milliseconds. */
const STEADY_MS = 60_000

/**
 * Before each try it only looks at what lies at the path, since some tries would do harm or are in vain. What does not
 * pass by waiting (damage, another program's file) is tried when another file lies there or it was written. Where an
 * archive has been and nothing is, none is made: who moved it away may be about to put it back.
 */
export function createRetries({ path, attempt, waitsMs = WAITS_MS }: RetriesOptions): Retries {
  let timer: NodeJS.Timeout | null = null
  let tries = 0
  let openedAt: number | null = null
  let wasSeen = false
  let before: Promise<string | null | undefined> = Promise.resolve(undefined)
  /** Counts what was planned or cancelled, so that an answer of the file system that comes late is known as such. */
  let turn = 0

  const cancel = (): void => {
    turn++
    if (timer) clearTimeout(timer)
    timer = null
  }

  const waitFor = ({ code }: Problem): number => {
    // Why it fails is not known, so it is not known either that it will be over soon: the longest wait.
    const last = waitsMs.length - 1
    return waitsMs[code === 'internal' ? last : Math.min(tries, last)] ?? 0
  }

  const watch = (problem: Problem): void => {
    const mine = turn
    timer = setTimeout(() => {
      tries++
      void Promise.all([before, fileVersion(path)]).then(([then, now]) => {
        if (mine !== turn) return
        wasSeen ||= typeof then === 'string'
        const isWorthIt = mayPass(problem) ? now !== null || !wasSeen : typeof now === 'string' && now !== then
        if (isWorthIt) attempt()
        else watch(problem)
      })
    }, waitFor(problem))
    timer.unref()
  }

  return {
    look: () => {
      before = fileVersion(path)
    },
    plan: (problem) => {
      cancel()
      if (openedAt !== null && performance.now() - openedAt >= STEADY_MS) tries = 0
      openedAt = null
      watch(problem)
    },
    opened: () => {
      cancel()
      wasSeen = true
      openedAt = performance.now()
    },
    cancel,
  }
}
