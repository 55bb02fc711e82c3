import { formatDuration, formatUtc } from '@shared/format'
import { KIND_WORD, STATUS_WORD } from '@shared/names'
import type { RunDetail } from '@shared/run'
import { visibleText } from './visible-text'

/** A run as Markdown for an issue: facts as a list, message and traceback fenced. */
export function runMarkdown(run: RunDetail): string {
  const instance = run.instanceCount > 1 ? ` (instance ${run.instanceIndex})` : ''
  const facts = [
    `**${escape(run.appKey)}.${escape(run.targetName)}**${instance}, ${KIND_WORD[run.kind]}: ${STATUS_WORD[run.status]}`,
    '',
    `- Started: ${formatUtc(run.startedUs)}`,
    `- Took: ${formatDuration(run.durationUs)}`,
    ...(run.errorType ? [`- Error: ${escape(run.errorType)}`] : []),
    ...(run.executionId ? [`- Run: ${escape(run.executionId)}`] : []),
    ...(run.contextId ? [`- Trigger: ${escape(run.contextId)}${run.origin ? ` (${run.origin})` : ''}`] : []),
  ]
  return [facts.join('\n'), fenced(run.message), fenced(run.traceback)].filter(Boolean).join('\n\n') + '\n'
}

/** A fence longer than any run of back-ticks inside, so that text cannot end it. */
function fenced(text: string | null): string {
  if (!text) return ''
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}\n${visibleText(text.trimEnd())}\n${fence}`
}

function escape(text: string): string {
  return visibleText(text).replace(/[\\`*_{}[\]<>#|]/g, '\\$&')
}
