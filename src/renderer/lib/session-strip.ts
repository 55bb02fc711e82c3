import { formatDay, formatMinute } from '@shared/format'
import { words } from '@shared/messages'
import type { SessionRow } from '@shared/trends'
import type { ShapeKind } from './shapes'

/** A session on the scale of a chart. */
export interface SessionBand {
  id: number
  /** Per cent of the chart's width. */
  left: number
  width: number
  /** It began within the chart, so that its start is drawn. */
  starts: boolean
  /** How it ended, as a shape at its right end; null where it ended cleanly, or beyond the chart. */
  end: ShapeKind | null
  words: string
}

/** Sessions that overlap the chart, oldest first. */
export function sessionBands(
  sessions: readonly SessionRow[],
  fromUs: number,
  toUs: number,
  nowUs: number,
): SessionBand[] {
  const length = Math.max(1, toUs - fromUs)
  const percent = (us: number): number => Math.min(100, Math.max(0, ((us - fromUs) / length) * 100))
  return sessions
    .filter(({ startedUs, endedUs }) => startedUs < toUs && (endedUs ?? Infinity) > fromUs)
    .map((session) => {
      const left = percent(session.startedUs)
      const endUs = session.endedUs ?? Math.min(nowUs, toUs)
      const ended = session.endedUs !== null && session.endedUs <= toUs
      return {
        id: session.id,
        left,
        width: percent(endUs) - left,
        starts: session.startedUs >= fromUs,
        end: ended ? endShape(session.ending) : null,
        words: sessionLabel(session, nowUs),
      }
    })
    .sort((a, b) => a.left - b.left)
}

function endShape(ending: SessionRow['ending']): ShapeKind | null {
  if (ending === 'crashed') return 'failed'
  return ending === 'killed' ? 'timed_out' : null
}

/** A session in words: `since 21 Nov 09:14, crashed: OSError`. */
function sessionLabel(session: SessionRow, nowUs: number): string {
  const text = words.sessionStrip
  const start = text.since(`${formatDay(session.startedUs, nowUs)} ${formatMinute(session.startedUs)}`)
  const crash = session.ending === 'crashed' && session.errorType ? `: ${session.errorType}` : ''
  return `${start}, ${text.ending[session.ending]}${crash}`
}
