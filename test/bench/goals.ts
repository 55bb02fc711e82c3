import { openForReading } from '@archive/core'
import type { OpenReader } from '@archive/threads'
import { openReader } from '@archive/threads'
import type { RunFilter } from '@shared/filter'
import { CONTEXT, inTempFolder } from './lib/archive'
import { measureCold } from './lib/cold'
import { dataSet } from './lib/data-set'
import type { Shape } from './lib/data-set'
import { judge } from './lib/goal'
import type { Goal, Outcome } from './lib/goal'
import { figure, measure } from './lib/measure'
import type { Timing } from './lib/measure'
import { QUICK } from './lib/options'
import { targetPercentiles } from './lib/percentiles'
import { measurePurge } from './lib/purge'
import { load, say, table, writeReport } from './lib/report'
import { measureSessionSummary } from './lib/session-summary'

/** What the window asks of big archives. A home has 100 k runs a day, of which a session holds all but the first tenth. */
const SCALE = QUICK ? 0.1 : 1
const HOMES: Shape[] = [1, 10, 100].map((days) => ({ mix: 'home', runs: 100_000 * days * SCALE, days: days * SCALE }))
const LARGEST: Shape = { mix: 'home', runs: 10_000_000 * SCALE, days: 100 * SCALE }
const FIREHOSE: Shape = { mix: 'firehose', runs: 10_000_000 * SCALE, days: 7 * SCALE }
const HANDLERS: Shape = { mix: 'handlers', runs: 2_000_000 * SCALE, days: 20 * SCALE }
/** As many runs as one of seven days of five million. */
const PURGED_DAYS = Math.ceil((5_000_000 / 7 / 100_000) * SCALE)
const COLD_TIMES = 5
const DAY_US = 86_400_000_000
const EVER = { fromUs: null, toUs: null }
/** Goals of ranges by their days, ms. */
const LIMITS = {
  1: { summary: 2, percentiles: 5 },
  7: { summary: 3, percentiles: 8 },
  90: { summary: 5, percentiles: null },
} as const
const OFTEN = { least: 30, most: 300, enoughMs: 3000 }

/** Nothing is known of as long a range before: what is asked is one range, as in the goals. */
const ONE_DAY: Shape = { mix: 'home', runs: 190_000 * SCALE, days: 1.9 * SCALE }
const ONE_WEEK: Shape = { mix: 'home', runs: 1_000_000 * SCALE, days: 10 * SCALE }

const outcomes: Outcome[] = []
const rowsOfQueries: string[][] = []

const summaries = await sessionSummaries()
await rangesOf(ONE_DAY, [1])
await rangesOf(ONE_WEEK, [7])
await rangesOf(LARGEST, [90, 1, 7])
await withReader(LARGEST, listsOf)
await handlersTable()
const purge = await purgeOfADay()
const cold = await coldOpening()
await report()

async function sessionSummaries(): Promise<string[][]> {
  const rows: string[][] = []
  for (const shape of [...HOMES, FIREHOSE]) {
    const db = openForReading(dataSet(shape).path)
    const { runs, fromTrends, rawMs, arraysMs } = await measureSessionSummary(db)
    db.close()
    const [toRaw, toArrays] = [rawMs / fromTrends.p50, arraysMs / fromTrends.p50]
    say(`session summary, ${shape.mix}, ${runs} runs: p95 ${figure(fromTrends.p95)} ms, ${figure(toRaw)} × raw`)
    const millions = shape.runs / 1_000_000
    rows.push([
      shape.mix,
      `${millions} M`,
      ...[fromTrends.p50, fromTrends.p95, rawMs, arraysMs].map(figure),
      ...[toRaw, toArrays].map((ratio) => `${figure(ratio)} ×`),
    ])
    note({ what: `session summary of all targets, ${shape.mix}, ${millions} M, p95`, ...atMost(1) }, fromTrends.p95)
    if (runs >= 5_000_000)
      note(
        { what: `the same, raw runs : trends, ${shape.mix}, ${millions} M`, unit: '×', bound: 'at least', limit: 500 },
        toRaw,
      )
  }
  return rows
}

