import { Failure } from '@shared/result'
import type { SourceMode } from '@shared/source'
import type { Writable } from '../core/database'
import type { WriteApi } from '../../api'
import type { ThreadHandlers } from '../core/serve'
import { IS_GONE } from '../core/meta'
import { createSourceDeletion } from './delete-source'
import type { WriterMemory } from '../derived/writer-memory'

/** Changes of a source itself. */
export type SourceChanges = Pick<WriteApi, 'renameSource' | 'setSourceMode' | 'removeSource'> &
  Pick<ThreadHandlers<WriteApi>, 'finishRemovals'>

/** `nowUs` gives the time by the clock, microseconds. */
export function createSourceChanges(
  db: Writable,
  memory: WriterMemory,
  nowUs: () => number = () => Date.now() * 1000,
): SourceChanges {
  const removal = createSourceDeletion(db, memory)
  const find = db
    .prepare<[number], SourceMode>(`SELECT s.mode FROM sources s WHERE s.id = ? AND NOT ${IS_GONE}`)
    .pluck()
  const rename = db.prepare<[string, number]>('UPDATE sources SET name = ? WHERE id = ?')
  const setMode = db.prepare<[SourceMode, number]>('UPDATE sources SET mode = ? WHERE id = ?')
  // As a snapshot its runs have no term: they were kept to be looked at.
  const keep = db.prepare<[number, number]>(
    "UPDATE sources SET removed_us = ?, mode = 'snapshot' WHERE id = ? AND removed_us IS NULL",
  )

  /** What the recording is called and how it is treated is not the user's. */
  const refuseUnlessTheirs = (sourceId: number): void => {
    const mode = find.get(sourceId)
    if (mode === undefined) throw new Failure('not_found', 'There is no such source.')
    if (mode === 'sample') throw new Failure('invalid_input', 'The sample home stays as it is.')
  }

  const remove = db.transaction(({ sourceId, runs }: Parameters<WriteApi['removeSource']>[0]) => {
    refuseUnlessTheirs(sourceId)
    if (runs === 'delete') removal.begin(sourceId, nowUs())
    else keep.run(nowUs(), sourceId)
  }).immediate

  return {
    renameSource: ({ sourceId, name }) => {
      refuseUnlessTheirs(sourceId)
      rename.run(name, sourceId)
      return null
    },
    setSourceMode: ({ sourceId, mode }) => {
      refuseUnlessTheirs(sourceId)
      setMode.run(mode, sourceId)
      return null
    },
    removeSource: (input) => {
      try {
        remove(input)
        return null
      } catch (thrown) {
        memory.forget()
        throw thrown
      }
    },
    finishRemovals: async (_input, context) => {
      await removal.finish(context)
      return null
    },
  }
}
