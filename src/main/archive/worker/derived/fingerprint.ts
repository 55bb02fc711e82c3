import { parseDependencyMessage } from '@shared/dependency-message'
import type { DependencyMessage } from '@shared/dependency-message'
import type { DependencyCause, GroupCause } from '@shared/error-group'
import type { RunStatus, TargetKind } from '@shared/run'
import { tracebackParts } from '@shared/traceback'

/** Raised when the rules below change; groups made by an older version stay as they are. */
export const FINGERPRINT_VERSION = 1

/** What a fingerprint is made from. */
export interface FailedRun {
  status: RunStatus
  dependencyFailure: boolean
  kind: TargetKind
  appKey: string
  targetName: string
  errorType: string | null
  message: string | null
  traceback: string | null
}

/** Which failures are of one kind. */
export interface Fingerprint {
  /** Equal for runs of one cause; instances of an app share it. */
  key: string
  /** What they have in common, without what varies. */
  cause: GroupCause
}

const FRAMES = 3
const SEPARATOR = ' | '

/** The fingerprint of a run; null for runs that form no group (ok, cancelled, skipped). */
export function fingerprintOf(run: FailedRun): Fingerprint | null {
  const handler = `${run.kind} ${run.appKey}.${run.targetName}`
  const { errorType } = run
  if (run.status === 'timed_out') {
    const cause = { kind: 'timeout', errorType, appKey: run.appKey, name: run.targetName } as const
    return { key: join('timeout', handler), cause }
  }
  if (run.status !== 'failed') return null
  const errorClass = errorType ?? 'unknown error'
  const parsed = run.dependencyFailure && run.message !== null ? parseDependencyMessage(run.message) : null
  if (parsed !== null) {
    const message = causeOf(parsed)
    return {
      key: join('di', errorClass, handler, ...keyOf(message)),
      cause: { kind: 'dependency', errorType, message },
    }
  }
  const template = normaliseMessage(lastMessage(run))
  const frames = run.traceback === null ? [] : ownFrames(run.traceback)
  const key =
    frames.length > 0
      ? join('traceback', errorClass, ...frames, template)
      : join('message', errorClass, handler, template)
  return { key, cause: { kind: 'error', errorType, template } }
}

/** The from-type, the values and the addresses of documentation vary between failures of one cause: none is in here. */
function causeOf(message: DependencyMessage): DependencyCause {
  switch (message.kind) {
    case 'convert': {
      const { kind, parameter, toType, innerType, missing } = message
      return { kind, parameter, toType, innerType, missing }
    }
    case 'extract': {
      const { kind, parameter, innerType } = message
      return { kind, parameter, innerType }
    }
    default:
      return message
  }
}

/** What tells two causes apart: the parameter, its type, what was met inside. */
function keyOf(message: DependencyCause): [parameter: string, toType: string, inner: string] {
  switch (message.kind) {
    case 'convert':
      return [message.parameter, message.toType, message.innerType ?? '']
    case 'extract':
      return [message.parameter, '', message.innerType ?? '']
    case 'no_source':
      return ['', message.type, '']
    case 'none':
      return ['', '', message.got]
  }
}

/** `file:function` of the last three frames of the app's own code, innermost last. */
function ownFrames(traceback: string): string[] {
  return tracebackParts(traceback)
    .flatMap((part) => (part.kind === 'frame' ? [`${fileName(part.file)}:${part.name}`] : []))
    .slice(-FRAMES)
}

/** The first line of the message; without one the last line of the traceback, less the class in front. */
function lastMessage(run: FailedRun): string {
  if (run.message !== null && run.message !== '') return run.message
  const last = run.traceback?.trimEnd().split('\n').at(-1) ?? ''
  return last.replace(/^[\w.]+(?:: )?/, '')
}

/** Installed elsewhere the same file has another folder; its own folder tells two `app.py` apart. */
function fileName(path: string): string {
  return path.split(/[\\/]/).slice(-2).join('/')
}

function join(...parts: string[]): string {
  return parts.join(SEPARATOR)
}

/** Domains of Home Assistant's entity ids: without them `os.path` would look like one. */
const DOMAINS =
  'alarm_control_panel|automation|binary_sensor|button|calendar|camera|climate|cover|date|datetime|device_tracker|' +
  'event|fan|group|humidifier|image|input_boolean|input_button|input_datetime|input_number|input_select|input_text|' +
  'lawn_mower|light|lock|media_player|notify|number|person|proximity|remote|scene|schedule|script|select|sensor|siren|' +
  'sun|switch|text|time|timer|todo|update|vacuum|valve|water_heater|weather|zone'

/** What varies between messages of one cause, most specific first; each becomes ‹its name›. */
const VARYING: readonly [name: string, pattern: RegExp][] = [
  ['url', /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s'"<>)\]]+/gi],
  ['address', /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g],
  ['id', /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi],
  ['date', /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b/g],
  ['time', /\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\b/g],
  ['host', /\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g],
  ['host', /\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.(?:local|lan|home|internal|com|net|org|io|de|eu)(?::\d+)?\b/gi],
  ['entity', new RegExp(`\\b(?:${DOMAINS})\\.[a-z0-9_]+\\b`, 'g')],
  ['id', /\b0x[0-9a-f]+\b/gi],
  ['id', /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi],
  ['id', /\b[0-9A-HJKMNP-TV-Z]{26}\b/g],
  ['duration', /\b\d+(?:\.\d+)?\s?(?:ms|µs|us|s|sec|seconds?|min|minutes?|hours?|days?)\b/g],
  ['value', /'[^'\n]{41,}'|"[^"\n]{41,}"/g],
  ['number', /(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?![\w])/gi],
]

/** Longer texts are cut: what tells two causes apart stands at the beginning. Characters. */
const MAX_LENGTH = 2000

/**
 * A message with its varying parts replaced by ‹names›: entity ids, numbers, hex, ids, dates, durations, addresses,
 * hosts and long quoted values. Whole words only, so that words that carry meaning stay. Linear in its length.
 */
export function normaliseMessage(message: string): string {
  let text = message.slice(0, MAX_LENGTH)
  for (const [name, pattern] of VARYING) text = text.replace(pattern, `‹${name}›`)
  return text.replace(/\s+/g, ' ').trim()
}
