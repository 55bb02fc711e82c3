import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { runtimePathOf } from '../../scripts/lib/registry-runtime.mjs'

describe('the registry runtime', () => {
  it.each([
    ['Cypress/Cypress', 'electron'],
    ['Cypress/LICENSE.electron.txt', 'LICENSE'],
    ['Cypress/locales/de.pak', 'locales/de.pak'],
    ['Cypress/libEGL.so', 'libEGL.so'],
    ['Cypress/resources/app/index.js', null],
    ['Cypress/browser_v8_context_snapshot.bin', null],
    ['Cypress/locales/../../x.pak', null],
    ['libEGL.so', null],
  ])('takes %s as %s', (path, expected) => {
    expect(runtimePathOf(path)).toBe(expected)
  })

  it.each(['bench', 'check', 'dev', 'package', 'screenshots', 'setup', 'start', 'test'])(
    'is loaded when it is needed: npm packages are not there yet when %s begins',
    (name) => {
      const seen = new Set<string>()
      const packages = new Set<string>()
      const visit = (path: string): void => {
        if (seen.has(path)) return
        seen.add(path)
        for (const [, from = ''] of readFileSync(path, 'utf8').matchAll(/^(?:import|\} from) [^'\n]*'([^']+)'$/gm)) {
          if (from.startsWith('.')) visit(resolve(dirname(path), from))
          else if (!from.startsWith('node:')) packages.add(from)
        }
      }
      visit(resolve(import.meta.dirname, `../../scripts/${name}.mjs`))
      expect(seen.size).toBeGreaterThan(5)
      expect([...packages]).toEqual([])
    },
  )
})
