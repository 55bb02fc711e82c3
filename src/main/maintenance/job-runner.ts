import { Failure, toProblem } from '@shared/result'
import type { StorageWork, WorkDone, WorkKind } from '@shared/storage'

/** What a job tells while it goes on; what it leaves out stays as it was. */
export type WorkNews = Partial<Pick<StorageWork, 'step' | 'share'> & WorkFigures>

/** What a job did. Told as soon as it is known, so that work cut short has its figures too. */
export type WorkFigures = Pick<WorkDone, 'bytesBefore' | 'bytesAfter' | 'runs' | 'timeWaits' | 'file'>

/** A piece of long work. It ends early, by throwing `cancelled`, once the signal is aborted and it safely can. */
export type WorkJob = (say: (news: WorkNews) => void, signal: AbortSignal) => Promise<void>

/** Long work on the archive, one piece at a time. */
export interface JobRunner {
  /** What is going on; null while nothing is. */
  state: () => StorageWork | null
  /**
   * Runs a job unless other work goes on (`busy`). A job that fails or is cancelled is an outcome, not an exception;
   * the answer comes after `state` has become null.
   */
  run: (kind: WorkKind, options: { automatic: boolean }, job: WorkJob) => Promise<WorkDone>
  /** Asks the job to end; nothing happens when there is none. */
  cancel: () => void
  /** Hears of every change; returns how to stop hearing. */
  onChange: (listener: (state: StorageWork | null) => void) => () => void
  /** Cancels what goes on, waits for its end, and lets nothing begin any more: the app ends. */
  stop: () => Promise<void>
}

const FIRST_STEP: Record<WorkKind, StorageWork['step']> = {
  clean: 'deleting',
  compact: 'copying',
  backup: 'copying',
  restore: 'checking',
  move: 'copying',
}

/** Builds the one place through which long work on the archive goes. `warn` hears of failures without a code. */
export function createJobRunner(warn: (message: string, thrown: unknown) => void): JobRunner {
  const listeners = new Set<(state: StorageWork | null) => void>()
  let state: StorageWork | null = null
  let aborting: AbortController | null = null
  let ended: Promise<unknown> = Promise.resolve()
  let stopped = false

  function setState(next: StorageWork | null): void {
    state = next
    for (const listener of listeners) listener(next)
  }

  async function perform(kind: WorkKind, job: WorkJob, signal: AbortSignal): Promise<WorkDone> {
    const figures: WorkFigures = { bytesBefore: 0, bytesAfter: 0, runs: 0, timeWaits: false, file: null }
    const done: WorkDone = { kind, outcome: 'done', ...figures, problem: null }
    const say = ({ step, share, ...figures }: WorkNews): void => {
      Object.assign(done, figures)
      // A job that still reports after its end has nothing to report to.
      if (state === null || aborting?.signal !== signal) return
      const next = { ...state, step: step ?? state.step, share: share === undefined ? state.share : share }
      if (next.step !== state.step || next.share !== state.share) setState(next)
    }
    try {
      await job(say, signal)
    } catch (thrown) {
      const problem = toProblem(thrown)
      if (problem.code === 'internal') warn(`storage work (${kind}) failed`, thrown)
      done.outcome = problem.code === 'cancelled' ? 'cancelled' : 'failed'
      done.problem = done.outcome === 'failed' ? problem : null
    }
    return done
  }

  function cancel(): void {
    if (state === null || aborting === null || aborting.signal.aborted) return
    setState({ ...state, cancelling: true })
    aborting.abort()
  }

  return {
    state: () => state,
    run: async (kind, { automatic }, job) => {
      if (state !== null) throw new Failure('busy', BUSY[state.kind], 'Wait for its end, or cancel it.')
      if (stopped) throw new Failure('busy', 'Hassette Monitor is being closed.')
      const mine = new AbortController()
      aborting = mine
      setState({ kind, automatic, step: FIRST_STEP[kind], share: null, cancelling: false })
      const working = perform(kind, job, mine.signal)
      ended = working
      const done = await working
      aborting = null
      setState(null)
      return done
    },
    cancel,
    onChange: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: async () => {
      stopped = true
      cancel()
      await ended
    },
  }
}

const BUSY: Record<WorkKind, string> = {
  clean: 'The archive is being cleaned up.',
  compact: 'The archive is being compacted.',
  backup: 'The archive is being backed up.',
  restore: 'A backup is being restored.',
  move: 'The archive is being moved.',
}
