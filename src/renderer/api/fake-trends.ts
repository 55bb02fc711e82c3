import type { Api } from '@shared/contract'
import type { Result } from '@shared/result'
import { problem } from '@shared/result'
import type { Problem } from '@shared/result'

type Answer = <T>(work: () => T | Problem, reads?: boolean) => Promise<Result<T>>

/** Trends, sessions and coverage of the invented house. */
export function fakeTrends(answer: Answer): Pick<Api, 'trends' | 'sessions' | 'coverage'> {
  const missing = () => answer<never>(() => problem('internal', 'This answer is being built.'))
  return {
    trends: { summary: missing, series: missing, heatmap: missing, attention: missing },
    sessions: { list: missing },
    coverage: { get: missing },
  }
}
