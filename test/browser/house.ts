import type { Page } from 'playwright'
import { afterAll, afterEach, beforeAll, expect, inject, vi } from 'vitest'
import type { Verb } from '@shared/verbs'
import { NOW, openHouse } from '../support/window-server'
import type { House, HouseOptions } from '../support/window-server'
import { useBrowser } from './browser'
import type { PageOptions } from './browser'

/** How a test wants the window, and the house behind it. */
export interface HouseWindowOptions extends PageOptions {
  house?: HouseOptions
  /** Called before the page asks for anything. */
  prepare?: (house: House) => void
}

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
    expect(all.flatMap(({ warnings }) => warnings)).toEqual([])
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
