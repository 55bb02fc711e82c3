import { stat } from 'node:fs/promises'
import { Failure } from '@shared/result'
import type { ArchiveVerdict, CopyApi, CopyReport, CopyRequest, FoundArchive } from '../archive/api'
import { partOf, removeDatabase } from '../archive/files'
import { startThread } from '../archive/thread'

/** How often the growth of a copy is looked at, milliseconds. */
const LOOK_MS = 200

/** The copier thread behind promises; it lives from `startCopier` to `close`. See `CopyApi` for what each does. */
export interface Copier {
  look: (path: string) => Promise<FoundArchive>
  check: (path: string) => Promise<FoundArchive>
  judge: (path: string) => Promise<ArchiveVerdict>
  /**
   * A signal takes effect when SQLite has written the copy. Whatever way it fails, no file is left behind; nor when
   * `place` fails.
   */
  copy: (request: CopyRequest, options: CopyOptions) => Promise<CopyReport>
  place: (path: string, aside: string) => Promise<void>
  putBack: (path: string, aside: string) => Promise<void>
  close: () => Promise<void>
}

/** How a copy is followed. */
export interface CopyOptions {
  signal: AbortSignal
  /** About what the copy will have; more than 0. */
  expectedBytes: number
  /** Hears how it grows, 0 to 1; the checks at its end are not counted. */
  onShare: (share: number) => void
}

/** Starts the thread from its built entry file. */
export function startCopier(entry: string | URL, onFault: (message: string) => void): Copier {
  let ended = false
  const onEnd = (): void => {
    ended = true
  }
  const thread = startThread(entry, 'archive copier', { onCommitted: () => undefined, onFault, onEnd })

  const call = async <Verb extends keyof CopyApi>(
    verb: Verb,
    input: Parameters<CopyApi[Verb]>[0],
    signal?: AbortSignal,
  ): Promise<ReturnType<CopyApi[Verb]>> => {
    try {
      return (await thread.call(verb, input, signal ? { signal } : {})) as ReturnType<CopyApi[Verb]>
    } catch (thrown) {
      if (!ended) throw thrown
      throw new Failure('internal', 'The copying stopped unexpectedly.', 'The log file says why: Settings, Logs.', {
        cause: thrown,
      })
    }
  }

  /** Nobody looks for an unfinished copy. */
  const orRemove = async <T>(part: string, work: Promise<T>): Promise<T> => {
    try {
      return await work
    } catch (thrown) {
      removeDatabase(part)
      throw thrown
    }
  }

  const makeCopy = async (request: CopyRequest, { signal, expectedBytes, onShare }: CopyOptions) => {
    const unfollow = followGrowth(partOf(request.to), (bytes) => onShare(Math.min(1, bytes / expectedBytes)))
    try {
      const report = await call('copy', request, signal)
      if (signal.aborted) throw new Failure('cancelled', 'Cancelled.')
      return report
    } finally {
      unfollow()
    }
  }

  return {
    look: (path) => call('look', { path }),
    check: (path) => call('check', { path }),
    judge: (path) => call('judge', { path }),
    copy: (request, options) => orRemove(partOf(request.to), makeCopy(request, options)),
    place: async (path, aside) => {
      await orRemove(partOf(path), call('place', { path, aside }))
    },
    putBack: async (path, aside) => {
      await call('putBack', { path, aside })
    },
    close: async () => {
      await thread.call('close', undefined).catch(() => undefined)
      await thread.ended
    },
  }
}

/** Tells the size of a file while it grows; returns how to end it. By `stat`: the file is a database. */
function followGrowth(path: string, onBytes: (bytes: number) => void): () => void {
  let told = 0
  const timer = setInterval(() => {
    void stat(path).then(
      ({ size }) => {
        if (size > told) onBytes((told = size))
      },
      // Not begun yet, or just renamed.
      () => undefined,
    )
  }, LOOK_MS)
  return () => clearInterval(timer)
}

/** Says whether an archive is sound, by a thread that ends with the answer: reading all of a big one takes seconds. */
export async function verdictOnArchive(start: () => Copier, path: string): Promise<ArchiveVerdict> {
  const copier = start()
  try {
    return await copier.judge(path)
  } finally {
    await copier.close()
  }
}
