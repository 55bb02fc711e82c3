import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createExpected } from '@archive/derived'
import { batchOf, BEGIN_US, createSynthetic } from '../../support/synthetic'
import { madeHome, MIXES } from './mix'
import { FRESH } from './options'
import { say } from './report'

/** What an archive of a bench holds. */
export interface Shape {
  mix: keyof typeof MIXES
  runs: number
  days: number
}

/** A closed archive with one source, a snapshot; nobody may write it. */
export interface DataSet extends Shape {
  path: string
  bytes: number
  beginUs: number
  /** The last run ends then, microseconds; neither an hour nor a minute ends there. */
  endUs: number
  sourceId: number
}

const FOLDER = 'node_modules/.cache/hassette-monitor-bench-data'
/** What decides about the bytes of a data set; another version is built anew. */
const MADE_BY = [
  'migrations',
  'src/main/archive/worker/core',
  'src/main/archive/worker/derived',
  'src/main/archive/worker/derived/rollups',
  'src/main/archive/worker/ingest',
  'test/bench/lib/mix.ts',
  'test/bench/lib/data-set.ts',
]
const BATCH = 1000
const DAY_US = 86_400_000_000
const ODD_END_US = 37 * 60_000_000 + 12_345_678
/** The newest session holds nine tenths of the runs. */
const FIRST_SESSION = 0.1

/** The data set of this shape: built by the code that appends in the app, once for a version of it. */
export function dataSet(shape: Shape): DataSet {
  const { mix, runs, days } = shape
  const path = join(FOLDER, `${version()}-${mix}-${runs}-${Number(days.toFixed(2))}.db`)
  const [beginUs, endUs] = [BEGIN_US + ODD_END_US, BEGIN_US + ODD_END_US + days * DAY_US]
  if (FRESH && !builtNow.has(path)) rmSync(path, { force: true })
  if (!existsSync(path)) {
    forgetOthers()
    const began = performance.now()
    build(`${path}.part`, shape, beginUs, endUs)
    renameSync(`${path}.part`, path)
    say(`built ${runs} runs (${mix}, ${days} days) in ${((performance.now() - began) / 1000).toFixed(0)} s`)
  }
  builtNow.add(path)
  return { ...shape, path, bytes: statSync(path).size, beginUs, endUs, sourceId: 1 }
}

/** A copy that may be written; before anything in this process has the data set open. */
export function copyOf(set: DataSet, folder: string): DataSet {
  const path = join(folder, 'archive.db')
  copyFileSync(set.path, path)
  return { ...set, path }
}

const builtNow = new Set<string>()

function build(path: string, { mix, runs }: Shape, beginUs: number, endUs: number): void {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  // As a history that is read in at its end: minutes are kept of the last 48 hours.
  const { db, memory, epoch, sourceId } = createSynthetic(path, () => endUs)
  const { appender } = epoch()
  const home = madeHome(MIXES[mix], [beginUs, beginUs + FIRST_SESSION * (endUs - beginUs)])
  appender.update(home.parents)
  const stepUs = (endUs - beginUs) / runs
  for (let done = 0; done < runs; done += BATCH) {
    const size = Math.min(BATCH, runs - done)
    const batch = Array.from({ length: size }, (_, index) =>
      home.next(Math.round(beginUs + (done + index + 1) * stepUs)),
    )
    appender.append(batchOf(batch))
  }
  // As the writer does when it is closed.
  const flush = (): void => memory.trends.flush()
  db.transaction(flush).immediate()
  const expected = createExpected(db, flush, () => endUs)
  while (expected.advance(sourceId));
  db.close()
}

/** Of everything that is written below `MADE_BY`. */
function version(): string {
  const hash = createHash('sha256')
  for (const place of MADE_BY) {
    const files = statSync(place).isFile() ? [place] : filesIn(place)
    for (const file of files) hash.update(readFileSync(file))
  }
  return hash.digest('hex').slice(0, 12)
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isFile() ? join(folder, entry.name) : []))
    .sort()
}

/** Hundreds of megabytes each: those of other versions are of no use. */
function forgetOthers(): void {
  mkdirSync(FOLDER, { recursive: true })
  for (const name of readdirSync(FOLDER)) {
    if (!name.startsWith(version())) rmSync(join(FOLDER, name), { force: true })
  }
}
