import { parentPort } from 'node:worker_threads'
import type { CopyApi, ThreadApi } from '../../api'
import { checkWhole, judgeArchive, lookAt } from '../copy/check'
import { copyArchive } from '../copy/copy'
import { placeCopy, putBack } from '../copy/place'
import { serve } from '../core/serve'
import type { ThreadHandlers } from '../core/serve'

/** Entry of the copier thread: lives as long as one piece of work, apart from those that hold the archive open. */
const port = parentPort
if (!port) throw new Error('the copier is a worker thread')

const handlers: ThreadHandlers<CopyApi & Pick<ThreadApi<null>, 'close'>> = {
  look: ({ path }) => lookAt(path),
  check: ({ path }) => checkWhole(path),
  judge: ({ path }) => judgeArchive(path),
  copy: (request, context) => copyArchive(request, context),
  place: async (input) => {
    await placeCopy(input)
    return null
  },
  putBack: async (input) => {
    await putBack(input)
    return null
  },
  close: async () => {
    await served.settle()
    setImmediate(() => port.close())
    return null
  },
}

const served = serve(port, handlers, (thrown) => thrown)
