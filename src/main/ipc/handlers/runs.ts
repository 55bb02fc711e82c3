import type { OpenArchive } from '../../open-archive'
import { createTickets } from '../../util/concurrency'
import type { HandlersOf } from '../dispatch'

/** What is asked of the archive about runs. */
type RunHandlers = HandlersOf<'runs' | 'targets' | 'apps' | 'trends' | 'sessions' | 'coverage'>

/** The questions about runs and about what is worked out from them. */
export function createRunHandlers(archive: Pick<OpenArchive, 'read'>): RunHandlers {
  const counts = createTickets()
  const values = createTickets()
  /** The window looks for one run at a time: a new search ends the one before. */
  const searches = createTickets()
  return {
    'runs.page': (input) => archive.read()['runs.page'](input),
    'runs.get': (input) => archive.read()['runs.get'](input),
    'runs.find': (input) => searches.run('find', (signal) => archive.read()['runs.find'](input, { signal })),
    'runs.count': ({ filter, ticket }) =>
      counts.run(ticket, (signal) => archive.read()['runs.count']({ filter }, { signal })),
    'runs.countByTier': (input) => archive.read()['runs.countByTier'](input),
    'runs.values': ({ filter, field, ticket }) =>
      values.run(ticket, (signal) => archive.read()['runs.values']({ filter, field }, { signal })),
    'targets.list': (input) => archive.read()['targets.list'](input),
    'targets.get': (input) => archive.read()['targets.get'](input),
    'apps.list': (input) => archive.read()['apps.list'](input),
    'trends.summary': (input) => archive.read()['trends.summary'](input),
    'trends.series': (input) => archive.read()['trends.series'](input),
    'trends.heatmap': (input) => archive.read()['trends.heatmap'](input),
    'trends.attention': (input) => archive.read()['trends.attention'](input),
    'sessions.list': (input) => archive.read()['sessions.list'](input),
    'coverage.get': (input) => archive.read()['coverage.get'](input),
  }
}
