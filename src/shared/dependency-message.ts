/**
 * What the message of a dependency failure says, in parts. Shapes read from databases of Hassette 0.50–0.60
 * (docs of the source: design/hassette-060.md §3); anything else is `null` and shown as it stands.
 */
export type DependencyMessage = ConvertMessage | ExtractMessage | { kind: 'none'; got: string } | NoSourceMessage

/** A value was there but could not be turned into what the parameter asks for. */
export interface ConvertMessage {
  kind: 'convert'
  handler: string
  parameter: string
  fromType: string
  toType: string
  converter: string
  innerType: string | null
  innerMessage: string
  entityId: string | null
  /** The value was missing from the event (`MISSING_VALUE`). */
  missing: boolean
  /** Fields that did not fit, from the many-line form of 0.52 (pydantic). */
  fields: FieldProblem[]
}

/** The value could not be taken out of the event. */
export interface ExtractMessage {
  kind: 'extract'
  handler: string
  parameter: string
  innerType: string | null
  innerMessage: string
}

/** Hassette knows nothing that could fill a parameter of this type. */
export interface NoSourceMessage {
  kind: 'no_source'
  type: string
}

/** One field of the many-line form. */
export interface FieldProblem {
  path: string
  problem: string
}

const MAX_LENGTH = 100_000

/** Takes a message apart; null when it has none of the known shapes. Linear in its length. */
export function parseDependencyMessage(message: string): DependencyMessage | null {
  const text = message.slice(0, MAX_LENGTH)
  const none = /^Required dependency returned (\w{1,80}), expected a value/.exec(text)
  if (none?.[1]) return { kind: 'none', got: none[1] }
  const noSource = /^no source available for type (.{1,500})/i.exec(text)
  if (noSource?.[1]) return { kind: 'no_source', type: noSource[1] }
  return parseHandlerMessage(text)
}

function parseHandlerMessage(text: string): ConvertMessage | ExtractMessage | null {
  const rest = after(text, "Handler '")
  if (rest === null) return null
  const extract = cut(rest, "' - failed to extract parameter '")
  if (extract) {
    const parts = cut(extract[1], "': ")
    return parts ? { kind: 'extract', handler: extract[0], parameter: parts[0], ...inner(parts[1]) } : null
  }
  const convert = cut(rest, "' - failed to convert parameter '")
  const from = convert && cut(convert[1], "' of type '")
  const to = from && cut(from[1], "' to '")
  const using = to && cut(to[1], "' using converter ")
  const error = using && cut(using[1], ': ')
  if (!error) return null
  const { innerType, innerMessage } = inner(error[1])
  return {
    kind: 'convert',
    handler: convert[0],
    parameter: from[0],
    fromType: to[0],
    toType: using[0],
    converter: error[0],
    innerType,
    innerMessage,
    entityId: /entity_id '([^']{1,255})'/.exec(innerMessage)?.[1] ?? null,
    missing: innerMessage.includes('<MISSING_VALUE>') || to[0].endsWith('FalseySentinel'),
    fields: fieldProblems(innerMessage),
  }
}

/** `LightState` of `<class 'hassette.models.states.light.LightState'>`; what is no dotted name stays as it is. */
export function shortType(type: string): string {
  const named = /^<class '([^']+)'>$/.exec(type)?.[1] ?? type
  return /^[\w.]+$/.test(named) ? named.slice(named.lastIndexOf('.') + 1) : named
}

function inner(text: string): { innerType: string | null; innerMessage: string } {
  const named = /^([A-Za-z_][\w.]{0,120}): /.exec(text)
  if (!named?.[1]) return { innerType: null, innerMessage: text }
  return { innerType: named[1], innerMessage: text.slice(named[0].length) }
}

/** Pairs of lines: the path at the margin, the problem indented by two, hints indented further are left out. */
function fieldProblems(message: string): FieldProblem[] {
  const lines = message.split('\n').slice(1)
  const found: FieldProblem[] = []
  for (const [index, line] of lines.entries()) {
    const next = lines[index + 1]
    if (/^\S/.test(line) && next && /^ {2}\S/.test(next)) found.push({ path: line.trim(), problem: next.trim() })
  }
  return found
}

function after(text: string, prefix: string): string | null {
  return text.startsWith(prefix) ? text.slice(prefix.length) : null
}

function cut(text: string, separator: string): [string, string] | null {
  const at = text.indexOf(separator)
  return at < 0 ? null : [text.slice(0, at), text.slice(at + separator.length)]
}
