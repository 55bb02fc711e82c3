import type { RunInput, SessionInput } from '@main/archive/batch'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'

const MINUTE_US = 60_000_000
const DAY_US = 1440 * MINUTE_US

/** A run every 10 minutes over some days, of one app handler; every tenth failed. */
export function everyTenMinutes(days: number, more: (index: number) => Partial<RunInput> = () => ({})): RunInput[] {
  return Array.from({ length: days * 144 }, (_, index) =>
    madeRun(index + 1, {
      startedUs: BEGIN_US + index * 10 * MINUTE_US,
      status: index % 10 === 0 ? 1 : 0,
      ...more(index),
    }),
  )
}

/** An archive of one epoch with a handler of each tier, four days after its beginning. */
export function fill(path: string, runs: RunInput[], sessions: SessionInput[] = [madeSession(1)]): SyntheticArchive {
  const archive = createSynthetic(path, () => BEGIN_US + 4 * DAY_US)
  const { appender } = archive.epoch()
  appender.update(madeParents([madeTarget(1), madeTarget(2, { tier: 'framework' })], sessions))
  appender.append(batchOf(runs))
  return archive
}
