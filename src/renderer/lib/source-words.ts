import { formatMinute } from '@shared/format'
import { words } from '@shared/messages'
import type { SourceInfo } from '@shared/source'
import { shortMoment } from './lead'
import { formatLength } from './session-words'
import type { ShapeKind } from './shapes'

/** The state of a source in words. `nowUs` = our clock. */
export function sourceWords(source: SourceInfo, nowUs: number): string {
  const { state, hassette } = source
  if (source.removed) return words.source.state.removed
  if (state.kind === 'connecting') return words.source.state.connecting
  if (state.kind === 'catching_up') return words.source.state.reading(state.done, state.total)
  if (state.kind === 'failed') return words.source.state.failed
  if (state.kind === 'cancelled') return words.source.state.cancelled
  if (state.kind === 'stale') return words.source.state.stale(formatMinute(state.sinceMs * 1000))
  if (hassette?.kind === 'stopped') return words.source.state.stopped(shortMoment(hassette.sinceUs, nowUs))
  if (hassette?.kind === 'down') return words.source.state.down(shortMoment(hassette.sinceUs, nowUs), hassette.how)
  if (hassette?.kind === 'running') {
    return hassette.signUs === null
      ? words.source.state.running(shortMoment(hassette.sinceUs, nowUs))
      : words.source.state.noSign(shortMoment(hassette.signUs, nowUs))
  }
  if (state.kind === 'live') return words.source.state.live
  if (source.mode === 'sample') return words.source.state.sample
  if (state.kind === 'not_read') return words.source.state.notRead
  return source.mode === 'snapshot' ? words.source.state.snapshot : words.source.state.upToDate
}

/** What a list of its runs can expect: nothing more from a recording, else the state, with the reason for a stand-still. */
export function tailWords(source: SourceInfo, nowUs: number): string {
  const { mode, state } = source
  if (mode !== 'live' && state.kind !== 'cancelled') return words.runs.currentEnd
  if (state.kind === 'stale') return words.live.stale(formatMinute(state.sinceMs * 1000), state.problem.message)
  return isRunning(source) ? words.source.state.live : sourceWords(source, nowUs)
}

/** The shape beside it: a ring for what stands still. */
export function sourceShape(source: SourceInfo): ShapeKind {
  const still = ['not_read', 'failed', 'stale', 'cancelled'].includes(source.state.kind)
  const runs = source.hassette === null || isRunning(source)
  return source.mode === 'live' && !still && runs ? 'ok' : 'skipped'
}

function isRunning({ hassette }: SourceInfo): boolean {
  return hassette?.kind === 'running' && hassette.signUs === null
}

/** How far the clock of a source is from ours; null while that is not known, or less than a minute. */
export function clockWords({ clockOffsetUs }: SourceInfo): string | null {
  if (clockOffsetUs === null || clockOffsetUs === 0) return null
  return words.source.clock(formatLength(Math.abs(clockOffsetUs)), clockOffsetUs > 0)
}