/** Of all targets together, and by target with percentiles; with the range before, where the archive reaches back. */
async function rangesOf(shape: Shape, ranges: (keyof typeof LIMITS)[]): Promise<void> {
  const { endUs, path } = dataSet(shape)
  const db = openForReading(path)
  const reader = openReader(path, () => endUs)
  const percentiles = targetPercentiles(db, { sourceId: 1, nowUs: endUs })
  for (const days of ranges) {
    const compared = 2 * days * SCALE < shape.days
    const also = compared ? ', and of the one before' : ''
    const span = { fromUs: endUs - days * SCALE * DAY_US, toUs: null }
    const scope = { sourceId: 1, tier: 'app', span, targetId: null } as const
    const ask = () => reader.verbs['trends.summary'](scope, CONTEXT)
    if (((await ask()).before !== null) !== compared) throw new Error(`the range before ${days} d`)
    const summary = await take(`summary of ${days} d${also} (trends.summary)`, ask)
    if ((await percentiles(span)) < 60) throw new Error('targets without percentiles')
    const byTarget = await take(`percentiles of all targets, ${days} d${also}`, () => percentiles(span))
    if (compared) continue
    note({ what: `summary of ${days} d, p95`, ...atMost(LIMITS[days].summary) }, summary.p95)
    const limit = LIMITS[days].percentiles
    if (limit !== null) note({ what: `percentiles of all targets, ${days} d, p95`, ...atMost(limit) }, byTarget.p95)
  }
  reader.close()
  db.close()
}

async function listsOf(reader: OpenReader): Promise<void> {
  const handlers = await reader.verbs['targets.list'](
    { sourceId: 1, kind: 'handler', tier: 'app', span: EVER },
    CONTEXT,
  )
  const byRuns = [...handlers].sort((a, b) => b.runs - a.runs)
  const [busiest, rarest] = [byRuns[0], byRuns.at(-1)]
  if (!busiest || !rarest || rarest.runs > 2 * LARGEST.days) throw new Error('no handler runs once a day')
  for (const [name, targetId, limit] of [
    ['all', null, 1],
    ['of the busiest target', busiest.id, 1],
    ['of one that runs once a day', rarest.id, 5],
  ] as const) {
    const filter: RunFilter = { sourceId: 1, tier: 'app', span: EVER, targetId, conditions: [] }
    const page = (from: string | null) =>
      reader.verbs['runs.page']({ filter, direction: 'older', from, limit: 50 }, CONTEXT)
    const first = await page(null)
    if (first.rows.length < Math.min(50, LARGEST.days - 1)) throw new Error('a page is not full')
    const timing = await take(`newest 50: ${name} (runs.page)`, () => page(null))
    note({ what: `newest 50: ${name}, p95`, ...atMost(limit) }, timing.p95)
    const { older } = first
    if (older !== null) await take(`the 50 before them`, () => page(older))
  }
}

async function handlersTable(): Promise<void> {
  const { path, endUs } = dataSet(HANDLERS)
  const reader = openReader(path, () => endUs)
  for (const [name, days] of [
    ['7 days', 7],
    ['all 20 days', 20],
  ] as const) {
    const span = days === 20 ? EVER : { fromUs: endUs - days * SCALE * DAY_US, toUs: null }
    const ask = () => reader.verbs['targets.list']({ sourceId: 1, kind: 'handler', tier: 'app', span }, CONTEXT)
    const handlers = await ask()
    if (handlers.filter(({ strip }) => strip.length === 50).length < 115) throw new Error('strips are missing')
    const timing = await take(`Handlers table of 120, ${name} (targets.list)`, ask)
    note({ what: `Handlers table with strips, 120 targets, 2 M runs, ${name}, p95`, ...atMost(30) }, timing.p95)
  }
  reader.close()
}

