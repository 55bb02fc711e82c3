/** Values of SQLite columns that may hold anything, as what the archive can take. */

/** Latest time kept, year 2242: start and duration together stay below 2^53. */
const LATEST_US = 8_600_000_000_000_000
/** Ten years; nothing runs longer. */
const LONGEST_US = 315_576_000_000_000

/** Seconds since 1970 as whole microseconds, moved by `shiftUs`; null for null and for what is no number. */
export function toUs(seconds: unknown, shiftUs: number): number | null {
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return null
  return Math.min(LATEST_US, Math.max(0, Math.round(seconds * 1e6) + shiftUs))
}

/** Milliseconds as whole microseconds; 0 for what is no number. */
export function durationOf(milliseconds: unknown): number {
  if (typeof milliseconds !== 'number' || !Number.isFinite(milliseconds)) return 0
  return Math.min(LONGEST_US, Math.max(0, Math.round(milliseconds * 1000)))
}

export function text(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return typeof value === 'string' ? value : String(value)
}

export function real(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export function whole(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null
}

export function count(value: unknown): number {
  return Math.max(0, whole(value) ?? 0)
}
