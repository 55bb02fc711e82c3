import { parentPort } from 'node:worker_threads'
import { Failure } from '@shared/result'
import type { ReadApi, ThreadApi } from '../../api'
import { archiveFailure } from '../core/connection'
import { openReader } from './open-reader'
import type { OpenReader } from './open-reader'
import { serve } from '../core/serve'
import type { Handlers } from '../core/serve'
import { createTurns } from '../core/scheduling'

/** Entry of the reader thread: every query of the window, on a connection that cannot write. */
const port = parentPort
if (!port) throw new Error('the reader is a worker thread')

let path = ''
let reader: OpenReader | null = null
const turns = createTurns()

const verbs = (): Handlers<ReadApi> => {
  if (!reader) throw new Failure('busy', 'The archive is not open.')
  return reader.verbs
}

const handlers: Handlers<ReadApi & ThreadApi<null>> = {
  open: (options) => {
    path = options.path
    reader = openReader(path)
    return null
  },
  sources: (input, context) => verbs().sources(input, context),
  runsPage: (input, context) => turns.first(() => verbs().runsPage(input, context)),
  runGet: (input, context) => turns.first(() => verbs().runGet(input, context)),
  runFind: (input, context) => verbs().runFind(input, turns.waiting(context)),
  runsCount: (input, context) => verbs().runsCount(input, turns.waiting(context)),
  runsCountByTier: (input, context) => verbs().runsCountByTier(input, turns.waiting(context)),
  runValues: (input, context) => verbs().runValues(input, turns.waiting(context)),
  targetsList: (input, context) => turns.first(() => verbs().targetsList(input, context)),
  targetGet: (input, context) => turns.first(() => verbs().targetGet(input, context)),
  appsList: (input, context) => verbs().appsList(input, context),
  trendsSummary: (input, context) => turns.first(() => verbs().trendsSummary(input, context)),
  trendsSeries: (input, context) => turns.first(() => verbs().trendsSeries(input, context)),
  trendsHeatmap: (input, context) => turns.first(() => verbs().trendsHeatmap(input, context)),
  attention: (input, context) => turns.first(() => verbs().attention(input, context)),
  sessionsList: (input, context) => turns.first(() => verbs().sessionsList(input, context)),
  coverage: (input, context) => turns.first(() => verbs().coverage(input, context)),
  incidentsList: (input, context) => turns.first(() => verbs().incidentsList(input, context)),
  incidentGet: (input, context) => turns.first(() => verbs().incidentGet(input, context)),
  noticesList: (input, context) => turns.first(() => verbs().noticesList(input, context)),
  alertsReplay: (input, context) => verbs().alertsReplay(input, turns.waiting(context)),
  storageInfo: (input, context) => verbs().storageInfo(input, turns.waiting(context)),
  storageLog: (input, context) => verbs().storageLog(input, context),
  storagePreview: (input, context) => verbs().storagePreview(input, turns.waiting(context)),
  close: async () => {
    await served.settle()
    reader?.close()
    reader = null
    setImmediate(() => port.close())
    return null
  },
}

const served = serve(port, handlers, (thrown) => archiveFailure(thrown, path))
