import { expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { proveHarmless } from './harmless'

const folder = useTempFolder()

it('a Hassette writes 100 rows a second for an hour as if nobody watched', { timeout: 5_400_000 }, async () => {
  const harm = await proveHarmless(folder, 3600)
  expect(harm.rows).toBe(360_000)
  expect(harm.p999Ms).toBeLessThan(100)
})
