/** Chance with a fixed seed: the same numbers on every machine. */
export interface Random {
  /** Evenly in [from, to). */
  between(from: number, to: number): number
  /** A whole number in [from, to]. */
  whole(from: number, to: number): number
  /** Moments of a Poisson process with this many an hour, rising; times in microseconds. */
  moments(perHour: number, fromUs: number, toUs: number): number[]
}

const HOUR_US = 3_600_000_000

/** The generator "mulberry32" by T. Ettinger. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  // A seed and its neighbour begin alike.
  for (let i = 0; i < 8; i++) next()
  return {
    between: (from, to) => from + next() * (to - from),
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    moments: (perHour, fromUs, toUs) => {
      const moments: number[] = []
      for (let us = fromUs; ;) {
        us += (-Math.log(1 - next()) / perHour) * HOUR_US
        if (us >= toUs) return moments
        moments.push(Math.round(us))
      }
    },
  }
}
