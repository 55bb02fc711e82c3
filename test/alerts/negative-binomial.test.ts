import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { logGamma, tailProbability } from '@main/alerts/engine/negative-binomial'

/** How far a value is off, as a share of the true one. */
function off(value: number, truth: number): number {
  return Math.abs(value - truth) / Math.abs(truth)
}

describe('the logarithm of Γ', () => {
  it.each([
    [0.1, 2.2527126517342055],
    [0.5, 0.5723649429247004],
    [7.5, 7.534364236758734],
    [1000.25, 5906.947268271117],
  ])('of %d', (x, truth) => {
    expect(off(logGamma(x), truth)).toBeLessThan(1e-12)
  })
})

describe('the tail of a negative binomial', () => {
  // Sums of exact fractions, or of 60 digits.
  it.each([
    [1, 1, 2, 0.5],
    [5, 1, 4 / 3, 0.01287841796875],
    [20, 2 / 9, 20 / 81, 1.9e-19],
    [4, 10 / 99, 1000 / 9801, 6.652021264699306e-6],
    [200, 95, 1900, 0.023124473957474766],
    [30, 95, 1900, 0.9740843704640364],
    [4, 0.5 / 9, 0.5 / 8.1, 2.851114863029811e-5],
    [8, 0.495, 49.5, 0.010369414644715963],
    [6, 0.05 / 0.98, 0.05 / 0.9604, 9.144121391621375e-10],
  ])('P[X ≥ %d], mean %d, variance %d', (count, mean, variance, truth) => {
    expect(off(tailProbability(count, mean, variance), truth)).toBeLessThan(1e-9)
  })

  it.each([
    [5, 0.25, 6.611710561034247e-6],
    [3, 4, 0.7618966944464557],
    [40, 10, 7.341636314560472e-13],
  ])('is that of a Poisson where the variance is the mean: P[X ≥ %d], mean %d', (count, mean, truth) => {
    expect(off(tailProbability(count, mean, mean), truth)).toBeLessThan(1e-9)
    // Hardly above the mean, it goes on without a jump.
    expect(off(tailProbability(count, mean, mean * (1 + 1e-8)), truth)).toBeLessThan(1e-5)
  })

  it('is one for no failures, falls with the count and rises with the mean', () => {
    const mean = fc.double({ min: 1e-3, max: 500, noNaN: true })
    fc.assert(
      fc.property(mean, fc.double({ min: 1.001, max: 300, noNaN: true }), fc.nat(600), (mean, phi, count) => {
        const tail = tailProbability(count, mean, mean * phi)
        expect(tailProbability(0, mean, mean * phi)).toBe(1)
        expect(tail).toBeGreaterThanOrEqual(0)
        expect(tail).toBeLessThanOrEqual(1)
        expect(tailProbability(count + 1, mean, mean * phi)).toBeLessThanOrEqual(tail + 1e-12)
        expect(tailProbability(count, mean * 1.5, mean * 1.5 * phi)).toBeGreaterThanOrEqual(tail - 1e-12)
      }),
    )
  })
})