async function purgeOfADay(): Promise<string> {
  const { runs, left, busyMs, longestMs, p99Ms } = await inTempFolder((folder) =>
    measurePurge(dataSet(LARGEST), PURGED_DAYS, folder),
  )
  say(`purge: ${runs} runs, ${figure(busyMs)} ms busy, longest ${figure(longestMs)} ms`)
  note({ what: 'purge of a day of 5 M (0.7 M), busy', unit: 's', bound: 'at most', limit: 2 }, busyMs / 1000)
  note({ what: 'the same, longest transaction', ...atMost(30) }, longestMs)
  return `The oldest ${runs} runs of ${runs + left} go in ${figure(busyMs)} ms without the pauses; the longest slice takes
${figure(longestMs)} ms, one in a hundred more than ${figure(p99Ms)} ms.`
}

/** Through the threads, as the window does; each time a copy that nobody has open. */
async function coldOpening(): Promise<string> {
  const times = []
  for (let nth = 0; nth < COLD_TIMES; nth++) times.push(await measureCold(dataSet(LARGEST)))
  const answered = Math.max(...times.map(({ answeredMs }) => answeredMs))
  const opened = Math.max(...times.map(({ openMs }) => openMs))
  say(`cold: open ${figure(opened)} ms, answered ${figure(answered)} ms`)
  note({ what: 'open and answer the overview, cold, the slowest of 5', ...atMost(200) }, answered)
  const how = times.every(({ fromDisk }) => fromDisk)
    ? 'and the system has forgotten the file'
    : 'though the system may still have the file in memory'
  return `Opened cold (no thread runs, ${how}), ${figure(dataSet(LARGEST).bytes / 2 ** 20)} MiB: the slowest of
${COLD_TIMES} took ${figure(opened)} ms until the first answer, and ${figure(answered)} ms until all five of the overview
were there (summary, chart, attention, sessions, failures).`
}

async function take(name: string, work: () => unknown): Promise<Timing> {
  const timing = await measure(work, OFTEN)
  say(`${name}: p50 ${figure(timing.p50)} ms, p95 ${figure(timing.p95)} ms (load ${load()})`)
  rowsOfQueries.push([name, String(timing.n), ...[timing.p50, timing.p95, timing.cpu].map(figure)])
  return timing
}

async function report(): Promise<void> {
  const { bytes, runs, days } = dataSet(LARGEST)
  const text = `## goals

Archives that were filled by the code that fills them in the app: homes of 50 handlers and 20 jobs (few of them run often,
2.5 % failures) with 100 k runs a day, and a firehose of which 95 % are rows of the framework. The newest session holds all
runs but the first tenth. Its summary of all targets is one statement; beside it the same from raw runs by \`GROUP BY\`, and
from arrays of numbers that lie in memory already, once each.

${table(['home', 'runs', 'p50, ms', 'p95, ms', 'raw, ms', 'arrays, ms', 'raw : trends', 'arrays : trends'], summaries)}

The window's questions in the reader's own code, without its thread (database and what is made of it), of
${runs / 1_000_000} M runs in ${days} days (${figure(bytes / 2 ** 20)} MiB), ranges up to now and on no round minute; the
tables of 2 M runs in 20 days. A day or a week by itself is asked of an archive that knows nothing of the range before
(1.9 and 10 days), since the window's answers bring that along:

${table(['what', 'times', 'p50, ms', 'p95, ms', 'processor, ms'], rowsOfQueries)}

${purge}

${cold}`
  await writeReport('goals', text, outcomes)
}

async function withReader(shape: Shape, work: (reader: OpenReader) => Promise<void>): Promise<void> {
  const set = dataSet(shape)
  const reader = openReader(set.path, () => set.endUs)
  try {
    await work(reader)
  } finally {
    reader.close()
  }
}

function note(goal: Goal, measured: number): void {
  outcomes.push(judge(goal, measured))
}

function atMost(limit: number): Pick<Goal, 'unit' | 'bound' | 'limit'> {
  return { unit: 'ms', bound: 'at most', limit }
}
