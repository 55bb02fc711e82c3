import type { AlertReplay } from '@shared/alert'
import type { QuietHours, Sensitivity } from '@shared/alert-settings'
import { words } from '@shared/messages'

const text = words.rules

/** What `Custom` begins with. */
export const FIRST_CUSTOM = { failures: 5, minutes: 10 } as const
/** What quiet hours begin with. */
export const FIRST_QUIET: QuietHours = { fromMinute: 22 * 60, toMinute: 7 * 60 }
/** How many failures in a row the streak rule asks for at least and at most, by level. */
const STREAK = { low: [5, 8], medium: [3, 6], high: [2, 5], custom: [3, 6] } as const

/** When dependency failures are an incident. */
export function rateWords(sensitivity: Sensitivity): string {
  return sensitivity.level === 'custom'
    ? text.custom(sensitivity.failures, sensitivity.minutes)
    : text.rate[sensitivity.level]
}

/** When dependency failures in a row are one. */
export function streakWords({ level }: Sensitivity): string {
  const [from, to] = STREAK[level]
  return text.streak(from, to)
}

/** How often a sensitivity would have alerted. */
export function replayWords({ level }: Sensitivity, { days, incidents }: AlertReplay): string {
  return text.replay(text.levels[level], days === 0 ? text.replayToday : text.replayDays(days), incidents)
}

/** A custom rule as it was typed; null when it is none. */
export function customOf(failures: string, minutes: string): Sensitivity | null {
  const whole = (typed: string, most: number): number | null => {
    const value = /^\d{1,4}$/.test(typed.trim()) ? Number(typed) : 0
    return value >= 1 && value <= most ? value : null
  }
  const [least, within] = [whole(failures, 1000), whole(minutes, 180)]
  return least === null || within === null ? null : { level: 'custom', failures: least, minutes: within }
}

/** `22:00` of a minute of the day. */
export function minuteText(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** The minute of the day of `22:00`; null when it is none. */
export function minuteOf(typed: string): number | null {
  const [, hour, minute] = /^(\d{1,2}):(\d{2})$/.exec(typed.trim()) ?? []
  const of = Number(hour) * 60 + Number(minute)
  return hour !== undefined && Number(hour) < 24 && Number(minute) < 60 ? of : null
}
