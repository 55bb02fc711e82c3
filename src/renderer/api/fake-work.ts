import type { Problem } from '@shared/result'
import { problem } from '@shared/result'
import type { StorageWork, WorkDone, WorkKind } from '@shared/storage'

const STEP_MS = 120

/** The steps of each kind of work, and how far each goes. */
const STEPS: Record<WorkKind, [StorageWork['step'], number | null][]> = {
  clean: [
    ['deleting', 0],
    ['deleting', 0.5],
    ['shrinking', null],
  ],
  compact: [
    ['copying', 0],
    ['copying', 0.42],
    ['copying', 0.9],
    ['checking', null],
    ['replacing', null],
  ],
  backup: [
    ['copying', 0],
    ['copying', 0.6],
    ['checking', null],
  ],
  restore: [
    ['checking', null],
    ['copying', 0.5],
    ['replacing', null],
  ],
  move: [
    ['copying', 0],
    ['copying', 0.7],
    ['replacing', null],
  ],
}

/** Long work of the fake, one at a time as in the archive. */
export interface FakeWorks {
  state: () => StorageWork | null
  /** Runs through the steps, then finishes; `busy` while other work goes on. */
  run: (kind: WorkKind, finish: (cancelled: boolean) => WorkDone) => Promise<WorkDone | Problem>
  cancel: () => void
  /** Lets work go on by a step, where it waits for the test. */
  advance: () => void
}

/** `waits`: each step waits until a test says so; else it takes a moment. */
export function createFakeWorks(waits: boolean, say: (state: StorageWork | null) => void): FakeWorks {
  let state: StorageWork | null = null
  let goOn: (() => void) | null = null

  function set(next: StorageWork | null): void {
    state = next
    say(next)
  }

  const step = (): Promise<void> =>
    new Promise((done) => {
      if (waits) goOn = done
      else setTimeout(done, STEP_MS)
    })

  async function run(kind: WorkKind, finish: (cancelled: boolean) => WorkDone): Promise<WorkDone | Problem> {
    if (state !== null) return problem('busy', 'Other work on the archive goes on.', 'Wait for its end, or cancel it.')
    let cancelled = false
    for (const [name, share] of STEPS[kind]) {
      // A copy cannot be interrupted: its cancel takes effect when it has ended.
      if (cancelled && !(name === 'copying' && kind !== 'clean')) break
      set({ kind, automatic: false, step: name, share, cancelling: cancelled })
      await step()
      cancelled = cancelling()
    }
    const done = finish(cancelled)
    set(null)
    return done
  }

  function cancelling(): boolean {
    return state?.cancelling === true
  }

  return {
    state: () => state,
    run,
    cancel: () => {
      if (state !== null) set({ ...state, cancelling: true })
    },
    advance: () => {
      const waiting = goOn
      goOn = null
      waiting?.()
    },
  }
}
