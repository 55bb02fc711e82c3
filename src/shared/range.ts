import type { Span } from './filter'
import { DAY_US, HOUR_US, MINUTE_US } from './time'

/** The ranges offered as buttons. */
export const RANGE_PRESETS = ['restart', '15m', '1h', '24h', '7d', '30d', '90d'] as const
export const DEFAULT_RANGE = '24h'

/** A range as people type it: a preset, `6h`, `2d`, or `2026-11-20 14:00..15:30` in local time. */
export type ParsedRange =
  { kind: 'restart' } | { kind: 'last'; lengthUs: number } | { kind: 'between'; fromUs: number; toUs: number }

const UNIT_US = { m: MINUTE_US, h: HOUR_US, d: DAY_US, w: 7 * DAY_US } as const
const MAX_LENGTH_US = 3650 * UNIT_US.d

const LENGTH = /^(\d{1,5})\s*([mhdw])$/
const MOMENT = /^(?:(\d{4})-(\d{2})-(\d{2})[ T]?)?(?:(\d{1,2}):(\d{2}))?$/

/** Reads what was typed; null when it is no range. */
export function parseRange(text: string): ParsedRange | null {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === 'restart') return { kind: 'restart' }
  const length = LENGTH.exec(trimmed)
  if (length?.[1] && length[2]) {
    const lengthUs = Number(length[1]) * UNIT_US[length[2] as keyof typeof UNIT_US]
    return lengthUs > 0 && lengthUs <= MAX_LENGTH_US ? { kind: 'last', lengthUs } : null
  }
  const ends = trimmed.toUpperCase().split('..')
  if (ends.length !== 2 || ends[0] === undefined || ends[1] === undefined) return null
  const from = moment(ends[0], null, false)
  const to = from === null ? null : moment(ends[1], from, true)
  if (from === null || to === null || to.getTime() <= from.getTime()) return null
  return { kind: 'between', fromUs: from.getTime() * 1000, toUs: to.getTime() * 1000 }
}

/** A date alone means its midnight as a start and the next midnight as an end; a time alone takes the day of the start. */
function moment(text: string, day: Date | null, isEnd: boolean): Date | null {
  const parts = MOMENT.exec(text.trim())
  if (!parts || text.trim() === '') return null
  const [, year, month, date, hour, minute] = parts
  if (year === undefined && day === null) return null
  if (hour !== undefined && (Number(hour) > 24 || Number(minute) > 59)) return null
  const base =
    year === undefined ? new Date((day as Date).getTime()) : new Date(Number(year), Number(month) - 1, Number(date))
  if (year !== undefined && (base.getMonth() !== Number(month) - 1 || base.getDate() !== Number(date))) return null
  if (hour === undefined) {
    base.setHours(0, 0, 0, 0)
    if (isEnd) base.setDate(base.getDate() + 1)
    return base
  }
  base.setHours(Number(hour), Number(minute), 0, 0)
  return base
}

/**
 * The span of a range. `nowUs` is the end of time for the source: now for a live one, the end of the recording for a
 * snapshot. An open end stays open for a live source, so that new runs fall into it.
 */
export function spanOf(range: ParsedRange, nowUs: number, restartUs: number | null): Span {
  if (range.kind === 'between') return { fromUs: range.fromUs, toUs: range.toUs }
  if (range.kind === 'restart') return { fromUs: restartUs, toUs: null }
  return { fromUs: nowUs - range.lengthUs, toUs: null }
}

/** Two moments as a range to the minute, as it is typed and kept in the route: `2026-11-20 14:00..15:30`. */
export function rangeText(fromUs: number, toUs: number): string {
  const from = new Date((Math.floor(fromUs / MINUTE_US) * MINUTE_US) / 1000)
  const to = new Date((Math.ceil(toUs / MINUTE_US) * MINUTE_US) / 1000)
  const sameDate = day(from) === day(to)
  return `${day(from)} ${clock(from)}..${sameDate ? '' : `${day(to)} `}${clock(to)}`
}

const two = (value: number): string => String(value).padStart(2, '0')
const day = (date: Date): string => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
const clock = (date: Date): string => `${two(date.getHours())}:${two(date.getMinutes())}`
