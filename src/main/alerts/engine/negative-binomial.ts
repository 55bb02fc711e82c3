/** Coefficients of Lanczos' approximation, g = 7, n = 9. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
const HALF_LOG_2PI = 0.5 * Math.log(2 * Math.PI)
/** Terms smaller than this share of the sum no longer change it. */
const NEGLIGIBLE = 1e-16

/**
 * The natural logarithm of Γ(x) for x > 0, to about 13 digits (C. Lanczos, "A precision approximation of the gamma
 * function", 1964).
 */
export function logGamma(x: number): number {
  // Below one half the approximation is for the reflected value: Γ(x) Γ(1 − x) = π / sin πx.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const z = x - 1
  const t = z + 7.5
  const sum = LANCZOS.reduce((total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (z + i)), 0)
  return HALF_LOG_2PI + (z + 0.5) * Math.log(t) - t + Math.log(sum)
}

/**
 * P[X ≥ count] of a negative binomial X with this mean and variance. The variance must be above the mean; at or below it
 * X is Poisson. With r = mean² / (variance − mean) and q = r / (r + mean): P[X = k] = Γ(k + r) / (k! Γ(r)) · q^r · (1 − q)^k.
 */
export function tailProbability(count: number, mean: number, variance: number): number {
  if (count <= 0) return 1
  if (mean <= 0) return 0
  const excess = variance - mean
  // Near Poisson, r is so large that the difference of two logarithms of Γ has no digits left.
  const r = excess > mean * 1e-9 ? (mean * mean) / excess : Infinity
  const logOf = r === Infinity ? poissonLog(mean) : negativeBinomialLog(r, mean)
  const next = r === Infinity ? (k: number) => mean / (k + 1) : growth(r, mean)
  return count > mean ? Math.min(1, upwards(count, logOf, next)) : Math.max(0, 1 - downwards(count - 1, logOf, next))
}

type OfCount = (k: number) => number

function poissonLog(mean: number): OfCount {
  return (k) => k * Math.log(mean) - mean - logGamma(k + 1)
}

function negativeBinomialLog(r: number, mean: number): OfCount {
  const logQ = -Math.log1p(mean / r)
  const logRest = Math.log(mean) - Math.log(r + mean)
  return (k) => logGamma(k + r) - logGamma(k + 1) - logGamma(r) + r * logQ + k * logRest
}

/** P[X = k + 1] / P[X = k]. */
function growth(r: number, mean: number): OfCount {
  const rest = mean / (r + mean)
  return (k) => ((k + r) / (k + 1)) * rest
}

/** The sum of P[X = k] for k ≥ from; beyond the mean the terms fall. */
function upwards(from: number, logOf: OfCount, next: OfCount): number {
  let term = Math.exp(logOf(from))
  let sum = term
  for (let k = from; term > sum * NEGLIGIBLE; k++) {
    term *= next(k)
    sum += term
  }
  return sum
}

/** The sum of P[X = k] for k ≤ to; below the mean the terms fall towards zero. */
function downwards(to: number, logOf: OfCount, next: OfCount): number {
  let term = Math.exp(logOf(to))
  let sum = term
  for (let k = to; k > 0 && term > sum * NEGLIGIBLE; k--) {
    term /= next(k - 1)
    sum += term
  }
  return sum
}
