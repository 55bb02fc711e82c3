import { dirname } from 'node:path'
import { DAY_US } from '@shared/time'
import type { ContentKind, Limits, StorageInfo, StorageTier } from '@shared/storage'
import type { Readable } from '../../core/database'
import type { ReadApi } from '../../../api'
import { freeBytes } from '../../../file-facts'
import { PAGE_BYTES } from '../../core/connection'
import { createYieldThread } from '../../core/scheduling'
import type { CallContext, ThreadHandlers } from '../../core/serve'
import { createNoted, createRetentionLogReader } from '../../retention/retention-log'
import { createArchiveSize, sizeGoal, GOAL } from '../../retention/size'
import { createContent } from './content'
import { createStoragePreview } from './preview'
import { createTiers } from './tiers'

/** What grows and goes with runs. */
const OF_RUNS: readonly ContentKind[] = ['runs', 'failures', 'logs']

/** Tells how big the archive is, what fills it, how far it reaches and which limit will bind. */
function createStorageInfo(db: Readable, clockUs: () => number) {
  const size = createArchiveSize(db)
  const noted = createNoted(db)
  const weigh = createContent(db)
  const tiersOf = createTiers(db)

  return async ({ limits }: { limits: Limits }, context: CallContext): Promise<StorageInfo> => {
    const now = noted.nowUs(clockUs())
    const breathe = createYieldThread(context)
    const tiers = tiersOf(now)
    await breathe()
    const pages = size.pages()
    const [usedBytes, bytes] = [pages.used * PAGE_BYTES, size.bytes()]
    const blockBytes = tiers.reduce((sum, tier) => sum + tier.bytes, 0)
    const content = await weigh(usedBytes, blockBytes, breathe)
    const ofRuns = content.reduce((sum, { kind, bytes: each }) => sum + (OF_RUNS.includes(kind) ? each : 0), 0)
    const weighed = tiers.map((tier) => ({ ...tier, bytes: share(ofRuns, tier.bytes, blockBytes) }))
    const growing = weighed.filter((tier) => !tier.snapshot)
    const { limitBytes } = sizeGoal(limits.maxSizeMb)
    const { timeUs, sizeUs } = noted.due()
    return {
      path: db.name,
      bytes,
      usedBytes,
      reusableBytes: pages.free * PAGE_BYTES,
      limitBytes,
      diskFreeBytes: freeBytes(dirname(db.name)),
      content,
      tiers: weighed,
      limits,
      ...forecast({
        nowUs: now,
        usedBytes: bytes,
        limitBytes,
        tiers: growing.flatMap((tier) => growthOf(tier, limits)),
        otherBytes: usedBytes - growing.reduce((sum, tier) => sum + tier.bytes, 0),
      }),
      limitTooSmall: limits.maxSizeMb <= noted.tooSmallMb(),
      nextTimePassUs: timeUs,
      nextSizePassUs: sizeUs,
      timeWaits: noted.timeWaits(),
    }
  }
}

function growthOf(tier: StorageTier, limits: Limits) {
  if (tier.oldestRunUs === null || tier.runs === 0) return []
  const days = tier.tier === 'app' ? limits.retentionDays : limits.frameworkRetentionDays
  return [
    {
      termUs: days * DAY_US,
      oldestRunUs: tier.oldestRunUs,
      runsPerDay: tier.runsPerDay,
      bytesPerRun: tier.bytes / tier.runs,
    },
  ]
}

function share(bytes: number, part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((bytes * part) / whole)
}

/** What grows in an archive: the runs of one tier of a live source. Times in microseconds. */
interface GrowingTier {
  termUs: number
  oldestRunUs: number
  runsPerDay: number
  bytesPerRun: number
}

/** An archive and its size limit, bytes. */
interface GrowingArchive {
  nowUs: number
  usedBytes: number
  limitBytes: number
  tiers: GrowingTier[]
  /** Of `usedBytes`, what is no run of these tiers. */
  otherBytes: number
}

const HORIZON_US = 3650 * DAY_US

/**
 * Which limit binds first if runs come as they did of late. Time binds when the oldest run reaches its term; from then on
 * nothing grows, so size binds only if the archive is full before.
 */
export function forecast(archive: GrowingArchive): Pick<StorageInfo, 'binds' | 'daysBySize'> {
  const { nowUs, usedBytes, limitBytes, otherBytes } = archive
  const tiers = archive.tiers.filter((tier) => tier.runsPerDay > 0)
  const bytesPerDay = tiers.reduce((sum, tier) => sum + tier.runsPerDay * tier.bytesPerRun, 0)
  if (bytesPerDay === 0) return { binds: null, daysBySize: null }
  const timeUs = Math.min(...tiers.map((tier) => Math.max(nowUs, tier.oldestRunUs + tier.termUs)))
  const sizeUs = nowUs + Math.round((Math.max(0, limitBytes - usedBytes) / bytesPerDay) * DAY_US)
  const first =
    sizeUs < timeUs ? ({ bound: 'size', atUs: sizeUs } as const) : ({ bound: 'time', atUs: timeUs } as const)
  return {
    binds: first.atUs - nowUs > HORIZON_US ? null : first,
    daysBySize: Math.max(0, limitBytes * GOAL - otherBytes) / bytesPerDay,
  }
}

/** The queries about the archive itself. `clockUs` gives the time by the clock, right or wrong, microseconds. */
export function createStorageQueries(
  db: Readable,
  clockUs: () => number = () => Date.now() * 1000,
): Pick<ThreadHandlers<ReadApi>, 'storage.info' | 'storage.log' | 'storage.preview'> {
  const log = createRetentionLogReader(db)
  return {
    'storage.info': createStorageInfo(db, clockUs),
    'storage.log': ({ limit }) => log(limit),
    'storage.preview': createStoragePreview(db, clockUs),
  }
}
