import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunPage, RunRow } from '@shared/run'
import type { PageWindow } from '@renderer/lib/page-window'
import { MAX_PAGES, windowOf, windowRows, withNewer, withOlder } from '@renderer/lib/page-window'

const SIZE = 200

/** A page of the numbers (from, to], newest first, as an archive of `total` runs would give it. */
function page(from: number, to: number): RunPage {
  const rows = Array.from({ length: to - from }, (_, step) => ({ id: to - step }) as RunRow)
  return { rows, older: from > 0 ? `1:${from}` : null, newer: `1:${to}` }
}

const older = (at: string): RunPage => page(Math.max(0, place(at) - SIZE), place(at))
const newer = (at: string, total: number): RunPage => page(place(at), Math.min(total, place(at) + SIZE))
const place = (token: string): number => Number(token.split(':')[1])
const ids = (window: PageWindow): number[] => windowRows(window).map(({ id }) => id)

function grow(window: PageWindow, times: number): PageWindow {
  let now = window
  for (let step = 0; step < times; step++) now = withOlder(now, older(now.pages.at(-1)?.older ?? '1:0'))
  return now
}

describe('the window on the history', () => {
  it('drops pages at the newer end and says by how much', () => {
    const window = grow(windowOf(page(4800, 5000)), 7)
    expect(window.pages).toHaveLength(MAX_PAGES)
    expect(window.atNewest).toBe(false)
    expect(window.offset).toBe(400)
    expect(ids(window)[0]).toBe(4600)
  })

  it('finds its way back to the newest run', () => {
    let window = grow(windowOf(page(4800, 5000)), 7)
    for (let step = 0; step < 3; step++) window = withNewer(window, newer(window.pages[0]?.newer ?? '', 5000), false)
    expect(window.atNewest).toBe(true)
    expect(window.offset).toBe(0)
    expect(ids(window)[0]).toBe(5000)
  })

  it('lets live runs slide in without moving the offset, and keeps them in one page', () => {
    let window = windowOf(page(4900, 5000))
    for (let total = 5001; total <= 5050; total++) {
      window = withNewer(window, newer(window.pages[0]?.newer ?? '', total), true)
    }
    expect(window.pages).toHaveLength(1)
    expect(window.offset).toBe(0)
    expect(ids(window)).toEqual(Array.from({ length: 150 }, (_, step) => 5050 - step))
  })

  it('is at the newest run after an empty answer', () => {
    const window = { ...windowOf(page(4800, 5000)), atNewest: false }
    expect(withNewer(window, page(5000, 5000), false)).toMatchObject({ atNewest: true, offset: 0 })
  })

  it('always holds one unbroken stretch, never more than its pages, and an offset that matches its first run', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('older', 'newer', 'live'), { maxLength: 60 }), (steps) => {
        let total = 3000
        let window = windowOf(page(total - SIZE, total))
        const top = total
        for (const step of steps) {
          const end = window.pages.at(-1)?.older
          if (step === 'older' && end) window = withOlder(window, older(end))
          if (step === 'live') total += 7
          if (step !== 'older') window = withNewer(window, newer(window.pages[0]?.newer ?? '', total), false)
          const now = ids(window)
          expect(now).toEqual(now.map((_, at) => (now[0] ?? 0) - at))
          expect(window.pages.length).toBeLessThanOrEqual(MAX_PAGES)
          expect(window.offset).toBe(top - (now[0] ?? 0))
          expect(window.atNewest ? now[0] : total).toBe(total)
        }
      }),
    )
  })
})
