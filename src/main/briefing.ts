import type { Limits } from '@shared/storage'
import type { Pace } from './archive/api'
import type { ArchiveClient } from './archive/client'

/** What an archive's threads have to be told, again whenever they were started again. */
export interface Briefing {
  setPace: (pace: Pace) => void
  /** Tells the archives that are ready; the others are told when they become ready. */
  tell: (...clients: (ArchiveClient | null)[]) => void
}

export function createBriefing({ limits, warn }: BriefingOptions): Briefing {
  let pace: Pace = 'hidden'

  function tellOne({ write }: ArchiveClient): void {
    const failed = (thrown: unknown): void => warn('the archive was not told of pace and limits', thrown)
    write.setLimits({ limits: limits() }).catch(failed)
    write.setPace({ pace }).catch(failed)
  }

  return {
    setPace: (wanted) => {
      pace = wanted
    },
    tell: (...clients) => {
      for (const client of clients) if (client?.state().kind === 'ready') tellOne(client)
    },
  }
}

interface BriefingOptions {
  limits: () => Limits
  warn: (message: string, thrown?: unknown) => void
}
