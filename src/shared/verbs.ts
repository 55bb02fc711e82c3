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
  'sources.examine': 'query',
  'sources.rename': 'command',
  'sources.setMode': 'command',
  'sources.remove': 'command',
  'runs.page': 'query',
  'runs.get': 'query',
  'runs.find': 'query',
  'runs.count': 'query',
  'runs.countByTier': 'query',
  'runs.values': 'query',
  'targets.list': 'query',
  'targets.get': 'query',
  'apps.list': 'query',
  'trends.summary': 'query',
  'trends.series': 'query',
  'trends.heatmap': 'query',
  'trends.attention': 'query',
  'sessions.list': 'query',
  'coverage.get': 'query',
  'storage.info': 'query',
  'storage.log': 'query',
  'storage.preview': 'query',
  'storage.work': 'query',
  'storage.clean': 'command',
  'storage.compact': 'command',
  'storage.backUp': 'command',
  'storage.restore': 'command',
  'storage.move': 'command',
  'storage.cancel': 'command',
} as const

export type Verb = keyof typeof VERBS

/** What main tells the window without being asked. */
export const EVENTS = [
  'archiveState',
  'runsCommitted',
  'sourcesChanged',
  'settingsChanged',
  'storageWork',
  'trayChanged',
  'navigate',
] as const
export type EventName = (typeof EVENTS)[number]
