import { homedir } from 'node:os'
import { Failure } from '@shared/result'
import type { SourceInfo } from '@shared/source'
import type { Home } from '../open-archive'
import type { SettingsStore } from '../settings/settings'
import { typedPath } from './discover'
import type { Handlers } from './dispatch'

/** What the verbs about sources work on. */
export interface SourceUpkeepParts {
  home: Home
  settings: Pick<SettingsStore, 'removeSources'>
}

/** The verbs about a source as it is kept in the archive. */
export function createSourceUpkeepHandlers({
  home,
  settings,
}: SourceUpkeepParts): Pick<Handlers, 'sources.examine' | 'sources.rename' | 'sources.setMode' | 'sources.remove'> {
  const find = async (sourceId: number): Promise<SourceInfo> => {
    const source = (await home.sources()).find(({ id }) => id === sourceId)
    if (!source) throw new Failure('not_found', 'There is no such source.')
    return source
  }

  return {
    'sources.examine': async (input) => {
      if ('path' in input) return home.identify(typedPath(input.path, homedir()))
      const { path } = await find(input.sourceId)
      if (path === null) throw new Failure('not_found', 'This source has no file to look at.')
      return home.identify(path)
    },
    'sources.rename': async (input) => {
      await home.change(() => home.write().renameSource(input))
      home.announceSources()
      return null
    },
    'sources.setMode': async (input) => {
      await home.change(() => home.write().setSourceMode(input))
      home.announceSources()
      return null
    },
    'sources.remove': ({ sourceId, runs }) =>
      home.change(async () => {
        if (home.isSample()) throw new Failure('invalid_input', 'The sample home goes when a Hassette is watched.')
        const { path } = await find(sourceId)
        // First of all it shall not be read at the next start, whatever happens to the rest.
        settings.removeSources([...(path === null ? [] : [path]), ...home.stopReading(sourceId)])
        if (sourceId > 0) await home.write().removeSource({ sourceId, runs })
        home.announceSources()
        home.finishRemovals()
        return null
      }),
  }
}
