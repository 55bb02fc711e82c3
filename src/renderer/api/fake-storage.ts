import type { Api } from '@shared/contract'
import type { Result } from '@shared/result'
import { problem } from '@shared/result'
import type { Problem } from '@shared/result'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

/** The archive's file, its limits and the work on it, of the invented house. */
export function fakeStorage(answer: Answer): Api['storage'] {
  const missing = () => answer<never>(() => problem('internal', 'This answer is being built.'))
  return {
    info: missing,
    log: missing,
    preview: missing,
    work: missing,
    clean: missing,
    compact: missing,
    backUp: missing,
    restore: missing,
    move: missing,
    cancel: missing,
  }
}

export function fakeSourceUpkeep(answer: Answer): Pick<Api['sources'], 'examine' | 'rename' | 'setMode' | 'remove'> {
  const missing = () => answer<never>(() => problem('internal', 'This answer is being built.'))
  return { examine: missing, rename: missing, setMode: missing, remove: missing }
}
