import { dirname } from 'node:path'
import { DAY_US } from '@main/util/time'
import type { ContentKind, Limits, StorageInfo, StorageTier } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import { freeBytes } from '../../../file-facts'
import { createArchiveSize, sizeGoal } from '../../retention/size'
import { createNoted } from '../../retention/retention-log'
import { PAGE_BYTES } from '../../core/connection'
import type { CallContext } from '../../core/serve'
import { createYieldThread } from '../../core/scheduling'
import { createContent } from './content'
import { forecast } from './forecast'
import { createTiers } from './tiers'

/** What grows and goes with runs. */
const OF_RUNS: readonly ContentKind[] = ['runs', 'failures', 'logs']

/** Tells how big the archive is, what fills it, how far it reaches and which limit will bind. */
export function createStorageInfo(db: Database, clockUs: () => number) {
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
