/** A time zone and how far it is from UTC. */
export interface Zone {
  /** IANA name. */
  name: string
  /** Minutes ahead of UTC at a time, milliseconds since 1970. */
  offsetMinutes(ms: number): number
}

/** Offsets change on quarter hours only. */
const STEP_MS = 15 * 60_000
const MOST_KNOWN = 10_000

/** The zone of a name; of the system where there is none, or one that is not known here. */
export function zoneOf(name: string | null): Zone {
  const format = formatIn(name ?? undefined) ?? formatIn(undefined)
  const known = new Map<number, number>()
  return {
    name: format?.resolvedOptions().timeZone ?? 'UTC',
    offsetMinutes: (ms) => {
      const quarter = Math.floor(ms / STEP_MS) * STEP_MS
      let offset = known.get(quarter)
      if (offset === undefined) {
        offset = format ? offsetAt(format, quarter) : 0
        if (known.size >= MOST_KNOWN) known.clear()
        known.set(quarter, offset)
      }
      return offset
    },
  }
}

function formatIn(timeZone: string | undefined): Intl.DateTimeFormat | null {
  const parts = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const
  try {
    return new Intl.DateTimeFormat('en-US', { ...parts, hourCycle: 'h23', calendar: 'gregory', timeZone })
  } catch {
    return null
  }
}

/** What a clock there shows, read as if it were UTC, less the time itself. */
function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {}
  for (const { type, value } of format.formatToParts(ms)) shown[type] = Number(value)
  const { year = 1970, month = 1, day = 1, hour = 0, minute = 0 } = shown
  return Math.round((Date.UTC(year, month - 1, day, hour, minute) - ms) / 60_000)
}
