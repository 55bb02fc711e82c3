import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { LIMITS, beyondLimits, figuresOf, readSource } from '../../scripts/lib/structure.mjs'

const RULES = `module.exports = {
  forbidden: [
    { name: 'shared-is-pure', severity: 'error', from: { path: '^src/shared/' }, to: { pathNot: '^src/shared/' } },
  ],
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' } },
}
`
const TS_CONFIG = {
  // Without it, depcruise takes paths from the working directory.
  compilerOptions: { baseUrl: '.', paths: { '@main/*': ['./src/main/*'], '@shared/*': ['./src/shared/*'] } },
}
const lines = (count: number): string => '// line\n'.repeat(count)

/**
 * Rooms of the worker: writer.ts → ingest → {tables, ids.ts}, ingest → derived → ids.ts, and a circle tables ⇄ zones.
 * Where it says `type`, nothing is left of the import after compilation.
 */
const TREE = {
  'src/shared/range.ts': `export interface Range { from: number }\nexport const HOUR = 1, DAY = 24\n`,
  'src/main/index.ts': `import './app'\n`,
  'src/main/app.ts': `import type { Range } from '@shared/range'\nimport { open } from '@main/archive/open'\nexport const app = (range: Range): unknown => open(range)\n${lines(97)}`,
  'src/main/clock.ts': `export const HOUR = 60\n${lines(79)}`,
  'src/main/archive/open.ts': `import { HOUR } from '../clock'\nexport function open(x: unknown) { return [HOUR, x] }\n${lines(61)}`,
  'src/main/archive/worker/writer.ts': `import { HOUR } from '@main/clock'\nimport { append } from './ingest/append'\nappend(HOUR)\n${lines(57)}`,
  'src/main/archive/worker/ids.ts': `export type Id = number\nexport const { first, rest: [, second] } = { first: 1, rest: [2, 3] }\n${lines(58)}`,
  'src/main/archive/worker/ingest/append.ts': `import { add } from '../derived/rollups'\nimport type { Id } from '../ids'\nimport { rows } from '../tables/rows'\nimport { batch } from './batch'\nexport const append = (id: Id) => [add, rows, batch, id]\n${lines(56)}`,
  'src/main/archive/worker/ingest/batch.ts': `const batch = 1\nfunction open() {}\nexport { batch, open as first }\n`,
  'src/main/archive/worker/derived/rollups.ts': `import type { Id } from '../ids'\nexport const add = (id: Id) => id\nexport type add = Id\n${lines(98)}`,
  'src/main/archive/worker/tables/rows.ts': `import { zone } from '../zones/zone'\nexport const rows = [zone]\n${lines(99)}`,
  'src/main/archive/worker/zones/zone.ts': `import type { rows } from '../tables/rows'\nexport const zone = {} as typeof rows\nexport { HOUR } from '@main/clock'\n${lines(98)}`,
  'src/renderer/App.vue': `<script setup lang="ts">\nimport { createList } from './list/list'\ncreateList()\n</script>\n<template><p /></template>\n`,
  'src/renderer/list/list.ts': `import { DAY } from '@shared/range'\nimport { runs } from './runs'\nexport const createList = () => [DAY, runs]\n`,
  'src/renderer/list/runs.ts': `export const runs = 1\nexport class Id {}\n`,
  'src/renderer/list/types.d.ts': `export type runs = 1\n`,
}
/** Counted by hand. */
const RIGHT = {
  'files in src/main': 11,
  // 1 3 60 60 61 63 80 99… of which the sixth.
  'median lines of a file there': 63,
  'files there with at most 60 lines': 4,
  'files there that one file imports': 6,
  'rooms directly in archive/worker': 6,
  'arrows between these rooms': 7,
  'arrows among them that lead back': 2,
  'floors of these rooms': 4,
  'exported names declared twice or more': 3,
  'files in src/renderer': 3,
  'lines in src/renderer': 10,
}

const roots: string[] = []
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true, force: true })))

function makeUp(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'structure-'))
  roots.push(root)
  const all = { '.dependency-cruiser.cjs': RULES, 'tsconfig.json': JSON.stringify(TS_CONFIG), ...files }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}

type Figures = ReturnType<typeof figuresOf>
let figures: Figures
beforeAll(async () => {
  const { files, violations } = await readSource(makeUp(TREE))
  expect(violations).toBeNull()
  figures = figuresOf(files)
})

const which = (name: string) => figures.find((figure) => figure.name === name)?.which?.sort()

describe('figures of a source tree', () => {
  test('are right', () => {
    expect(Object.fromEntries(figures.map(({ name, value }) => [name, value]))).toEqual(RIGHT)
  })

  test('name the arrows that lead back', () => {
    expect(which('arrows among them that lead back')).toEqual(['tables → zones', 'zones → tables'])
  })

  test('name who declares a name again: lists and patterns count, passing on does not', () => {
    expect(which('exported names declared twice or more')).toEqual([
      'HOUR: src/main/clock.ts, src/shared/range.ts',
      'Id: src/main/archive/worker/ids.ts, src/renderer/list/runs.ts',
      'first: src/main/archive/worker/ids.ts, src/main/archive/worker/ingest/batch.ts',
    ])
  })

  test('name who alone imports a file, through an alias and for a type too', () => {
    const alone = which('files there that one file imports')
    expect(alone).toContain('src/main/archive/open.ts ← src/main/app.ts')
    // A second file imports its type.
    expect(alone?.filter((line) => line.startsWith('src/main/archive/worker/tables/rows.ts'))).toEqual([])
  })

  test('have a limit each, and no limit is for nothing', () => {
    expect(Object.keys(LIMITS)).toEqual(figures.map(({ name }) => name))
  })

  test('within their limits say nothing', () => {
    const limits = Object.fromEntries(figures.map(({ name, value }) => [name, { most: value, least: value }]))
    expect(beyondLimits(figures, limits)).toEqual([])
  })

  test.each(Object.entries(RIGHT))('%s beyond its limit is said', (name, value) => {
    const limits = Object.fromEntries(Object.keys(RIGHT).map((each) => [each, { most: 1000 }]))
    expect(beyondLimits(figures, { ...limits, [name]: { most: value - 1 } })).toEqual([
      `${name}: ${value}, at most ${value - 1} may be.`,
    ])
    expect(beyondLimits(figures, { ...limits, [name]: { least: value + 1 } })).toEqual([
      `${name}: ${value}, at least ${value + 1} must be.`,
    ])
  })
})

test('a broken layer rule is told as depcruise tells it', async () => {
  const { violations } = await readSource(
    makeUp({ ...TREE, 'src/shared/range.ts': `import '@main/clock'\n${TREE['src/shared/range.ts']}` }),
  )
  expect(violations).toContain('error shared-is-pure: src/shared/range.ts → src/main/clock.ts')
})
