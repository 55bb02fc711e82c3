import { THIN, formatDay, formatMinute, formatShare, formatSpanLength } from '@shared/format'
import type { SessionRow } from '@shared/trends'
import type { ShapeKind } from './shapes'
import { HOUR_US, MINUTE_US, SECOND_US } from '@shared/time'

/** The shape of how a session ended. */
export const ENDING_SHAPE: Record<SessionRow['ending'], ShapeKind> = {
  running: 'ok',
  clean: 'ok',
  crashed: 'failed',
  killed: 'skipped',
}

/** The range that holds a session, as it is typed: local minutes, the first and the last of them whole. */
export function sessionRange(session: Pick<SessionRow, 'startedUs' | 'endedUs'>, nowUs: number): string {
  const from = typed(session.startedUs)
  let end = Math.max(session.startedUs, session.endedUs ?? nowUs) + MINUTE_US
  // In the hour that a clock is put back, the end may read as before the start.
  while (typed(end) <= from) end += HOUR_US
  return `${from}..${typed(end)}`
}

/** `7 m`, `7 h 17 m`, `3 d 16 h`; `38 s` below a minute. Microseconds. */
export function formatLength(us: number): string {
  const seconds = Math.max(0, Math.floor(us / SECOND_US))
  if (seconds < 3600) return formatSpanLength(seconds)
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  const part = (big: number, one: string, small: number, two: string): string =>
    `${big}${THIN}${one}${THIN}${String(small).padStart(2, '0')}${THIN}${two}`
  return hours < 24 ? part(hours, 'h', minutes % 60, 'm') : part(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

/** Local day and minute, `Mon 23 Nov 07:55`: always the day, so that a column of them can be read downwards. */
export function formatStart(us: number, nowUs: number): string {
  const day = new Date(us / 1000).toLocaleDateString('en-GB', { weekday: 'short' })
  return `${day} ${formatDay(us, nowUs)} ${formatMinute(us)}`
}

/** Failed runs as a share of those that ran; null when none did. */
export function failedShare(session: Pick<SessionRow, 'failed' | 'runs'>): number | null {
  return session.runs === 0 ? null : session.failed / session.runs
}

/** The session with the highest share of failed runs, and that share in words; null when none failed. */
export function worstSession(sessions: readonly SessionRow[]): { session: SessionRow; share: string } | null {
  const worst = sessions.reduce<SessionRow | null>(
    (most, one) => ((failedShare(one) ?? 0) > (most === null ? 0 : (failedShare(most) ?? 0)) ? one : most),
    null,
  )
  const share = worst === null ? null : formatShare(worst.failed, worst.runs)
  return worst === null || share === null ? null : { session: worst, share }
}

function typed(us: number): string {
  const date = new Date(us / 1000)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
