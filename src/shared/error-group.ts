import { shortType } from './dependency-message'
import type { ConvertMessage, ExtractMessage, NoSourceMessage } from './dependency-message'

/**
 * What the failures of an error group have in common, in parts; `groupTitle` makes the words. `other` = what found no room
 * in a group of its own.
 */
export type GroupCause = { errorType: string | null } & (
  | { kind: 'timeout'; appKey: string; name: string }
  /** `template` = the message with its varying parts as ‹names›; empty where there is none. */
  | { kind: 'error'; template: string }
  | { kind: 'dependency'; message: DependencyCause }
  | { kind: 'other' }
)

/** What a dependency failure says, without what varies between failures of one cause. */
export type DependencyCause =
  | Pick<ConvertMessage, 'kind' | 'parameter' | 'toType' | 'innerType' | 'missing'>
  | Pick<ExtractMessage, 'kind' | 'parameter' | 'innerType'>
  | NoSourceMessage
  | { kind: 'none'; got: string }

/** Characters of a title at most. */
const LONGEST = 300

/** For people: what fails, without what varies. */
export function groupTitle(cause: GroupCause): string {
  return titleOf(cause).slice(0, LONGEST)
}

function titleOf(cause: GroupCause): string {
  switch (cause.kind) {
    case 'other':
      return 'Other errors'
    case 'timeout':
      return `${cause.appKey}.${cause.name} timed out`
    case 'error':
      return cause.template === '' ? classOf(cause) : `${classOf(cause)}: ${cause.template}`
    case 'dependency':
      return `${classOf(cause)}: ${dependencyWords(cause.message)}`
  }
}

function classOf({ errorType }: GroupCause): string {
  return errorType ?? 'unknown error'
}

function dependencyWords(message: DependencyCause): string {
  switch (message.kind) {
    case 'convert': {
      const why = message.missing ? 'its value is missing' : message.innerType
      return `parameter ${message.parameter} is not a ${shortType(message.toType)}${why ? ` (${why})` : ''}`
    }
    case 'extract':
      return `parameter ${message.parameter} cannot be taken from the event${message.innerType ? ` (${message.innerType})` : ''}`
    case 'no_source':
      return `nothing gives a ${shortType(message.type)}`
    case 'none':
      return `a required value was ${message.got}`
  }
}
