import { DAY_US, SECOND_US } from '@shared/time'

/** A time zone's clock. Times in microseconds since 1970, UTC. */
export interface Zone {
  /** IANA name. */
  name: string
  /** How far its clock is ahead of UTC at a moment, microseconds. */
  offsetUs(us: number): number
  /** First moment of the local day that a moment lies in; days may have 23 or 25 hours. */
  dayOf(us: number): number
  /** First moment of the local day so many days later. */
  addDays(dayUs: number, days: number): number
  /** 0 = Monday. */
  weekday(us: number): number
}

/** The zone of an IANA name; that of the system where there is none, or one that `Intl` does not know. */
export function zoneOf(name: string | null): Zone {
  const format = formatIn(name ?? undefined) ?? formatIn(undefined)
  /** Asking `Intl` takes some microseconds: offsets at the starts of UTC days are kept, between two equal ones it is that. */
  const atDays = new Map<number, number>()

  const atDay = (day: number): number => {
    const known = atDays.get(day)
    if (known !== undefined) return known
    const offset = format ? offsetAt(format, day * DAY_US) : 0
    atDays.set(day, offset)
    return offset
  }
  const offsetUs = (us: number): number => {
    const day = Math.floor(us / DAY_US)
    const offset = atDay(day)
    return offset === atDay(day + 1) || !format ? offset : offsetAt(format, us)
  }
  /** Day since 1970 that a local calendar shows. */
  const calendarDay = (us: number): number => Math.floor((us + offsetUs(us)) / DAY_US)
  const startOf = (calendar: number): number => {
    const midnight = calendar * DAY_US
    const before = offsetUs(midnight - DAY_US)
    const after = offsetUs(midnight + DAY_US)
    const first = midnight - before
    if (before === after || offsetUs(first) === before) return first
    // The clock changes at this midnight. Set forward over it, the day begins with the change; set back, when it is over.
    return offsetUs(midnight - after) === after ? midnight - after : first
  }

  return {
    name: format?.resolvedOptions().timeZone ?? 'UTC',
    offsetUs,
    dayOf: (us) => startOf(calendarDay(us)),
    // Half a day in, so that a day of 23 or 25 hours is still the same one.
    addDays: (dayUs, days) => startOf(calendarDay(dayUs + DAY_US / 2) + days),
    weekday: (us) => (((calendarDay(us) + 3) % 7) + 7) % 7,
  }
}

/** Null for a name that is not known here. */
function formatIn(timeZone: string | undefined): Intl.DateTimeFormat | null {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
  } catch {
    return null
  }
}

/** What a clock there shows, read as if it were UTC, less the time itself. */
function offsetAt(format: Intl.DateTimeFormat, us: number): number {
  const second = Math.floor(us / SECOND_US)
  const parts = new Map(format.formatToParts(second * 1000).map(({ type, value }) => [type, value]))
  const part = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? 0)
  const year = parts.get('era') === 'BC' ? 1 - part('year') : part('year')
  const local = new Date(0)
  local.setUTCFullYear(year, part('month') - 1, part('day'))
  local.setUTCHours(part('hour'), part('minute'), part('second'))
  return (local.getTime() / 1000 - second) * SECOND_US
}
