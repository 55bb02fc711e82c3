import { parentPort } from 'node:worker_threads'
import { Failure } from '@shared/result'
import type { ReadApi, ThreadApi } from '../../api'
import { READ_VERBS } from '../../protocol'
import { archiveFailure } from '../core/connection'
import { openReader } from './open-reader'
import type { OpenReader } from './open-reader'
import { serve } from '../core/serve'
import type { CallContext, ThreadHandlers } from '../core/serve'
import { createScheduler } from '../core/scheduling'

/** Entry of the reader thread: every query of the window, on a connection that cannot write. */
const port = parentPort
if (!port) throw new Error('the reader is a worker thread')

let path = ''
let reader: OpenReader | null = null
const scheduler = createScheduler()

type Verb = keyof ReadApi
type Query = (input: never, context: CallContext) => unknown

const answer = (verb: Verb, input: never, context: CallContext): unknown => {
  if (!reader) throw new Failure('busy', 'The archive is not open.')
  const query: Query = reader.verbs[verb]
  const how = READ_VERBS[verb]
  if (how === 'foreground') return scheduler.foreground(() => query(input, context))
  return query(input, how === 'background' ? scheduler.background(context) : context)
}

const queries = Object.fromEntries(
  (Object.keys(READ_VERBS) as Verb[]).map((verb): [Verb, Query] => [
    verb,
    (input, context) => answer(verb, input, context),
  ]),
)

const handlers: ThreadHandlers<ThreadApi<null>> = {
  open: (options) => {
    path = options.path
    reader = openReader(path)
    return null
  },
  close: async () => {
    await served.settle()
    reader?.close()
    reader = null
    setImmediate(() => port.close())
    return null
  },
}

const served = serve(port, { ...queries, ...handlers }, (thrown) => archiveFailure(thrown, path))
