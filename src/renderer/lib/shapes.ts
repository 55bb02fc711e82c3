import type { RunStatus } from '@shared/run'

/** What a shape can say: a status, or that a failure was a dependency failure. */
export type ShapeKind = RunStatus | 'dependency'

/** Paths on a 10 × 10 box, fill-rule evenodd; from the design's mock/README.md. */
export const SHAPE_PATH: Record<ShapeKind, string> = {
  ok: 'M5 1.2a3.8 3.8 0 1 1 0 7.6a3.8 3.8 0 1 1 0-7.6z',
  timed_out: 'M4.3 1.1a.8.8 0 0 1 1.4 0l3.7 6.6a.8.8 0 0 1-.7 1.2H1.3a.8.8 0 0 1-.7-1.2z',
  failed: 'M2.7 1h4.6A1.7 1.7 0 0 1 9 2.7v4.6A1.7 1.7 0 0 1 7.3 9H2.7A1.7 1.7 0 0 1 1 7.3V2.7A1.7 1.7 0 0 1 2.7 1z',
  dependency:
    'M2.7 1h4.6A1.7 1.7 0 0 1 9 2.7v4.6A1.7 1.7 0 0 1 7.3 9H2.7A1.7 1.7 0 0 1 1 7.3V2.7A1.7 1.7 0 0 1 2.7 1zM5 3.4a1.6 1.6 0 1 0 0 3.2a1.6 1.6 0 1 0 0-3.2z',
  cancelled: 'M5 .6 9.4 5 5 9.4.6 5z',
  skipped: 'M5 1.2a3.8 3.8 0 1 1 0 7.6a3.8 3.8 0 1 1 0-7.6zM5 2.7a2.3 2.3 0 1 0 0 4.6a2.3 2.3 0 1 0 0-4.6z',
}

/** The shape of a run. */
export function shapeOf(run: { status: RunStatus; dependencyFailure: boolean }): ShapeKind {
  return run.status === 'failed' && run.dependencyFailure ? 'dependency' : run.status
}

/** The class that colours the words of a status: only exceptions have one. */
export function toneOf(status: RunStatus): 'bad' | 'warn' | '' {
  if (status === 'failed') return 'bad'
  return status === 'timed_out' ? 'warn' : ''
}
