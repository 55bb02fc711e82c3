import type { StorageInfo } from '@shared/storage'
import { DAY_US } from '@main/util/time'
import { GOAL } from '../../retention/size'

/** What grows in an archive: the runs of one tier of a live source. Times in microseconds. */
export interface GrowingTier {
  termUs: number
  oldestRunUs: number
  runsPerDay: number
  bytesPerRun: number
}

/** An archive and its size limit, bytes. */
export interface GrowingArchive {
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
