import { homedir } from 'node:os'
import { Failure, toProblem } from '@shared/result'
import type { SourceInfo, FoundSource } from '@shared/source'
import type { OpenArchive } from '../../open-archive'
import type { SettingsStore } from '../../settings/settings'
import { findDatabases, thisComputer } from '../../sources/discovery'
import { typedPath } from '../../util/user-path'
import type { HandlersOf } from '../dispatch'

/** What the verbs about sources work on. */
export interface SourceHandlerParts {
  archive: OpenArchive
  settings: Pick<SettingsStore, 'addSource' | 'removeSources'>
}

/** The verbs about sources: which there are, what happens to each, and what is kept of it. */
export function createSourceHandlers({ archive, settings }: SourceHandlerParts): HandlersOf<'sources'> {
  const find = async (sourceId: number): Promise<SourceInfo> => {
    const source = (await archive.sources()).find(({ id }) => id === sourceId)
    if (!source) throw new Failure('not_found', 'There is no such source.')
    return source
  }

  return {
    'sources.list': () => archive.sources(),
    'sources.retry': ({ sourceId }) => {
      archive.retrySource(sourceId)
      return null
    },
    'sources.cancel': ({ sourceId }) => {
      archive.cancelSource(sourceId)
      return null
    },
    'sources.discover': () => discoverSources(archive),
    'sources.watch': async ({ path: text }) => {
      const path = typedPath(text, homedir())
      // What cannot be read is not written into the settings.
      await archive.identify(path)
      settings.addSource(path)
      await archive.watch(path)
      return null
    },
    'sources.examine': async (input) => {
      if ('path' in input) return archive.identify(typedPath(input.path, homedir()))
      const { path } = await find(input.sourceId)
      if (path === null) throw new Failure('not_found', 'This source has no file to look at.')
      return archive.identify(path)
    },
    'sources.rename': async (input) => {
      await archive.change(() => archive.write().renameSource(input))
      archive.announceSources()
      return null
    },
    'sources.setMode': async (input) => {
      await archive.change(() => archive.write().setSourceMode(input))
      archive.announceSources()
      return null
    },
    'sources.remove': ({ sourceId, runs }) =>
      archive.change(async () => {
        if (archive.isSample()) throw new Failure('invalid_input', 'The sample home goes when a Hassette is watched.')
        const { path } = await find(sourceId)
        // First of all it shall not be read at the next start, whatever happens to the rest.
        settings.removeSources([...(path === null ? [] : [path]), ...archive.stopReading(sourceId)])
        if (sourceId > 0) await archive.write().removeSource({ sourceId, runs })
        archive.announceSources()
        archive.finishRemovals()
        return null
      }),
  }
}

/** Looks for Hassettes on this computer and says what each file holds, or why it cannot be read. */
async function discoverSources(archive: Pick<OpenArchive, 'identify'>): Promise<FoundSource[]> {
  const candidates = await findDatabases(thisComputer())
  const found: FoundSource[] = []
  for (const { path, because } of candidates) {
    try {
      // Hassette's own file is the one that it writes, though it may not run now.
      found.push({ path, because, found: { ok: true, facts: { ...(await archive.identify(path)), mode: 'live' } } })
    } catch (thrown) {
      found.push({ path, because, found: { ok: false, problem: toProblem(thrown) } })
    }
  }
  return found
}
