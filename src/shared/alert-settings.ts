import * as v from 'valibot'
import { DAY_US, MINUTE_US } from './time'

/**
 * Which rule opened an incident: `rate` = more dependency failures than usual, `streak` = a handler or job whose last
 * runs all were dependency failures, `failures` = five failures of any kind in a row, `missed` = a job that did not
 * start when its schedule said, `blind` = a source that cannot be watched, `down` = a Hassette that ended otherwise than
 * it should or says nothing any more, `stopped` = one that was stopped and not started again.
 */
export const ALERT_RULES = ['rate', 'streak', 'failures', 'missed', 'blind', 'down', 'stopped'] as const
export type AlertRule = (typeof ALERT_RULES)[number]

/** Rules about a whole Hassette: their incidents have no runs, handlers or jobs. */
export const SOURCE_RULES = ['blind', 'down', 'stopped'] as const satisfies AlertRule[]
export type SourceRule = (typeof SOURCE_RULES)[number]

export function isSourceRule(rule: AlertRule): rule is SourceRule {
  return (SOURCE_RULES as readonly AlertRule[]).includes(rule)
}

const LAST_MINUTE = 24 * 60 - 1
const minuteOfDay = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(LAST_MINUTE))

/** How soon more failures than usual are an incident; `custom` = `failures` within `minutes` (1 to 180). */
export const sensitivitySchema = v.variant('level', [
  v.strictObject({ level: v.picklist(['low', 'medium', 'high']) }),
  v.strictObject({
    level: v.literal('custom'),
    failures: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(180)),
  }),
])
export type Sensitivity = v.InferOutput<typeof sensitivitySchema>

/** A daily time of silence in minutes of the local day (0 to 1439), `to` excluded; may go over midnight. */
export const quietHoursSchema = v.strictObject({ fromMinute: minuteOfDay, toMinute: minuteOfDay })
export type QuietHours = v.InferOutput<typeof quietHoursSchema>

/** Whether a moment (microseconds since 1970) is in quiet hours, by the offset of local time to UTC. */
export function isQuiet(hours: QuietHours | null, us: number, utcOffsetMinutes: number): boolean {
  if (hours === null) return false
  const { fromMinute, toMinute } = hours
  const minute = Math.floor(((us + utcOffsetMinutes * MINUTE_US) % DAY_US) / MINUTE_US)
  if (fromMinute <= toMinute) return minute >= fromMinute && minute < toMinute
  return minute >= fromMinute || minute < toMinute
}

/** What people choose about alerts. Incidents are kept whatever is off here; it only says what is notified. */
export const alertSettingsSchema = v.strictObject({
  /** Whether the system is asked to show notifications at all. */
  enabled: v.boolean(),
  sensitivity: sensitivitySchema,
  /** Notify of incidents by each rule. */
  notify: v.strictObject({
    rate: v.boolean(),
    streak: v.boolean(),
    failures: v.boolean(),
    missed: v.boolean(),
    blind: v.boolean(),
    down: v.optional(v.boolean(), true),
    stopped: v.optional(v.boolean(), true),
  }),
  /** Say again after 4 hours, then once a day, that an incident is still open. */
  remind: v.boolean(),
  quietHours: v.nullable(quietHoursSchema),
})
export type AlertSettings = v.InferOutput<typeof alertSettingsSchema>

/** What is in force until somebody chooses. */
export const DEFAULT_ALERT_SETTINGS: AlertSettings = {
  enabled: true,
  sensitivity: { level: 'medium' },
  notify: { rate: true, streak: true, failures: true, missed: false, blind: true, down: true, stopped: true },
  remind: false,
  quietHours: null,
}
