/** Where the engine goes beyond the plain rules; `npm run bench -- alerts` compares both. */
export interface Tuning {
  /** Most failures in a row that the streak rule may ask for. */
  longestStreak: number
  /** Number of its usual gaps without a failure after which an incident is over; 0 = after 15 minutes, or a success. */
  quietGaps: number
  /** Failures of an incident by rate are taken out of the baseline, as those of a streak are. */
  unlearnsRates: boolean
}

/** What is in force. */
export const TUNING: Tuning = { longestStreak: 50, quietGaps: 5, unlearnsRates: true }
