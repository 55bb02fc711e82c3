/**
 * The names of the contract, apart from its schemas, so that the preload stays small: `group.verb` → who may change
 * something. `contract.ts` gives each its input and output.
 */
export const VERBS = {
  'app.info': 'query',
  'app.showArchive': 'command',
  'app.openLogs': 'command',
  'app.copyText': 'command',
  'archive.state': 'query',
  'archive.retry': 'command',
  'archive.repair': 'command',
  'settings.get': 'query',
  'settings.change': 'command',
  'view.get': 'query',
  'view.remember': 'command',
  'sources.list': 'query',
  'sources.retry': 'command',
  'sources.cancel': 'command',
  'sources.discover': 'query',
  'sources.watch': 'command',
  'runs.page': 'query',
  'runs.get': 'query',
  'runs.find': 'query',
  'runs.count': 'query',
  'runs.countByTier': 'query',
  'runs.values': 'query',
  'targets.list': 'query',
  'targets.get': 'query',
  'apps.list': 'query',
} as const

export type Verb = keyof typeof VERBS

/** What main tells the window without being asked. */
export const EVENTS = ['archiveState', 'runsCommitted', 'sourcesChanged', 'settingsChanged', 'navigate'] as const
export type EventName = (typeof EVENTS)[number]
