import type { Home } from '../../open-archive'
import { createTickets } from '../../util/concurrency'
import type { HandlersOf } from '../dispatch'

/** What is asked of the archive about runs. */
type RunHandlers = HandlersOf<'runs' | 'targets' | 'apps' | 'trends' | 'sessions' | 'coverage'>

/** The questions about runs and about what is worked out from them. */
export function createRunHandlers(home: Pick<Home, 'read'>): RunHandlers {
  const counts = createTickets()
  const values = createTickets()
  /** The window looks for one run at a time: a new search ends the one before. */
  const searches = createTickets()
  return {
    'runs.page': (input) => home.read()['runs.page'](input),
    'runs.get': (input) => home.read()['runs.get'](input),
    'runs.find': (input) => searches.run('find', (signal) => home.read()['runs.find'](input, { signal })),
    'runs.count': ({ filter, ticket }) =>
      counts.run(ticket, (signal) => home.read()['runs.count']({ filter }, { signal })),
    'runs.countByTier': (input) => home.read()['runs.countByTier'](input),
    'runs.values': ({ filter, field, ticket }) =>
      values.run(ticket, (signal) => home.read()['runs.values']({ filter, field }, { signal })),
    'targets.list': (input) => home.read()['targets.list'](input),
    'targets.get': (input) => home.read()['targets.get'](input),
    'apps.list': (input) => home.read()['apps.list'](input),
    'trends.summary': (input) => home.read()['trends.summary'](input),
    'trends.series': (input) => home.read()['trends.series'](input),
    'trends.heatmap': (input) => home.read()['trends.heatmap'](input),
    'trends.attention': (input) => home.read()['trends.attention'](input),
    'sessions.list': (input) => home.read()['sessions.list'](input),
    'coverage.get': (input) => home.read()['coverage.get'](input),
  }
}
