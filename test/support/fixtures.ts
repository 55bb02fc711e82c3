import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach } from 'vitest'

const FIXTURES = resolve(import.meta.dirname, '../fixtures')

/** Real databases in `test/fixtures`. */
export const FIXTURE_NAMES = [
  'live-v9',
  'live-v10',
  'live-v11',
  'live-0.52',
  'live-v13',
  'live-0.60',
  'seed-adversarial',
  'seed-degraded',
  'seed-empty',
  'seed-error',
  'seed-healthy',
  'seed-large-volume',
  'seed-lifecycle',
  'open-wal',
] as const
export type FixtureName = (typeof FIXTURE_NAMES)[number]

/** Unpacks a fixture into a folder (a new temporary one by default) and gives the path of its database. */
export function openFixture(name: FixtureName, dir = mkdtempSync(join(tmpdir(), 'hassette-fixture-'))): string {
  mkdirSync(dir, { recursive: true })
  if (name !== 'open-wal') {
    const path = join(dir, `${name}.db`)
    writeFileSync(path, gunzipSync(readFileSync(join(FIXTURES, `${name}.db.gz`))))
    return path
  }
  for (const file of readdirSync(join(FIXTURES, name))) {
    writeFileSync(join(dir, file.replace(/\.gz$/, '')), gunzipSync(readFileSync(join(FIXTURES, name, file))))
  }
  return join(dir, 'hassette.db')
}

/** A temporary folder for each test of the file or the `describe`; gone afterwards. */
export function useTempFolder(): { path: (name: string) => string } {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))
  return { path: (name) => join(folder, name) }
}
