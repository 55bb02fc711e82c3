import type { SourceInfo } from '@shared/source'

/** Where the time of a source ends, microseconds: a recording with its newest run; null = it goes on, or nothing is known. */
export function recordingEnd(source: Pick<SourceInfo, 'mode' | 'newestRunUs'> | null | undefined): number | null {
  return !source || source.mode === 'live' ? null : source.newestRunUs
}
