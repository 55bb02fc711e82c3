import type { Problem, Result } from '@shared/result'
import { problem } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import type { FakeOptions } from './fake-options'

/** What there is to say when no copy can be restored. */
export const NO_COPY = problem('not_found', 'There is no copy from before an update beside the archive.')

/** An archive that cannot be opened. */
export const BROKEN: ArchiveState = {
  kind: 'unavailable',
  problem: problem(
    'archive_unreadable',
    'The file is damaged from page 18 204 on.',
    'Close other programs that use it.',
  ),
}

/** The state of the archive that an option asks for. */
export function archiveState(state: FakeOptions['state']): ArchiveState {
  if (state === 'unavailable') return BROKEN
  return state === 'opening' || state === 'restarting' ? { kind: state } : { kind: 'ready' }
}

/** Whether an answer of the fake is a refusal. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value
}

/** A refusal as the contract answers it. */
export function fail(error: Problem): Result<never> {
  return { ok: false, error }
}
