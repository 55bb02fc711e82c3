import { words } from '@shared/messages'
import type { SourceInfo } from '@shared/source'
import type { ShapeKind } from './shapes'

/** The state of a source in words. */
export function sourceWords(source: SourceInfo): string {
  const { state } = source
  if (state.kind === 'connecting') return words.source.state.connecting
  if (state.kind === 'catching_up') return words.source.state.reading(state.done, state.total)
  if (state.kind === 'failed') return words.source.state.failed
  if (source.mode === 'sample') return words.source.state.sample
  if (state.kind === 'not_read') return words.source.state.notRead
  return source.mode === 'snapshot' ? words.source.state.snapshot : words.source.state.upToDate
}

/** The shape beside it: a ring for what stands still. */
export function sourceShape(source: SourceInfo): ShapeKind {
  const moving = source.mode === 'live' && source.state.kind !== 'not_read' && source.state.kind !== 'failed'
  return moving ? 'ok' : 'skipped'
}
