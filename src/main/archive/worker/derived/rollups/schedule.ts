import { SECOND_US, HOUR_MS, MINUTE_MS, MINUTE_US } from '@shared/time'
import { Cron } from 'croner'
import type { Zone } from '../../core/time-zone'

/** When a job runs by itself, as far as its source says: in an even rhythm, or at times of a local clock. */
export type Schedule = { kind: 'every'; seconds: number } | { kind: 'cron'; pattern: string }

/**
 * Starts that are this close to an edge of what is asked may lie on its other side: Hassette takes some time from the
 * session's start until a job is registered, and a run begins a little after it is due. Such starts are not expected:
 * better one too few than a missed run that was none.
 */
const SLACK_US = 30_000_000

/**
 * Reads a schedule as Hassette writes it (`every` `300s`, `daily` `06:30`, `cron` `45 6 * * 1-5`). Null for one that
 * cannot be read, and for jobs that run once, after a delay, by hand or at an entity's time: when they were set up, or
 * are due, is stored nowhere.
 */
export function readSchedule(label: string | null, detail: string | null): Schedule | null {
  const text = detail?.trim() ?? ''
  if (label === 'every') {
    const seconds = Number(/^(\d+)s$/.exec(text)?.[1] ?? 0)
    return seconds > 0 ? { kind: 'every', seconds } : null
  }
  if (label === 'daily') {
    const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{1,2})$/.exec(text) ?? []
    return hour === '' ? null : checked(`${Number(minute)} ${Number(hour)} * * *`)
  }
  return label === 'cron' ? checked(text) : null
}

/** Hassette puts seconds last, as croniter does; croner wants them first. */
function checked(expression: string): Schedule | null {
  const fields = expression.split(/\s+/)
  if (fields.length !== 5 && fields.length !== 6) return null
  const pattern = [fields[5] ?? '0', ...fields.slice(0, 5)].join(' ')
  try {
    new Cron(pattern)
    return { kind: 'cron', pattern }
  } catch {
    return null
  }
}

/**
 * How many starts a schedule has within [fromUs, toUs), for a job that lives from `lifeFromUs` to `lifeToUs`
 * (microseconds). A rhythm is counted from the start of its life, as Hassette does; a local time that comes twice, when
 * clocks are set back, is that of the second time, and one that is left out is the next that there is.
 */
export function expectedStarts(
  schedule: Schedule,
  [fromUs, toUs]: readonly [number, number],
  [lifeFromUs, lifeToUs]: readonly [number, number],
  zone: Zone,
): number {
  if (schedule.kind === 'every') {
    const step = schedule.seconds * SECOND_US
    const first = Math.max(1, Math.ceil((fromUs - lifeFromUs) / step))
    const last = Math.floor((Math.min(toUs, lifeToUs) - SLACK_US - lifeFromUs) / step)
    return Math.max(0, last - first + 1)
  }
  const from = Math.max(fromUs, lifeFromUs + SLACK_US)
  const to = Math.min(toUs, lifeToUs - SLACK_US)
  return from < to ? countCron(schedule.pattern, Math.ceil(from / 1000), Math.ceil(to / 1000), zone) : 0
}

/** Milliseconds here, which is what croner counts in. */
function countCron(pattern: string, fromMs: number, toMs: number, zone: Zone): number {
  const offsetAt = (ms: number): number => Math.round(zone.offsetUs(ms * 1000) / MINUTE_US)
  const before = offsetAt(fromMs - 3 * HOUR_MS)
  const after = offsetAt(toMs + 3 * HOUR_MS)
  // With a fixed offset croner is ten times as fast.
  if (before === after) {
    const all = () => count(cronAt(pattern, before), fromMs, toMs, () => true)
    return toMs - fromMs === HOUR_MS && EVERY_HOUR.test(pattern) ? kept(hourly, pattern, all) : all()
  }
  if (before < after) return count(cronIn(pattern, zone.name), fromMs, toMs, () => true)
  const change = (before - after) * MINUTE_MS
  const comesAgain = (ms: number): boolean => offsetAt(ms) - offsetAt(ms + change) === before - after
  const here = (offset: number) => (ms: number) => offsetAt(ms) === offset && !comesAgain(ms)
  return (
    count(cronAt(pattern, before), fromMs, toMs, here(before)) +
    count(cronAt(pattern, after), fromMs, toMs, here(after))
  )
}

function count(cron: Cron, fromMs: number, toMs: number, counts: (ms: number) => boolean): number {
  let found = 0
  // The next run is strictly after what is given.
  let next = cron.nextRun(new Date(fromMs - 1))
  for (; next && next.getTime() < toMs; next = cron.nextRun(next)) if (counts(next.getTime())) found++
  return found
}

/** Every hour has the same starts: only seconds and minutes say something. */
const EVERY_HOUR = / \* \* \* \*$/
const MOST_KEPT = 500
const crons = new Map<string, Cron>()
const hourly = new Map<string, number>()

function cronAt(pattern: string, utcOffset: number): Cron {
  return kept(crons, `${pattern}@${utcOffset}`, () => new Cron(pattern, { utcOffset }))
}

function cronIn(pattern: string, timezone: string): Cron {
  return kept(crons, `${pattern}@${timezone}`, () => new Cron(pattern, { timezone }))
}

/** A pattern is read once, not once an hour. */
function kept<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  if (cache.size >= MOST_KEPT) cache.clear()
  const made = make()
  cache.set(key, made)
  return made
}
