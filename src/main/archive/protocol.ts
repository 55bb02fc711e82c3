import type { Problem } from '@shared/result'
import type { Progress, ReadApi, ThreadApi, WatchState, WriteApi } from './api'

/** What the main thread says to a thread of the archive. */
export type ToThread = { type: 'call'; id: number; verb: string; input: unknown } | { type: 'cancel'; id: number }

/** What a thread of the archive says to the main thread. */
export type FromThread =
  | { type: 'value'; id: number; value: unknown }
  | { type: 'problem'; id: number; problem: Problem }
  | { type: 'progress'; id: number; progress: Progress }
  | { type: 'state'; id: number; state: WatchState }
  | { type: 'committed'; sourceId: number; runs: number }
  /** For the log file: something failed for which there is no code. */
  | { type: 'fault'; verb: string; stack: string }
  /** For the log file: how many calls of a verb kept the thread for long lately, and how long the longest took. */
  | { type: 'slow'; verb: string; calls: number; milliseconds: number }

type Verbs<Api> = Record<keyof Api, true>

/** Every verb of the writer, exhaustive by type. */
export const WRITE_VERBS: Verbs<WriteApi> = {
  identifyFile: true,
  addFileSource: true,
  syncFileSource: true,
  watchFileSource: true,
  renameSource: true,
  setSourceMode: true,
  removeSource: true,
  finishRemovals: true,
  noteWork: true,
  retain: true,
  retentionDue: true,
  alertsStep: true,
  settleNotification: true,
  addNotification: true,
  setLimits: true,
  setPace: true,
  addRecording: true,
  importRecording: true,
}

/**
 * How the reader answers each of its verbs, exhaustive by type. What the window paints goes first (`foreground`); what it
 * counts or searches waits for that in its pauses (`background`); the rest is one short statement.
 */
export const READ_VERBS: Record<keyof ReadApi, 'foreground' | 'background' | 'short'> = {
  sources: 'short',
  'runs.page': 'foreground',
  'runs.get': 'foreground',
  'runs.find': 'background',
  'runs.count': 'background',
  'runs.countByTier': 'background',
  'runs.values': 'background',
  'targets.list': 'foreground',
  'targets.get': 'foreground',
  'apps.list': 'short',
  'trends.summary': 'foreground',
  'trends.series': 'foreground',
  'trends.heatmap': 'foreground',
  'trends.attention': 'foreground',
  'sessions.list': 'foreground',
  'coverage.get': 'foreground',
  'alerts.list': 'foreground',
  'alerts.get': 'foreground',
  'alerts.notifications': 'foreground',
  'alerts.replay': 'background',
  'storage.info': 'background',
  'storage.log': 'short',
  'storage.preview': 'background',
}

/** What the client calls to open and close a thread's database. */
export const THREAD_VERBS = { open: 'open', close: 'close' } as const satisfies Record<keyof ThreadApi<unknown>, string>
