import { dirname, join } from 'node:path'
import type { Writable } from '../core/database'
import type { ArchiveFacts, WriteApi } from '../../api'
import { removeLeftovers, undoInterrupted } from '../../files'
import { createAlerts } from '../alerts/alerts'
import type { Alerts } from '../alerts/alerts'
import { archiveFailure, identifyArchive, openForWriting } from '../core/connection'
import type { ArchiveFile } from '../core/connection'
import { lockArchive } from '../core/lock'
import { migrate, MIGRATIONS, refuseOtherSchema } from '../core/migrator'
import type { Migration } from '../core/migrator'
import { createWriterMemory } from '../derived/writer-memory'
import type { WriterMemory } from '../derived/writer-memory'
import { createSources } from '../ingest/sources'
import type { Sources } from '../ingest/sources'
import { createExpiry } from '../retention/expiry'
import type { Expiry } from '../retention/expiry'
import { createRetentionPasses } from '../retention/pass'
import type { RetentionPasses } from '../retention/pass'
import { createRetentionLog } from '../retention/retention-log'
import { setWalLimit } from '../retention/size'
import { createSourceChanges } from '../retention/source-changes'
import type { SourceChanges } from '../retention/source-changes'
import { createTrustedTime } from '../retention/trusted-time'
import type { TrustedTime } from '../retention/trusted-time'

/** The archive, open for writing. */
export interface OpenWriter {
  facts: ArchiveFacts
  sources: Sources
  upkeep: Upkeep
  alerts: Alerts
  close(): void
}

/**
 * Identifies, locks, opens and migrates the archive, in this order; a file that is refused is left as it was. What an
 * interrupted compaction left is put back before, and what a finished one left is removed once the archive is open.
 * Throws `archive_locked`, `archive_newer`, `archive_unreleased`, `archive_foreign`, `archive_unreadable` or `disk_full`.
 */
export function openWriter(
  path: string,
  onCommitted: (sourceId: number, runs: number) => void,
  migrations: readonly Migration[] = MIGRATIONS,
  onRead?: (milliseconds: number) => void,
): OpenWriter {
  let found = identify(path, migrations)
  const lock = lockArchive(path, found.kind === 'ours')
  try {
    if (undoInterrupted(path)) found = identify(path, migrations)
    const db = openForWriting(path)
    try {
      const schemaVersion = migrate(db, path, migrations)
      removeLeftovers(path)
      const time = createTrustedTime(db)
      const memory = createWriterMemory(db, { nowUs: () => time.look().nowUs })
      const expiry = createExpiry(db, time)
      const alerts = createAlerts(db)
      const sources = createSources(db, {
        memory,
        keepsFrom: expiry.keepsFrom,
        copies: join(dirname(path), 'copies'),
        onCommitted,
        ...(onRead ? { onRead } : {}),
      })
      return {
        facts: {
          schemaVersion,
          created: found.kind === 'new',
          ...(lock.aside === null ? {} : { lockAside: lock.aside }),
        },
        sources,
        upkeep: createUpkeep(db, memory, expiry, time),
        alerts,
        close: () => {
          alerts.close()
          writeTrends(db, memory)
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

function identify(path: string, migrations: readonly Migration[]): ArchiveFile {
  const found = identifyArchive(path)
  if (found.kind === 'ours') refuseOtherSchema(path, found, migrations)
  return found
}

/** What is not written now is counted again from the runs next time; so a full disk keeps nobody from closing. */
function writeTrends(db: Writable, { trends }: WriterMemory): void {
  try {
    db.transaction(() => trends.flush()).immediate()
  } catch {
    trends.forget()
  }
}

/** What the writer does beside reading sources. */
type Upkeep = RetentionPasses & SourceChanges & Pick<WriteApi, 'noteWork' | 'setLimits'>

function createUpkeep(db: Writable, memory: WriterMemory, expiry: Pick<Expiry, 'set'>, time: TrustedTime): Upkeep {
  const log = createRetentionLog(db)
  return {
    ...createRetentionPasses(db, memory, time),
    ...createSourceChanges(db, memory),
    setLimits: ({ limits }) => {
      expiry.set(limits)
      setWalLimit(db, limits.maxSizeMb)
      return null
    },
    noteWork: (note) => {
      log.write({ ...note, bound: null, frameworkRuns: 0, upToUs: null, cancelled: false })
      return null
    },
  }
}
