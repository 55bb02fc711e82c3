import { formatMinute } from '@shared/format'
import { words } from '@shared/messages'
import type { SourceInfo } from '@shared/source'
import type { ShapeKind } from './shapes'

/** The state of a source in words. */
export function sourceWords(source: SourceInfo): string {
  const { state } = source
  if (source.removed) return words.source.state.removed
  if (state.kind === 'connecting') return words.source.state.connecting
  if (state.kind === 'catching_up') return words.source.state.reading(state.done, state.total)
  if (state.kind === 'failed') return words.source.state.failed
  if (state.kind === 'cancelled') return words.source.state.cancelled
  if (state.kind === 'stale') return words.source.state.stale(formatMinute(state.sinceMs * 1000))
  if (state.kind === 'live') return words.source.state.live
  if (source.mode === 'sample') return words.source.state.sample
  if (state.kind === 'not_read') return words.source.state.notRead
  return source.mode === 'snapshot' ? words.source.state.snapshot : words.source.state.upToDate
}

/** What a list of its runs can expect: nothing more from a recording, else the state, with the reason for a stand-still. */
export function tailWords(source: SourceInfo): string {
  const { mode, state } = source
  if (mode !== 'live' && state.kind !== 'cancelled') return words.runs.currentEnd
  if (state.kind === 'stale') return words.live.stale(formatMinute(state.sinceMs * 1000), state.problem.message)
  return sourceWords(source)
}

/** The shape beside it: a ring for what stands still. */
export function sourceShape(source: SourceInfo): ShapeKind {
  const still = ['not_read', 'failed', 'stale', 'cancelled'].includes(source.state.kind)
  return source.mode === 'live' && !still ? 'ok' : 'skipped'
}
