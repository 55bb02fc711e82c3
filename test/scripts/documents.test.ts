import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REPOSITORY } from '../support/electron-app'

/** Where a path in a document may begin: at the root, or in a folder of which the text speaks. */
const ROOTS = ['', 'src', 'src/main', 'src/main/archive', 'docs', 'test']

/** `a/{b,c}.ts` → `a/b.ts`, `a/c.ts`. */
function spelledOut(path: string): string[] {
  const [, before = '', inner, after = ''] = /^([^{]*)\{([^}]*)\}(.*)$/.exec(path) ?? []
  if (inner === undefined) return [path]
  return inner.split(',').flatMap((part) => spelledOut(`${before}${part}${after}`))
}

/** What a document sets in code and looks like a file or folder of the repository. */
function pathsIn(text: string): string[] {
  const spans = [...text.matchAll(/`([\w./{},-]+)`/g)].map(([, span = '']) => span)
  return spans.filter((span) => /\/.*\.(ts|vue|mjs|sql)$|^(src|test)\//.test(span)).flatMap(spelledOut)
}

const isThere = (path: string): boolean => ROOTS.some((root) => existsSync(join(REPOSITORY, root, path)))

describe('the papers', () => {
  it.each(['ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/decisions.md', 'docs/features.md'])(
    '%s names files that are there',
    (document) => {
      const paths = pathsIn(readFileSync(join(REPOSITORY, document), 'utf8'))
      expect(paths.length).toBeGreaterThan(5)
      expect(paths.filter((path) => !isThere(path))).toEqual([])
    },
  )

  it('would be found out', () => {
    expect(pathsIn('in `src/main/{app,nowhere}.ts` and `npm test`').map(isThere)).toEqual([true, false])
  })
})
