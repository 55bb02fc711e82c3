import type { TargetKind } from '@shared/run'

/** When a handler or a job runs, in words for people. Pure; what is not understood is shown as Hassette wrote it. */

/** What a source says of when a handler (topic, entity) or a job (schedule) runs. */
export interface Trigger {
  kind: TargetKind
  topic: string | null
  entityId: string | null
  scheduleType: string | null
  scheduleLabel: string | null
  scheduleDetail: string | null
}

/** `unknown` for one of which nothing is known. */
export function triggerWords(trigger: Trigger): string {
  const { kind, topic, entityId, scheduleType: type, scheduleLabel: label, scheduleDetail: detail } = trigger
  if (kind === 'job') return jobTrigger({ type, label: label ?? '', detail })
  return topic ? handlerTrigger({ topic, entityId }) : 'unknown'
}

const STATE_CHANGED = 'hass.event.state_changed'
const CALL_SERVICE = 'hass.event.call_service'

/** `light.porch changes`, `any service is called`, `event zha_event`. */
export function handlerTrigger(handler: { topic: string; entityId: string | null }): string {
  const { topic, entityId } = handler
  if (topic === STATE_CHANGED || topic.startsWith(`${STATE_CHANGED}.`) || topic.startsWith('state_changed.')) {
    const watched = entityId ?? topic.replace(/^(hass\.event\.)?state_changed\.?/, '')
    return watched === '' || watched === '*' ? 'any entity changes' : `${watched} changes`
  }
  if (topic === CALL_SERVICE) return 'any service is called'
  if (topic.startsWith(`${CALL_SERVICE}.`)) return `service ${topic.slice(CALL_SERVICE.length + 1)} is called`
  if (topic.startsWith('hass.event.')) return `event ${topic.slice('hass.event.'.length)}`
  if (topic.startsWith('hassette.event.'))
    return `Hassette: ${topic.slice('hassette.event.'.length).replaceAll('_', ' ')}`
  return topic
}

interface Schedule {
  type: string | null
  label: string
  detail: string | null
}

/** `every 15 min`, `at 06:00, Mon–Fri`, `once, after 5 s`; else label and detail. */
export function jobTrigger({ type, label, detail }: Schedule): string {
  const asWritten = [label, detail].filter((part) => part !== null && part !== '').join(' ')
  if (label === 'every' && detail !== null) return every(detail) ?? asWritten
  if (label === 'daily' && detail !== null) return /^\d{2}:\d{2}$/.test(detail) ? `at ${detail}, every day` : asWritten
  if (label === 'after' && detail !== null) {
    const wait = lengthOf(detail)
    return wait === null ? asWritten : `once, after ${wait}`
  }
  if (label === 'cron' && detail !== null) return cron(detail) ?? `cron ${detail}`
  if (asWritten !== '') return asWritten
  return type === 'manual' ? 'only by hand' : (type ?? 'unknown')
}

function every(detail: string): string | null {
  const length = lengthOf(detail)
  return length === null ? null : `every ${length}`
}

const UNITS: readonly [string, number][] = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
]

/** `900s` → `15 min`; in the largest unit that divides it. */
function lengthOf(detail: string): string | null {
  const seconds = /^(\d+(?:\.\d+)?)s$/.exec(detail)?.[1]
  if (seconds === undefined) return null
  const value = Number(seconds)
  const unit = UNITS.find(([, length]) => value >= length && value % length === 0)
  return unit ? `${value / unit[1]} ${unit[0]}` : `${value} s`
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const

/** Only the plain cases, which can be said without doubt; null for every other. */
function cron(detail: string): string | null {
  const fields = detail.trim().split(/\s+/)
  if (fields.length !== 5) return null
  const [minute, hour, date, month, day] = fields as [string, string, string, string, string]
  if (date !== '*' || month !== '*') return null
  const days = daysOf(day)
  if (days === null) return null
  const suffix = days === '' ? '' : `, ${days}`
  if (hour === '*') {
    if (minute === '*') return `every minute${suffix}`
    const step = /^\*\/(\d{1,2})$/.exec(minute)?.[1]
    // Steps that do not divide the hour have a shorter last step.
    if (step !== undefined)
      return Number(step) > 0 && 60 % Number(step) === 0 ? `every ${Number(step)} min${suffix}` : null
    return inRange(minute, 59) ? `every hour at :${two(minute)}${suffix}` : null
  }
  if (!inRange(minute, 59) || !inRange(hour, 23)) return null
  return `at ${two(hour)}:${two(minute)}, ${days === '' ? 'every day' : days}`
}

/** Empty for every day, `Mon–Fri`, `Sat, Sun`; null when it is not plain. */
function daysOf(field: string): string | null {
  if (field === '*') return ''
  const range = /^([0-7])-([0-7])$/.exec(field)
  if (range?.[1] !== undefined && range[2] !== undefined) {
    return Number(range[1]) < Number(range[2]) ? `${DAYS[Number(range[1])]}–${DAYS[Number(range[2])]}` : null
  }
  if (!/^[0-7](,[0-7])*$/.test(field)) return null
  return field
    .split(',')
    .map((day) => DAYS[Number(day)])
    .join(', ')
}

function inRange(field: string, highest: number): boolean {
  return /^\d{1,2}$/.test(field) && Number(field) <= highest
}

function two(field: string): string {
  return String(Number(field)).padStart(2, '0')
}
