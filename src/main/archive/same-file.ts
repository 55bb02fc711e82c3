import type { Problem } from '@shared/result'
import { fileIdentity } from './file-facts'

const EVERY_MS = 2000

/**
 * Watches whether the file at a path stays the one it is now; calls `onGone` once when it was deleted, moved or
 * replaced: SQLite would go on with a file that nobody finds again. Answers how to end it.
 */
export function watchSameFile(path: string, onGone: () => void, everyMs = EVERY_MS): () => void {
  let first: string | undefined
  let timer: NodeJS.Timeout | null = null
  let ended = false

  const look = async (): Promise<void> => {
    const identity = await fileIdentity(path)
    if (ended) return
    // Missing at the first look already: it went between its opening and that look.
    if (identity === null) return onGone()
    first ??= identity
    if (identity !== undefined && identity !== first) return onGone()
    timer = setTimeout(() => void look(), everyMs)
    timer.unref()
  }

  void look()
  return () => {
    ended = true
    if (timer) clearTimeout(timer)
  }
}

/** What people are told then. */
export function goneFrom(path: string): Problem {
  return {
    code: 'archive_unreadable',
    message: `${path} was deleted, moved or replaced while it was open.`,
    hint: 'Put it back: it is opened again by itself. Or start fresh: what Hassette still has is read again.',
  }
}
