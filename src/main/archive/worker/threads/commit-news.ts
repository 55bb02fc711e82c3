/** How often the main thread hears of new runs at most. */
const INTERVAL_MS = 200

/** Sums up what was committed, so that an import does not flood the window. */
export interface CommitNews {
  add(sourceId: number, runs: number): void
  /** Tells at once what is left. */
  flush(): void
}

export function createCommitNews(tell: (sourceId: number, runs: number) => void): CommitNews {
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
