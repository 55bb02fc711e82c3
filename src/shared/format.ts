/** Pure formatters of figures and times. Input times are microseconds since 1970 (UTC), durations microseconds. */

/** Narrow no-break space: between the thousands of a figure and before its unit. */
export const THIN = '\u202f'

/** `12 480`: groups of three from four digits on. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, THIN)
}

/** `1 run`, `12 runs`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** `211 k`, `1.2 M`: for places where the exact figure would only be noise. */
export function formatShortCount(count: number): string {
  if (count < 10_000) return formatCount(count)
  if (count < 999_500) return `${Math.round(count / 1000)}${THIN}k`
  return `${(count / 1_000_000).toFixed(1)}${THIN}M`
}

/** `<1 ms`, `7.8 ms`, `158 ms`, `1.24 s`, `2 m 05 s`, `1 h 03 m`. */
export function formatDuration(us: number): string {
  const ms = us / 1000
  if (ms < 1) return `<1${THIN}ms`
  if (ms < 9.95) return `${ms.toFixed(1)}${THIN}ms`
  if (ms < 999.5) return `${Math.round(ms)}${THIN}ms`
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)}${THIN}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}m${THIN}${two(seconds % 60)}${THIN}s`
  const minutes = Math.round(seconds / 60)
  return `${formatCount(Math.floor(minutes / 60))}${THIN}h${THIN}${two(minutes % 60)}${THIN}m`
}

/**
 * A share in per cent: `0.2 %`, `10 %`. What is not zero never reads as zero, what is not all never reads as all.
 * Null when there is no whole to take a share of.
 */
export function formatShare(part: number, whole: number): string | null {
  if (whole <= 0) return null
  const percent = (part / whole) * 100
  if (part > 0 && percent < 0.1) return `<0.1${THIN}%`
  if (part < whole && percent >= 99.5) return `>99${THIN}%`
  return `${percent < 9.95 && percent > 0 ? percent.toFixed(1) : percent.toFixed(0)}${THIN}%`
}

/** `38 s ago`, `2 m ago`, `3 h ago`, `5 d ago`; `now` for less than a second and for clocks that disagree. */
export function formatAgo(thenUs: number, nowUs: number): string {
  const seconds = Math.floor((nowUs - thenUs) / 1_000_000)
  return seconds < 1 ? 'now' : `${formatSpanLength(seconds)} ago`
}

/** The largest unit that fits: `38 s`, `2 m`, `3 h`, `5 d`. */
export function formatSpanLength(seconds: number): string {
  if (seconds < 60) return `${seconds}${THIN}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${THIN}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${THIN}h`
  return `${Math.floor(seconds / 86_400)}${THIN}d`
}

/** Bytes in units of 1000: `820 B`, `9.4 MB`, `497 MB`, `1.2 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  // From 999.5 on, the rounded figure would have four digits.
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)}${THIN}${units[unit] ?? ''}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** Local `14:03:22`. */
export function formatClock(us: number): string {
  const date = new Date(us / 1000)
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Local `14:03:22.206`. */
export function formatClockMs(us: number): string {
  return `${formatClock(us)}.${String(Math.floor(us / 1000) % 1000).padStart(3, '0')}`
}

/** Local `14:03`. */
export function formatMinute(us: number): string {
  return formatClock(us).slice(0, 5)
}

/** Local `22 Nov`; with the year when it is not this one. */
export function formatDay(us: number, nowUs: number): string {
  const date = new Date(us / 1000)
  const day = `${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`
  return date.getFullYear() === new Date(nowUs / 1000).getFullYear() ? day : `${day} ${date.getFullYear()}`
}

/** Local day and minute: `11:06 today`, `22 Nov 11:06`. */
export function formatMoment(us: number, nowUs: number): string {
  return sameDay(us, nowUs) ? `${formatMinute(us)} today` : `${formatDay(us, nowUs)} ${formatMinute(us)}`
}

/** Whether two moments fall on one local day. */
export function sameDay(us: number, otherUs: number): boolean {
  return new Date(us / 1000).toDateString() === new Date(otherUs / 1000).toDateString()
}

/** Local time in full: `Wed 25 Nov 2026 14:03:22`. */
export function formatLocal(us: number): string {
  const date = new Date(us / 1000)
  const day = `${WEEKDAYS[date.getDay()] ?? ''} ${date.getDate()} ${MONTHS[date.getMonth()] ?? ''}`
  return `${day} ${date.getFullYear()} ${formatClock(us)}`
}

/** UTC in full: `2026-11-25 13:03:22.206 UTC`. */
export function formatUtc(us: number): string {
  return `${new Date(us / 1000).toISOString().slice(0, 23).replace('T', ' ')} UTC`
}

/** `2 s` or `0.5 s` of a duration in seconds. */
export function formatSeconds(seconds: number): string {
  return formatDuration(seconds * 1_000_000)
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
