import { formatSeconds } from '@shared/format'
import { words } from '@shared/messages'
import type { TargetDetail } from '@shared/target'

/** Facts about how a target runs, as short tags; what Hassette leaves at its default and says nothing about is left out. */
export function targetTags(target: TargetDetail): string[] {
  const text = words.target
  const tags = [
    target.tier === 'framework' ? text.framework : null,
    target.mode === null ? null : text.mode(target.mode),
    target.once ? text.once : null,
    target.immediate ? text.immediate : null,
    target.debounceS === null ? null : text.debounce(formatSeconds(target.debounceS)),
    target.throttleS === null ? null : text.throttle(formatSeconds(target.throttleS)),
    target.durationS === null ? null : text.holds(formatSeconds(target.durationS)),
    target.priority === null ? null : text.priority(target.priority),
    target.backpressure === null ? null : text.backpressure(target.backpressure),
    target.schedule ? [target.schedule.label, target.schedule.detail].filter(Boolean).join(' ') : null,
    target.predicate,
  ]
  return tags.filter((tag) => tag !== null).filter((tag) => tag !== '')
}
