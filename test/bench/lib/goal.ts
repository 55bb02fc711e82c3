import { figure } from './measure'

/** What a figure is to be. */
export interface Goal {
  what: string
  unit: string
  bound: 'at most' | 'at least'
  limit: number
  /** What a miss is due to, where it is known; one sentence without its dot. */
  why?: string
}

/** A row of the table of goals, ready to be printed. */
export interface Outcome {
  what: string
  goal: string
  measured: string
  verdict: string
}

/** Compares what was measured with the goal. Without a number (nothing was measured) it throws. */
export function judge({ what, unit, bound, limit, why }: Goal, measured: number): Outcome {
  if (!Number.isFinite(measured)) throw new Error(`nothing was measured of "${what}"`)
  const met = bound === 'at most' ? measured <= limit : measured >= limit
  const [sign, told] = [bound === 'at most' ? '≤' : '≥', (value: number) => quantity(value, unit)]
  return {
    what,
    goal: `${sign} ${told(limit)}`,
    measured: told(measured),
    verdict: met ? 'met' : `**missed**${why ? `: ${why}` : ''}`,
  }
}

/** `12.3 ms`, `18 k runs/s`, `512 ×`. */
export function quantity(value: number, unit: string): string {
  const number = unit === 'runs/s' ? `${figure(value / 1000)} k` : figure(value)
  return unit === '' ? number : `${number} ${unit}`
}
