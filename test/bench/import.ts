import { statSync } from 'node:fs'
import { join } from 'node:path'
import { MIGRATIONS } from '@archive/core'
import { openWriter } from '@archive/threads'
import { CONTEXT, inTempFolder, openArchive } from './lib/archive'
import { judge } from './lib/goal'
import { figure, percentile } from './lib/measure'
import { writeHassetteFile } from './lib/hassette-file'
import { QUICK } from './lib/options'
import { load, say, table, writeReport } from './lib/report'

/** A Hassette file that nobody writes, read as the app reads it when it is added. */
const RUNS = QUICK ? 60_000 : 400_000
const DAYS = 7
const TIMES = 3
const GOAL = 120_000

await inTempFolder(async (folder) => {
  const source = join(folder, 'hassette.db')
  await writeHassetteFile(source, { runs: RUNS, days: DAYS })
  const rates: number[] = []
  for (let nth = 0; nth < TIMES; nth++) rates.push(await throughThreads(source, join(folder, `archive-${nth}.db`)))
  const { wholeMs, readMs } = await inThisThread(source, join(folder, 'here.db'))
  rates.sort((a, b) => a - b)
  const median = percentile(rates, 0.5)
  const size = (path: string): string => `${figure(statSync(path).size / 2 ** 20)} MiB`
  const text = `## import

A Hassette file of ${RUNS / 1000} k runs in ${DAYS} days that nobody writes (${size(source)}; 2 % fail), read into an empty
archive (${size(join(folder, 'archive-0.db'))}) through the writer's thread as the app does it; ${TIMES} times.

${table(
  ['', 'runs a second'],
  rates.map((rate, nth) => [['slowest', 'median', 'fastest'][nth] ?? '', `${Math.round(rate / 1000)} k`]),
)}

Reading Hassette's file takes ${figure((readMs / wholeMs) * 100)} % of the time; the rest is writing the archive.`
  await writeReport('import', text, [
    judge({ what: 'import of a Hassette file nobody writes', unit: 'runs/s', bound: 'at least', limit: GOAL }, median),
  ])
})

/** Runs a second. */
async function throughThreads(source: string, path: string): Promise<number> {
  const client = openArchive(path)
  try {
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'bench', mode: 'snapshot', shiftUs: 0 })
    const { runs, milliseconds } = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
    if (runs !== RUNS) throw new Error(`${runs} runs in the archive instead of ${RUNS}`)
    const rate = (runs / milliseconds) * 1000
    say(`${Math.round(rate)} runs/s (load ${load()})`)
    return rate
  } finally {
    await client.close()
  }
}

/** The same without a thread, for how long the file is read. */
async function inThisThread(source: string, path: string): Promise<{ wholeMs: number; readMs: number }> {
  let readMs = 0
  const writer = openWriter(
    path,
    () => undefined,
    MIGRATIONS,
    (milliseconds) => (readMs += milliseconds),
  )
  try {
    const { sourceId } = await writer.sources.addFile({ path: source, name: 'bench', mode: 'snapshot', shiftUs: 0 })
    const { milliseconds: wholeMs } = await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    return { wholeMs, readMs }
  } finally {
    writer.close()
  }
}
