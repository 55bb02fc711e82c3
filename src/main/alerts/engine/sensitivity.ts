import { MINUTE_US } from '@shared/time'
import type { Sensitivity } from '@shared/alert-settings'

/** A window of the rate rule: its length, and the fewest failures that it fires at. */
export interface Window {
  us: number
  least: number
}

/** What the rate rule asks for. */
export interface RateRule {
  windows: Window[]
  /** Least probability of what is still taken for chance, of all windows together; 1 = the count alone decides. */
  chance: number
}

const WINDOWS_US = [1, 5, 30, 180].map((minutes) => minutes * MINUTE_US)
const LEVELS = {
  low: { chance: 1e-6, least: [6, 6, 8, 12], streak: 2 },
  medium: { chance: 1e-4, least: [4, 4, 5, 8], streak: 0 },
  high: { chance: 1e-3, least: [3, 3, 4, 6], streak: -1 },
} as const

/** The rate rule of a sensitivity. While a source is still being learnt it is no more sensitive than Low. */
export function rateRule(sensitivity: Sensitivity, learning: boolean): RateRule {
  if (sensitivity.level === 'custom') {
    return { windows: [{ us: sensitivity.minutes * MINUTE_US, least: sensitivity.failures }], chance: 1 }
  }
  const { chance, least } = LEVELS[learning ? 'low' : sensitivity.level]
  return { windows: WINDOWS_US.map((us, i) => ({ us, least: least[i] ?? Infinity })), chance }
}

/** How many more runs in a row must fail than Medium asks for. */
export function streakOffset({ level }: Sensitivity): number {
  return level === 'custom' ? 0 : LEVELS[level].streak
}
