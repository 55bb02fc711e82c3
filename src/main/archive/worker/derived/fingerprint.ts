import type { DependencyMessage } from '@shared/dependency-message'
import { parseDependencyMessage, shortType } from '@shared/dependency-message'
import type { RunStatus, TargetKind } from '@shared/run'
import { tracebackParts } from '@shared/traceback'
import { normaliseMessage } from './normalise'

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
  /** For people: what fails, without what varies. */
  title: string
  /** The message with its varying parts as ‹names›. */
  template: string
}

const FRAMES = 3
const SEPARATOR = ' | '

/** The fingerprint of a run; null for runs that form no group (ok, cancelled, skipped). */
export function fingerprintOf(run: FailedRun): Fingerprint | null {
  const handler = `${run.kind} ${run.appKey}.${run.targetName}`
  if (run.status === 'timed_out') {
    return { key: join('timeout', handler), title: `${run.appKey}.${run.targetName} timed out`, template: '' }
  }
  if (run.status !== 'failed') return null
  const errorClass = run.errorType ?? 'unknown error'
  const parsed = run.dependencyFailure && run.message !== null ? parseDependencyMessage(run.message) : null
  if (parsed !== null) return dependencyFingerprint(errorClass, handler, parsed)
  const template = normaliseMessage(lastMessage(run))
  const title = template === '' ? errorClass : `${errorClass}: ${template}`
  const frames = run.traceback === null ? [] : ownFrames(run.traceback)
  if (frames.length > 0) return { key: join('traceback', errorClass, ...frames, template), title, template }
  return { key: join('message', errorClass, handler, template), title, template }
}

function dependencyFingerprint(errorClass: string, handler: string, message: DependencyMessage): Fingerprint {
  const { parameter, toType, inner, template } = partsOf(message)
  return {
    key: join('di', errorClass, handler, parameter, toType, inner),
    title: `${errorClass}: ${template}`,
    template,
  }
}

/** The from-type, the values and the addresses of documentation vary between events of one cause: none is in here. */
function partsOf(message: DependencyMessage): { parameter: string; toType: string; inner: string; template: string } {
  switch (message.kind) {
    case 'convert': {
      const inner = message.innerType ?? ''
      const why = message.missing ? 'its value is missing' : inner
      const template = `parameter ${message.parameter} is not a ${shortType(message.toType)}${why ? ` (${why})` : ''}`
      return { parameter: message.parameter, toType: message.toType, inner, template }
    }
    case 'extract': {
      const inner = message.innerType ?? ''
      const template = `parameter ${message.parameter} cannot be taken from the event${inner ? ` (${inner})` : ''}`
      return { parameter: message.parameter, toType: '', inner, template }
    }
    case 'no_source':
      return { parameter: '', toType: message.type, inner: '', template: `nothing gives a ${shortType(message.type)}` }
    case 'none':
      return { parameter: '', toType: '', inner: message.got, template: `a required value was ${message.got}` }
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
