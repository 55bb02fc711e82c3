import type { SessionRow } from '@shared/trends'
import type { ShapeKind } from './shapes'
import { ENDING_SHAPE, failedShare } from './session-words'
import { DAY_US, MINUTE_US } from '@shared/time'

/** A session on the ribbon: place and width as shares of it (0 to 1), height of its failures in pixels. */
export interface RibbonBand {
  id: number
  left: number
  width: number
  height: number
  /** So many failed that it is red. */
  bad: boolean
  /** Too narrow for an edge and a ground. */
  thin: boolean
  /** Set when it did not end cleanly. */
  end: ShapeKind | null
}

/** Steps of the scale below a day, minutes. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720] as const
const MOST_TICKS = 7
/** A share of 0.3 % and more is red; one pixel is 1/22 of a per cent, from 3 to 30 pixels. */
const BAD_SHARE = 0.003
const THIN = 0.01
const PIXELS = { least: 3, most: 30, perPercent: 22 }

/** Where the sessions of a range lie and how much failed in each; round local times as its scale. */
export function ribbonOf(
  sessions: readonly SessionRow[],
  fromUs: number,
  toUs: number,
): { bands: RibbonBand[]; ticks: { us: number; left: number }[] } {
  const length = Math.max(1, toUs - fromUs)
  const place = (us: number): number => Math.min(1, Math.max(0, (us - fromUs) / length))
  const bands = sessions.map((session) => {
    const left = place(session.startedUs)
    const width = Math.max(0, place(session.endedUs ?? toUs) - left)
    const share = failedShare(session) ?? 0
    const pixels = Math.round(share * 100 * PIXELS.perPercent)
    return {
      id: session.id,
      left,
      width,
      height: share === 0 ? 0 : Math.min(PIXELS.most, Math.max(PIXELS.least, pixels)),
      bad: share >= BAD_SHARE,
      thin: width < THIN,
      end: session.ending === 'crashed' || session.ending === 'killed' ? ENDING_SHAPE[session.ending] : null,
    }
  })
  const ticks = ticksOf(fromUs, toUs).map((us) => ({ us, left: place(us) }))
  return { bands, ticks }
}

/** Round local times of a span, at most as many as can be read; whole days at midnight, also when clocks change. */
function ticksOf(fromUs: number, toUs: number): number[] {
  const minutes = STEPS.find((step) => (toUs - fromUs) / (step * MINUTE_US) <= MOST_TICKS)
  const days = Math.max(1, Math.ceil((toUs - fromUs) / DAY_US / MOST_TICKS))
  const at = new Date(fromUs / 1000)
  at.setHours(0, 0, 0, 0)
  const ticks: number[] = []
  while (at.getTime() * 1000 < toUs) {
    if (at.getTime() * 1000 >= fromUs) ticks.push(at.getTime() * 1000)
    if (minutes === undefined) at.setDate(at.getDate() + (ticks.length === 0 ? 1 : days))
    else at.setTime(at.getTime() + minutes * 60_000)
  }
  return ticks
}
