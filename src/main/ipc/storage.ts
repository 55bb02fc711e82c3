import { Failure } from '@shared/result'
import type { Verb } from '@shared/verbs'
import type { Handlers } from './dispatch'

type Named =
  Extract<Verb, `storage.${string}`> | 'sources.examine' | 'sources.rename' | 'sources.setMode' | 'sources.remove'

/** The verbs about the archive's file and about sources as they are kept in it. */
export function createStorageHandlers(): Pick<Handlers, Named> {
  const missing = (): never => {
    throw new Failure('internal', 'This is being built.')
  }
  return {
    'sources.examine': missing,
    'sources.rename': missing,
    'sources.setMode': missing,
    'sources.remove': missing,
    'storage.info': missing,
    'storage.log': missing,
    'storage.preview': missing,
    'storage.work': missing,
    'storage.clean': missing,
    'storage.compact': missing,
    'storage.backUp': missing,
    'storage.restore': missing,
    'storage.move': missing,
    'storage.cancel': missing,
  }
}
