import type { Condition } from '@shared/filter'
import { conditionValue } from '@shared/names'
import { visibleText } from './visible-text'

/** A handler or job as filters name it: `presence_tracker.decay · 1`. */
export function targetLabel(target: {
  appKey: string
  instanceIndex: number
  instanceCount: number
  name: string
}): string {
  const instance = target.instanceCount > 1 ? ` · ${target.instanceIndex}` : ''
  return visibleText(`${target.appKey}.${target.name}${instance}`)
}

/** The value of a condition as people know it; `nameOf` knows targets by their id. */
export function conditionLabel(condition: Condition, nameOf: (targetId: number) => string | null): string {
  const name = condition.field === 'target' ? nameOf(condition.value) : null
  return name ?? visibleText(conditionValue(condition))
}

/** What a run's execution id looks like. */
export function executionIdIn(text: string): string | null {
  const id = text.trim().toLowerCase()
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id) ? id : null
}
