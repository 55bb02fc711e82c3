import { DAY_US, MINUTE_US } from '@main/util/time'
import type { QuietHours } from '@shared/alert-settings'

/** Whether a moment (microseconds since 1970) is in quiet hours, by the offset of local time to UTC. */
export function isQuiet(hours: QuietHours | null, us: number, utcOffsetMinutes: number): boolean {
  if (hours === null) return false
  const { fromMinute, toMinute } = hours
  const minute = Math.floor(((us + utcOffsetMinutes * MINUTE_US) % DAY_US) / MINUTE_US)
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}
