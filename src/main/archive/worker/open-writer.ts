import type { ArchiveFacts } from '../api'
import { archiveFailure, identifyArchive, openForWriting } from './connection'
import { lockArchive } from './lock'
import { migrate, MIGRATIONS, refuseNewer } from './migrator'
import type { Migration } from './migrator'
import { createSources } from './sources'
import type { Sources } from './sources'

/** The archive, open for writing. */
export interface OpenWriter {
  facts: ArchiveFacts
  sources: Sources
  /** Runs long work one after the other: two readings of one source would copy the same rows. */
  exclusively<T>(work: () => Promise<T>): Promise<T>
  close(): void
}

/**
 * Locks, identifies, opens and migrates the archive, in this order; a file that is refused is left as it was.
 * Throws `archive_locked`, `archive_newer`, `archive_unreadable` or `disk_full`.
 */
export function openWriter(
  path: string,
  onCommitted: (sourceId: number, runs: number) => void,
  migrations: readonly Migration[] = MIGRATIONS,
): OpenWriter {
  const found = identifyArchive(path)
  if (found.kind === 'ours') refuseNewer(path, found.schemaVersion, migrations)
  const lock = lockArchive(path)
  try {
    const db = openForWriting(path)
    try {
      const schemaVersion = migrate(db, path, migrations)
      const sources = createSources(db, onCommitted)
      let work: Promise<unknown> = Promise.resolve()
      return {
        facts: { schemaVersion, created: found.kind === 'new' },
        sources,
        exclusively: (task) => {
          const result = work.then(task)
          work = result.catch(() => undefined)
          return result
        },
        close: () => {
          db.close()
          lock.release()
        },
      }
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    lock.release()
    throw archiveFailure(error, path)
  }
}
