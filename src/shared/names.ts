import type { Condition } from './filter'
import type { RunOrigin, RunStatus, SessionEnding, TargetKind } from './run'
import type { SettingOrigin, Theme } from './settings'
import type { TargetState } from './target'

/** Status in words. */
export const STATUS_WORD: Record<RunStatus, string> = {
  ok: 'ok',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** Kinds of targets in words, one and many. */
export const KIND_WORD: Record<TargetKind, string> = { handler: 'handler', job: 'job' }

/** Ranges offered as buttons. */
export const RANGE_WORD: Record<string, string> = {
  restart: 'Since restart',
  '15m': '15 m',
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
  '90d': '90 d',
}

/** Tiers in words. */
export const TIER_WORD = { app: 'Apps', framework: 'Framework', all: 'All' } as const

/** States of a target that has left Hassette. */
export const TARGET_STATE: Record<TargetState, { word: string; sentence: string } | null> = {
  active: null,
  retired: { word: 'retired', sentence: 'Retired: it is no longer in the code of its app.' },
  removed: { word: 'removed', sentence: 'Removed: its app cancelled it.' },
}

/** Themes in words. */
export const THEME_WORD: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }

/** Names of the fields that a filter can hold, and of their values. */
export const FIELD_WORD: Record<Condition['field'], string> = {
  status: 'Status',
  app: 'App',
  kind: 'Kind',
  target: 'Target',
  errorType: 'Error type',
  dependencyFailure: 'Dependency failure',
  text: 'Error text',
}

/** Where a setting in force came from. */
export const ORIGIN_WORD: Record<SettingOrigin, string> = {
  flag: 'set by a start option',
  environment: 'set by an environment variable',
  file: 'set in the settings file',
  default: 'the default',
}

/** How a session ended. */
export const ENDING_WORD: Record<SessionEnding, string> = {
  running: 'still running',
  clean: 'stopped cleanly',
  crashed: 'crashed',
  killed: 'ended without a clean stop',
}

/** Who triggered a run. */
export const RUN_ORIGIN_WORD: Record<NonNullable<RunOrigin>, string> = {
  LOCAL: 'Home Assistant itself',
  REMOTE: 'another Home Assistant',
  HASSETTE: 'Hassette',
  HASSETTE_SYNTHETIC: 'Hassette, made up at start',
  other: 'elsewhere',
}

/** How the value of a condition is written; a target by its number, since its name is not in the condition. */
export function conditionValue(condition: Condition): string {
  if (condition.field === 'status') return STATUS_WORD[condition.value]
  if (condition.field === 'kind') return KIND_WORD[condition.value]
  if (condition.field === 'dependencyFailure') return ''
  return condition.field === 'target' ? `#${condition.value}` : condition.value
}
