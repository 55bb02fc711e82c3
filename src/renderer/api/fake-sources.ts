import { problem } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import type { FakeOptions } from './fake-options'
import type { FakeRun } from './fake-runs'

/** The sources that the options ask for, in front of the runs they hold. */
export function fakeSources(options: FakeOptions, runsOf: (sourceId: number) => readonly FakeRun[]): SourceInfo[] {
  const base = (id: number, name: string, mode: SourceInfo['mode']): SourceInfo => {
    const runs = runsOf(id)
    const app = runs.filter((run) => run.tier === 'app').length
    return {
      id,
      name,
      mode,
      path: mode === 'sample' ? null : mode === 'live' ? options.path : '/home/anna/hassette-copy/hassette.db',
      state: { kind: 'up_to_date', atMs: options.nowMs },
      schemaVersion: 15,
      sessions: 2,
      appRuns: app,
      frameworkRuns: runs.length - app,
      oldestRunUs: runs[0]?.startedUs ?? null,
      newestRunUs: runs.at(-1)?.finishedUs ?? null,
      hassette: null,
      clockOffsetUs: null,
      restartUs: runs.findLast((run) => run.session?.id === 41)?.session?.startedUs ?? null,
    }
  }
  const home: SourceInfo = { ...base(1, 'Home', 'live'), state: { kind: 'live', atMs: options.nowMs } }
  switch (options.source) {
    case 'snapshot':
      return [base(2, 'Cabin', 'snapshot')]
    case 'sample':
      // In an archive of its own, so that its id is one of the user's archive too.
      return [base(1, 'Sample home', 'sample')]
    case 'many':
      return [home, { ...base(2, 'Cabin', 'snapshot'), state: { kind: 'not_read' } }, base(3, 'Sample home', 'sample')]
    case 'reading':
      return [{ ...home, state: { kind: 'catching_up', done: 412_000, total: 1_204_113 } }]
    case 'cancelled':
      return [{ ...home, state: { kind: 'cancelled' } }]
    case 'failed':
      return [
        {
          ...home,
          state: {
            kind: 'failed',
            problem: problem(
              'source_not_found',
              'The file /home/anna/.local/share/hassette/v1/hassette.db is not there.',
              'Start Hassette, or check its data folder.',
            ),
          },
        },
      ]
    case 'stale': {
      const why = problem('source_locked', 'Another program keeps the file for itself.', 'It is tried again by itself.')
      return [{ ...home, state: { kind: 'stale', sinceMs: options.nowMs - 2_520_000, problem: why } }]
    }
    default:
      return [home]
  }
}

/** When the time of a source ends: a snapshot is two days old. */
export function endOf(sourceId: number, options: FakeOptions): number {
  return (options.nowMs - (sourceId === 2 ? 2 * 86_400_000 + 4_320_000 : 0)) * 1000
}
