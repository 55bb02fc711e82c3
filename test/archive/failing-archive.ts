import { GROUP_CAUSE, groupCause } from '@archive/derived'
import type { StoredGroupCause } from '@archive/derived'
import { groupTitle } from '@shared/error-group'
import { rmSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

/** Archives for tests of error groups, one at a time. */
export function useFailingArchive() {
  const folder = useTempFolder()

  /** The path of the next one; the one before is gone. */
  const fresh = (): string => {
    const path = folder.path('archive.db')
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
    return path
  }

  /** One target and a function that appends failures of it: class, start. */
  const failing = () => {
    const archive = createSynthetic(fresh())
    const { appender, id } = archive.epoch()
    appender.update(madeParents([madeTarget(1), madeTarget(2)]))
    let foreignId = 0
    const fail = (errorType: string, startedUs = BEGIN_US, target = 1) =>
      appender.append(
        batchOf([
          madeRun(++foreignId, {
            foreignTargetId: target,
            status: 1,
            startedUs,
            failure: { errorType, message: `${errorType} happened`, traceback: null },
          }),
        ]),
      )
    return { ...archive, appender, epochId: id, fail }
  }

  return { fresh, failing }
}

/** Titles of the groups, but for that of what is beyond the limits. */
export function titles(db: Database): string[] {
  return db
    .prepare<[], StoredGroupCause>(
      `SELECT ${GROUP_CAUSE} FROM error_groups g WHERE g.merged_into IS NULL AND g.fingerprint <> 'other'`,
    )
    .all()
    .map((found) => groupTitle(groupCause(found)))
}
