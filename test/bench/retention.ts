import { setTimeout as delay } from 'node:timers/promises'
import type { ArchiveClient } from '@main/archive/client'
import { createRetention } from '@main/maintenance/retention'
import { databaseBytes } from '@main/maintenance/disk'
import { createJobRunner } from '@main/maintenance/job-runner'
import type { RetentionLogRow } from '@shared/storage'
import Database from 'better-sqlite3'
import { inTempFolder, openArchive } from './lib/archive'
import { copyOf, dataSet } from './lib/data-set'
import { judge } from './lib/goal'
import { watchLoop } from './lib/loop-delay'
import { figure, percentile } from './lib/measure'
import { QUICK } from './lib/options'
import { scrollHistory } from './lib/pages'
import { load, say, writeReport } from './lib/report'

/** An archive of 600 MB is opened with a limit of 500 MB, as at a start of the app, while somebody scrolls. */
const MB = 1_000_000
const SHAPE = { mix: 'both', runs: QUICK ? 1_000_000 : 11_200_000, days: QUICK ? 10 : 100 } as const
const LIMIT_MB = QUICK ? 45 : 500
const LIMITS = { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: LIMIT_MB }
const LOOK_MS = 50
const PATIENCE_S = 300

await inTempFolder(async (folder) => {
  const set = copyOf(dataSet(SHAPE), folder)
  const before = recount(set.path)
  const stopWatching = watchLoop()
  const began = performance.now()
  const seconds = (): number => (performance.now() - began) / 1000
  const client = openArchive(set.path, set.endUs)
  const jobs = createJobRunner((message, thrown) => {
    throw new Error(message, { cause: thrown })
  })
  const retention = createRetention({
    archive: () => ({ path: set.path, write: client.write }),
    limits: () => LIMITS,
    jobs,
    bytesOf: databaseBytes,
    onResume: () => undefined,
    info: say,
    warn: (message) => {
      throw new Error(message)
    },
    clock: {
      nowUs: () => set.endUs + Math.round(seconds() * MB),
      elapsedMs: () => performance.now(),
      // One pass at the start is what is measured.
      every: () => () => undefined,
    },
  })
  await client.write.setLimits({ limits: LIMITS })
  const stopScrolling = scrollHistory(client, set.sourceId)
  const stopAsking = askWriter(client)
  void retention.start()

  let [underS, goneS] = [NaN, NaN]
  let row: RetentionLogRow | undefined
  while (row === undefined || jobs.state() !== null) {
    if (seconds() > PATIENCE_S) throw new Error(`not under the limit after ${PATIENCE_S} s`)
    await delay(LOOK_MS)
    if (Number.isNaN(underS) && (await databaseBytes(set.path)) <= LIMIT_MB * MB) underS = seconds()
    if (Number.isNaN(goneS) && jobs.state()?.step === 'shrinking') goneS = seconds()
    // An hourly pass may follow it.
    row = (await client.read['storage.log']({ limit: 10 })).find(({ reason }) => reason === 'start')
  }
  const pages = await stopScrolling()
  const waits = await stopAsking()
  void retention.stop()
  const loop = stopWatching()
  const bytesAfter = await databaseBytes(set.path)
  await client.close()
  const after = recount(set.path)
  const p95 = percentile(pages, 0.95)

  if (after.app !== before.app || after.appSum !== before.appSum) {
    throw new Error(`${before.app - after.app} app runs are gone although the framework has some left`)
  }
  if (before.framework - after.framework !== row.runs) throw new Error('the log does not say what went')
  if (after.framework === 0) throw new Error('no framework run is left: the set is too small for this bench')
  say(`under after ${figure(underS)} s, page p95 ${figure(p95)} ms, loop ${figure(loop.longest)} ms (load ${load()})`)

  const text = `## retention

An archive of ${figure(set.bytes / MB)} MB (${millions(before.app)} runs of apps, ${millions(before.framework)} of the framework) is
opened with a limit of ${LIMIT_MB} MB, through the threads and the service that the app starts, while somebody scrolls
through History without a rest. File, WAL and SHM are under the limit after ${figure(underS)} s (runs deleted
after ${figure(goneS)} s) and end at ${figure(bytesAfter / MB)} MB.

Meanwhile ${pages.length} pages of 50 took ${figure(percentile(pages, 0.5))} ms by the median, p95 ${figure(p95)} ms, the slowest
${figure(Math.max(...pages))} ms. A call to the writer waited ${figure(percentile(waits, 0.99))} ms at p99 and ${figure(Math.max(...waits))} ms at most
(${waits.length} calls): what a run that arrives waits for a transaction of the pass. The loop of the process that asks was held up
${figure(loop.p99)} ms at p99 and ${figure(loop.longest)} ms at most.

Recounted: all ${after.app} app runs are there, the sum of their ids and starts is the same; of the framework
${after.framework} are left, ${before.framework - after.framework} went. The log says: ${row.reason}, bound by ${row.bound ?? 'nothing'}, ${row.runs}
runs (${row.frameworkRuns} of the framework), ${figure(row.bytesBefore / MB)} to ${figure(row.bytesAfter / MB)} MB in ${figure(row.durationUs / MB)} s.`
  await writeReport('retention', text, [
    judge({ what: '600 → 500 MB at start', unit: 's', bound: 'at most', limit: 60 }, underS),
    judge({ what: 'History meanwhile, p95', unit: 'ms', bound: 'at most', limit: 150 }, p95),
    judge({ what: 'main loop meanwhile, longest block', unit: 'ms', bound: 'at most', limit: 50 }, loop.longest),
  ])
})

/** What is there, by a connection of its own; a sum of ids and starts tells the same runs from as many others. */
function recount(path: string): { app: number; appSum: number; framework: number } {
  const db = new Database(path, { readonly: true, fileMustExist: true })
  try {
    const of = db.prepare<[string], { n: number; sum: number }>(
      `SELECT count(*) AS n, coalesce(sum(r.id % 1000003 + r.started_us % 1000003), 0) AS sum
       FROM streams st JOIN runs r ON r.id BETWEEN st.id << 40 AND (st.id + 1 << 40) - 1 WHERE st.tier = ?`,
    )
    const [app, framework] = [of.get('app'), of.get('framework')]
    return { app: app?.n ?? 0, appSum: app?.sum ?? 0, framework: framework?.n ?? 0 }
  } finally {
    db.close()
  }
}

/** Small calls to the writer, one after the other; answers how long each waited, milliseconds. */
function askWriter(client: Pick<ArchiveClient, 'write'>): () => Promise<number[]> {
  const waits: number[] = []
  let going = true
  const ask = async (): Promise<void> => {
    while (going) {
      const began = performance.now()
      await client.write.retentionDue()
      waits.push(performance.now() - began)
      await delay(1)
    }
  }
  const asking = ask()
  asking.catch(() => undefined)
  return async () => {
    going = false
    await asking
    return waits
  }
}

function millions(runs: number): string {
  return `${figure(runs / MB)} M`
}
