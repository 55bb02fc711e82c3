import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect, inject, vi } from 'vitest'
import type { SourceState } from '@shared/source'
import type { Verb } from '@shared/verbs'
import { NOW, openHouse } from '../support/house/house'
import type { House, HouseOptions } from '../support/house/house'
import { useBrowser } from './browser'
import type { PageOptions } from './browser'

/** How a test wants the window, and the house behind it. */
export interface HouseWindowOptions extends PageOptions {
  house?: HouseOptions
  /** Called before the page asks for anything. */
  prepare?: (house: House) => void
}

/** What the log says of what tests ask for: a damaged archive, a damaged settings file, a limit that is too small. */
const ASKED_FOR = /^(archive unavailable|settings file|the size limit is too small:) /

/**
 * The window on the real handlers and an archive of its own, which are gone when the test ends. Their clock stands at
 * `NOW`. What goes wrong in there fails the test, as does what the page reports.
 */
export function useHouse(): {
  open: (options?: HouseWindowOptions) => Promise<Page>
  /** The house behind a page. */
  houseOf: (page: Page) => House
  takeComplaints: () => string[]
} {
  const houses = new Map<Page, House>()

  beforeAll(() => {
    process.env['HASSETTE_MONITOR_TEST_NOW_MS'] = String(Date.parse(NOW))
    vi.setSystemTime(NOW)
  })
  // Registered before that of the browser, so called after it: pages are closed before what they ask.
  afterEach(async () => {
    const all = [...houses.values()]
    houses.clear()
    await Promise.all(all.map((house) => house.close()))
    const warnings = all.flatMap((house) => house.warnings)
    expect(warnings.filter((warning) => !ASKED_FOR.test(warning))).toEqual([])
  })
  afterAll(() => {
    vi.useRealTimers()
  })
  const { openAt, takeComplaints } = useBrowser()

  async function open(options: HouseWindowOptions = {}): Promise<Page> {
    const { house: wanted = {}, prepare, ...pageOptions } = options
    let page: Page | null = null
    // One after the other, as they were sent; a page that is closed hears nothing.
    let sent = Promise.resolve()
    const house = await openHouse(wanted, inject('madeArchives'), (event, payload) => {
      const to = page
      if (to === null) return
      sent = sent
        .then(() =>
          to.evaluate(([name, value]) => window.bridge?.emit(name, value as never), [event, payload] as const),
        )
        .catch(() => undefined)
    })
    prepare?.(house)
    return openAt(`${inject('windowUrl')}?now=${NOW}`, pageOptions, async (made) => {
      page = made
      houses.set(made, house)
      await made.exposeFunction('callMain', (verb: Verb, input: unknown) => house.faults.dispatch(verb, input))
    })
  }

  return {
    open,
    houseOf: (page) => {
      const house = houses.get(page)
      if (!house) throw new Error('this page has no house')
      return house
    },
    takeComplaints,
  }
}

/** What the archive is asked for; app, archive, settings and what the window remembers are known without it. */
const QUESTIONS = [
  'runs.*',
  'targets.*',
  'apps.*',
  'trends.*',
  'sessions.*',
  'coverage.*',
  'alerts.*',
  'storage.*',
] as const

/** Every question to the archive fails from now on, until `faults.clear()`. */
export function refuseQuestions({ faults }: House): void {
  const message = 'The archive was busy for longer than 5 s.'
  faults.refuse(QUESTIONS, { code: 'busy', message, hint: 'Try again in a moment.' })
}

/** Every question to the archive takes a while. */
export function delayQuestions({ faults }: House): void {
  faults.delay(['sources.list', ...QUESTIONS], 1500)
}

/** The newest runs in the archive of all tiers, newest first; all of them where no number is given. */
export function newestIds(page: Page, count = Infinity): Promise<number[]> {
  return page.evaluate(async (wanted) => {
    const span = { fromUs: null, toUs: null }
    const filter = { sourceId: 1, tier: 'all' as const, span, targetId: null, conditions: [] }
    const ids: number[] = []
    for (let from: string | null = null; ;) {
      const answer = await window.hassetteMonitor.runs.page({ filter, direction: 'older', from, limit: 200 })
      if (!answer.ok) throw new Error(answer.error.message)
      ids.push(...answer.value.rows.map(({ id }) => id))
      from = answer.value.older
      if (from === null || ids.length >= wanted) return ids.slice(0, wanted)
    }
  }, count)
}

/** A house whose failures are judged as they come, after what was judged of it before. */
export function judged(before: NonNullable<HouseOptions['judged']>): HouseOptions {
  return { judged: before, services: ['alerts'] }
}

/** The archive is still being opened, for as long as it is asked. */
export function isOpening({ faults }: House): void {
  faults.override('archive.state', () => Promise.resolve({ kind: 'opening' }))
}

/** Nobody has named a Hassette yet, and the sample is not shown. */
export function knowsNoSource({ faults }: House): void {
  faults.override('sources.list', () => Promise.resolve([]))
}

/** A source whose file is gone. */
export const NOT_THERE: SourceState = {
  kind: 'failed',
  problem: {
    code: 'source_not_found',
    message: 'The file /home/anna/.local/share/hassette/v1/hassette.db is not there.',
    hint: 'Start Hassette, or check its data folder.',
  },
}

/** A source that another program keeps from us, since 14:30. */
export const NOT_WATCHED: SourceState = {
  kind: 'stale',
  sinceMs: Date.parse(NOW) - 2_520_000,
  problem: {
    code: 'source_locked',
    message: 'Another program keeps the file for itself.',
    hint: 'It is tried again by itself.',
  },
}

/** A source that is being read. */
export const BEING_READ: SourceState = { kind: 'catching_up', done: 412_000, total: 1_204_113 }
