import type { DependencyMessage } from '@shared/dependency-message'
import { shortType } from '@shared/dependency-message'
import { formatDuration } from '@shared/format'
import { words } from '@shared/messages'
import type { RunDetail } from '@shared/run'

/** The outcome of a run in words. */
export function runTitle(run: RunDetail, parsed: DependencyMessage | null): string {
  const text = words.run.title
  if (run.status !== 'failed') return text[run.status]
  if (!run.dependencyFailure) return text.failed(run.errorType)
  if (parsed?.kind === 'convert') {
    if (parsed.missing) return text.convertMissing
    return parsed.entityId || parsed.fields.length > 0 ? text.convertEntity : text.convert
  }
  if (parsed?.kind === 'extract') return text.extract
  if (parsed?.kind === 'none') return text.none
  return parsed?.kind === 'no_source' ? text.noSource : text.dependency
}

/** What happened, as the rest of a sentence that begins with the target's name. */
export function runSentence(run: RunDetail, parsed: DependencyMessage | null): string {
  const text = words.run.sentence
  if (run.status === 'skipped') return text.skipped
  if (run.status !== 'failed') return text[run.status](formatDuration(run.durationUs))
  if (!run.dependencyFailure) return text.failed(formatDuration(run.durationUs))
  if (parsed?.kind === 'convert') {
    if (parsed.missing) return text.convertMissing(parsed.parameter, shortType(parsed.toType))
    if (parsed.entityId) return text.convertEntity(parsed.entityId, shortType(parsed.toType))
    return text.convert(parsed.parameter, shortType(parsed.toType))
  }
  if (parsed?.kind === 'extract') return text.extract(parsed.parameter)
  if (parsed?.kind === 'none') return text.none
  return parsed?.kind === 'no_source' ? text.noSource(parsed.type) : text.dependency
}

/** A part of a dependency failure: what it is called, its value, the full value where that was shortened. */
export interface DependencyPair {
  label: string
  value: string
  full?: string
  /** Hassette does not say it. */
  unnamed?: boolean
}

/**
 * The parts of a dependency failure as pairs for the inspector; the last is the cause. `trigger` = when the handler
 * runs: where the message names nothing, it is all there is to go by.
 */
export function dependencyPairs(parsed: DependencyMessage, trigger: string | null): DependencyPair[] {
  const text = words.run
  if (parsed.kind === 'none') {
    return [
      { label: text.parameter, value: text.unnamed, unnamed: true },
      ...(trigger ? [{ label: text.runsWhen, value: trigger }] : []),
      { label: text.error, value: text.expected(parsed.got) },
    ]
  }
  if (parsed.kind === 'no_source') return [{ label: text.to, value: parsed.type }]
  const parameter = { label: text.parameter, value: parsed.parameter }
  const inner = { label: text.inner, value: parsed.innerType ?? parsed.innerMessage }
  if (parsed.kind === 'extract') return [parameter, inner]
  return [
    parameter,
    ...(parsed.entityId ? [{ label: text.entity, value: parsed.entityId }] : []),
    { label: text.from, value: parsed.missing ? text.nothing : shortType(parsed.fromType), full: parsed.fromType },
    { label: text.to, value: shortType(parsed.toType), full: parsed.toType },
    { label: text.converter, value: parsed.converter },
    ...parsed.fields.map(({ path, problem }) => ({ label: text.field, value: `${path}: ${problem}` })),
    inner,
  ]
}
