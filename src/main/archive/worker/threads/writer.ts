import { parentPort } from 'node:worker_threads'
import { Failure } from '@shared/result'
import type { ArchiveFacts, ThreadApi, WriteApi } from '../../api'
import type { FromThread } from '../../protocol'
import { archiveFailure } from '../core/connection'
import { serve } from '../core/serve'
import type { ThreadHandlers } from '../core/serve'
import { openWriter } from './open-writer'
import type { OpenWriter } from './open-writer'

/** Entry of the writer thread: the only one that writes the archive. */
const port = parentPort
if (!port) throw new Error('the writer is a worker thread')

const news = createCommitNews((sourceId, runs) =>
  port.postMessage({ type: 'committed', sourceId, runs } satisfies FromThread),
)
let path = ''
let writer: OpenWriter | null = null

const opened = (): OpenWriter => {
  if (!writer) throw new Failure('busy', 'The archive is not open.')
  return writer
}

/** What a reading committed is told before it answers. */
const read = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } finally {
    news.flush()
  }
}

const handlers: ThreadHandlers<WriteApi & ThreadApi<ArchiveFacts>> = {
  open: (options) => {
    path = options.path
    writer = openWriter(path, news.add)
    return writer.facts
  },
  identifyFile: (input, context) => opened().sources.identifyFile(input, context),
  addFileSource: (input) => opened().sources.addFile(input),
  syncFileSource: (input, context) => read(() => opened().sources.syncFile(input, context)),
  watchFileSource: (input, context) => read(() => opened().sources.watchFile(input, context)),
  renameSource: (input) => opened().upkeep.renameSource(input),
  setSourceMode: (input) => opened().upkeep.setSourceMode(input),
  // A reading of it that was just ended may not have noticed.
  removeSource: (input) => opened().sources.inTurn(input.sourceId, () => opened().upkeep.removeSource(input)),
  finishRemovals: (input, context) => opened().upkeep.finishRemovals(input, context),
  noteWork: (input) => opened().upkeep.noteWork(input),
  retain: (input, context) => opened().upkeep.retain(input, context),
  retentionDue: () => opened().upkeep.retentionDue(),
  alertsStep: (input, context) => opened().alerts.step(input, context),
  settleNotification: (input) => opened().alerts.settleNotification(input),
  addNotification: (input) => opened().alerts.addNotification(input),
  setLimits: (input) => opened().upkeep.setLimits(input),
  setPace: ({ pace }) => {
    opened().sources.setPace(pace)
    return null
  },
  addRecording: (input) => opened().sources.addRecording(input),
  importRecording: (input, context) => read(() => opened().sources.importRecording(input, context)),
  close: async () => {
    await served.settle()
    news.flush()
    writer?.close()
    writer = null
    setImmediate(() => port.close())
    return null
  },
}

const served = serve(port, handlers, (thrown) => archiveFailure(thrown, path))

/** How often the main thread hears of new runs at most. */
const INTERVAL_MS = 200

/** Sums up what was committed, so that an import does not flood the window. */
interface CommitNews {
  add(sourceId: number, runs: number): void
  /** Tells at once what is left. */
  flush(): void
}

function createCommitNews(tell: (sourceId: number, runs: number) => void): CommitNews {
  const pending = new Map<number, number>()
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    for (const [sourceId, runs] of pending) tell(sourceId, runs)
    pending.clear()
  }

  return {
    add: (sourceId, runs) => {
      pending.set(sourceId, (pending.get(sourceId) ?? 0) + runs)
      timer ??= setTimeout(flush, INTERVAL_MS)
    },
    flush,
  }
}
