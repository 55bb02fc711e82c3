import { parentPort } from 'node:worker_threads'
import { Failure } from '@shared/result'
import type { ReadApi, ThreadApi } from '../../api'
import { archiveFailure } from '../core/connection'
import { openReader } from './open-reader'
import type { OpenReader } from './open-reader'
import { serve } from '../core/serve'
import type { ThreadHandlers } from '../core/serve'
import { createScheduler } from '../core/scheduling'

/** Entry of the reader thread: every query of the window, on a connection that cannot write. */
const port = parentPort
if (!port) throw new Error('the reader is a worker thread')

let path = ''
let reader: OpenReader | null = null
const scheduler = createScheduler()

const verbs = (): ThreadHandlers<ReadApi> => {
  if (!reader) throw new Failure('busy', 'The archive is not open.')
  return reader.verbs
}

const handlers: ThreadHandlers<ReadApi & ThreadApi<null>> = {
  open: (options) => {
    path = options.path
    reader = openReader(path)
    return null
  },
  sources: (input, context) => verbs().sources(input, context),
  runsPage: (input, context) => scheduler.foreground(() => verbs().runsPage(input, context)),
  runGet: (input, context) => scheduler.foreground(() => verbs().runGet(input, context)),
  runFind: (input, context) => verbs().runFind(input, scheduler.background(context)),
  runsCount: (input, context) => verbs().runsCount(input, scheduler.background(context)),
  runsCountByTier: (input, context) => verbs().runsCountByTier(input, scheduler.background(context)),
  runValues: (input, context) => verbs().runValues(input, scheduler.background(context)),
  targetsList: (input, context) => scheduler.foreground(() => verbs().targetsList(input, context)),
  targetGet: (input, context) => scheduler.foreground(() => verbs().targetGet(input, context)),
  appsList: (input, context) => verbs().appsList(input, context),
  trendsSummary: (input, context) => scheduler.foreground(() => verbs().trendsSummary(input, context)),
  trendsSeries: (input, context) => scheduler.foreground(() => verbs().trendsSeries(input, context)),
  trendsHeatmap: (input, context) => scheduler.foreground(() => verbs().trendsHeatmap(input, context)),
  attention: (input, context) => scheduler.foreground(() => verbs().attention(input, context)),
  sessionsList: (input, context) => scheduler.foreground(() => verbs().sessionsList(input, context)),
  coverage: (input, context) => scheduler.foreground(() => verbs().coverage(input, context)),
  incidentsList: (input, context) => scheduler.foreground(() => verbs().incidentsList(input, context)),
  incidentGet: (input, context) => scheduler.foreground(() => verbs().incidentGet(input, context)),
  noticesList: (input, context) => scheduler.foreground(() => verbs().noticesList(input, context)),
  alertsReplay: (input, context) => verbs().alertsReplay(input, scheduler.background(context)),
  storageInfo: (input, context) => verbs().storageInfo(input, scheduler.background(context)),
  storageLog: (input, context) => verbs().storageLog(input, context),
  storagePreview: (input, context) => verbs().storagePreview(input, scheduler.background(context)),
  close: async () => {
    await served.settle()
    reader?.close()
    reader = null
    setImmediate(() => port.close())
    return null
  },
}

const served = serve(port, handlers, (thrown) => archiveFailure(thrown, path))
