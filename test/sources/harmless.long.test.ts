import { expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { proveHarmless } from './harmless'

const folder = useTempFolder()

it('a Hassette writes 100 rows a second for a minute as if nobody watched', { timeout: 180_000 }, async () => {
  const harm = await proveHarmless(folder, 60)
  expect(harm.rows).toBe(6000)
  expect(harm.looks).toBeGreaterThan(500)
  expect(harm.lookMs(0.999)).toBeLessThan(100)
  // One look may be kept from the processor by everything else that runs here.
  expect(harm.longestMs).toBeLessThan(1000)
})

it('a Hassette writes 100 rows a second for an hour as if nobody watched', { timeout: 5_400_000 }, async () => {
  const harm = await proveHarmless(folder, 3600)
  expect(harm.rows).toBe(360_000)
  expect(harm.lookMs(0.999)).toBeLessThan(100)
})
