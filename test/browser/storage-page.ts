import type { Locator, Page } from 'playwright'
import type { HassetteFacts } from '@shared/source'
import type { StorageWork, WorkDone } from '@shared/storage'
import { NOW } from '../support/house/house'
import type { House, HouseOptions } from '../support/house/house'
import { useHouse } from './house'

const NOW_US = Date.parse(NOW) * 1000
const HOUR_US = 3_600_000_000
const MB = 1_000_000

/** An archive that was used for a while: with a log, and with room that can be used again. */
export const USED: HouseOptions = { upkeep: true, ballast: { reusableBytes: 31 * MB } }
/** An archive a little over 10 MB, the smallest limit: what a cleaning takes of it is enough to come below. */
export const FULL: HouseOptions = {
  ...{ runs: 20_000, services: ['retention'] },
  ballast: { keptBytes: 6_810_000 },
}
/** One that stays over that limit without a single run. */
export const TOO_FULL: HouseOptions = { services: ['retention'], ballast: { keptBytes: 12 * MB } }

/** A browser in which the Storage page is opened. */
export function useStorage() {
  const { open, houseOf } = useHouse()

  /** The Storage page with its figures. */
  async function storage(
    house: HouseOptions = {},
    { width = 1440, prepare }: { width?: number; prepare?: (house: House) => void } = {},
  ): Promise<Page> {
    const page = await open({ path: '/storage', house, width, height: 900, ...(prepare && { prepare }) })
    await page.locator('.use-bar').waitFor()
    return page
  }

  return { open, houseOf, storage }
}

/** Hassette itself holds some hours only: its own file is full of framework rows. */
export function hassetteIsFull({ faults }: House): void {
  const facts: HassetteFacts = {
    schemaVersion: 12,
    hassetteVersions: '0.51–0.55',
    sessions: 41,
    appRuns: 8400,
    frameworkRuns: 589_712,
    oldestRunUs: NOW_US - 4.1 * HOUR_US,
    newestRunUs: NOW_US - 4_000_000,
    bytes: 497 * MB,
    mode: 'live',
  }
  faults.override('sources.examine', () => Promise.resolve(facts))
}

/** Work on the archive that goes on as far as a test says. */
export interface HeldWork {
  /** It has come so far. */
  show: (change: Partial<Pick<StorageWork, 'step' | 'share'>>) => void
  /** Lets the real work begin, and come to its end. */
  begin: () => void
  /** It ends as somebody cancelled it. */
  endCancelled: () => void
}

/** Holds a kind of work before it begins; while it is held, to cancel it is noted only. */
export function holdWork({ faults, emit }: House, kind: 'compact' | 'backup'): HeldWork {
  let work: StorageWork = { kind, automatic: false, step: 'copying', share: 0, cancelling: false }
  let begin = (): void => undefined
  const begun = new Promise<'begun'>((resolve) => (begin = () => resolve('begun')))
  let endCancelled = (): void => undefined
  const cancelled = new Promise<'cancelled'>((resolve) => (endCancelled = () => resolve('cancelled')))
  const show: HeldWork['show'] = (change) => {
    work = { ...work, ...change }
    emit('storageWork', work)
  }
  const nothing = { bytesBefore: 0, bytesAfter: 0, runs: 0, timeWaits: false, file: null, problem: null }
  faults.override(kind === 'compact' ? 'storage.compact' : 'storage.backUp', async (real): Promise<WorkDone> => {
    show({})
    if ((await Promise.race([begun, cancelled])) === 'begun') return real()
    emit('storageWork', null)
    return { kind, outcome: 'cancelled', ...nothing }
  })
  faults.override('storage.cancel', () => {
    work = { ...work, cancelling: true }
    emit('storageWork', work)
    return Promise.resolve(null)
  })
  return { show, begin, endCancelled }
}

/** The buttons that begin work on the archive. */
export function actions(page: Page): Locator {
  return page.getByRole('group', { name: 'Work on the archive' })
}

/** The text of the log's first row. */
export function newestEntry(page: Page): Promise<string> {
  return page.getByRole('table', { name: 'What was removed, newest first' }).getByRole('row').nth(1).innerText()
}
