import { join } from 'node:path'
import { BEGIN_US } from '../support/synthetic'
import { inTempFolder } from './lib/archive'
import { createDayTruth, histogramsOf, storedDay } from './lib/day-truth'
import { judge } from './lib/goal'
import { createGrowingHome } from './lib/growing-home'
import { figure } from './lib/measure'
import { MIXES } from './lib/mix'
import { LONG, QUICK } from './lib/options'
import { load, say, table, writeReport } from './lib/report'

/** A week at 100 runs a second and a morning more, with a limit that binds; time is moved, not waited for. */
const PER_SECOND = 100
/** Of each hour: a third of a week's 61 million runs fills the archive twice, and is written and deleted in minutes. */
const MINUTES = LONG ? 60 : QUICK ? 1 : 20
const LIMIT_MB = QUICK ? 25 : 500
const HOURS = 7 * 24 + 2
const LIMITS = { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: LIMIT_MB }
const LIMIT_BYTES = LIMIT_MB * 1_000_000
const [MINUTE_US, HOUR_US, DAY_US] = [60_000_000, 3_600_000_000, 86_400_000_000]

await inTempFolder(async (folder) => {
  const truth = createDayTruth(BEGIN_US)
  let [made, appRuns] = [0, 0]
  const home = createGrowingHome(join(folder, 'archive.db'), {
    beginUs: BEGIN_US,
    limits: LIMITS,
    mix: MIXES.firehose,
    onRun: (run) => {
      made++
      // Older ones are past their days by the end.
      if (run.tier === 'app' && run.startedUs >= BEGIN_US + HOURS * HOUR_US - 7 * DAY_US + HOUR_US) appRuns++
      truth.add(run)
    },
  })
  const { db } = home
  const began = performance.now()
  const days: string[][] = []
  let histograms = ''
  for (let hour = 1; hour <= HOURS; hour++) {
    await home.live(MINUTES * 60 * PER_SECOND, PER_SECOND)
    home.rest(HOUR_US - MINUTES * MINUTE_US)
    if (hour === 48) histograms = histogramsOf(db, BEGIN_US)
    if (hour % 24 > 0 && hour < HOURS) continue
    const kept = db.prepare<[], number>('SELECT sum(n) FROM blocks').pluck().get() ?? 0
    const over = (home.peakBytes() / LIMIT_BYTES - 1) * 100
    days.push([String(Math.ceil(hour / 24)), ...[made, kept, home.deleted()].map(millions), `${figure(over)} %`])
    say(`day ${Math.ceil(hour / 24)}: ${millions(made)} made, peak ${figure(over)} % over the limit (load ${load()})`)
  }
  const seconds = (performance.now() - began) / 1000

  const [wanted, stored] = [truth.rows(), storedDay(db, BEGIN_US)]
  const wrong = wanted.filter((row, index) => JSON.stringify(row) !== JSON.stringify(stored[index])).length
  const isSame = histogramsOf(db, BEGIN_US) === histograms && histograms !== ''
  const left = db.prepare<[], number>('SELECT count(*) FROM runs').pluck().get() ?? 0
  const appLeft =
    db
      .prepare<[number], number>(
        `SELECT count(*) FROM runs r JOIN targets t ON t.id = r.target_id
        WHERE t.tier = 'app' AND r.started_us >= ?`,
      )
      .pluck()
      .get(BEGIN_US + HOURS * HOUR_US - 7 * DAY_US + HOUR_US) ?? 0
  db.close()
  if (left + home.deleted() !== made) throw new Error(`of ${made} runs ${left} are left and ${home.deleted()} went`)
  const growth = home.passes.get('growth') ?? 0
  if (growth === 0) throw new Error('the limit never bound: nothing was shown')
  const over = Math.max(0, (home.peakBytes() / LIMIT_BYTES - 1) * 100)
  const exact = wrong === 0 && stored.length === wanted.length && isSame

  const text = `## week

${HOURS} hours of a home with ${PER_SECOND} runs a second (95 % of the framework) in ${MINUTES} minutes of each hour, ${millions(made)} runs,
with a limit of ${LIMIT_MB} MB; the clock is moved, so that it takes ${figure(seconds)} s. After each batch of 1000 runs the app's
own schedule decides whether a pass is due; file, WAL and SHM are measured after each batch and in each pause of a pass.

${table(['day', 'made', 'kept', 'deleted', 'most over the limit so far'], days)}

Passes: ${[...home.passes].map(([reason, n]) => `${n} ${reason}`).join(', ')}. On day 8 the trends of day 1 ${exact ? 'are exactly' : '**are not**'} what
was counted beside the archive (${wanted.length} targets: runs, outcomes, sum, least and most of the durations; histograms as they
were after day 2). Of ${appRuns} app runs within their days ${appLeft} are there.`
  await writeReport('week', text, [
    judge({ what: 'a week at 100 runs/s: most over the limit', unit: '%', bound: 'at most', limit: 5 }, over),
    judge(
      { what: 'the same: wrong day trends of day 1 on day 8', unit: 'targets', bound: 'at most', limit: 0 },
      exact ? 0 : Math.max(1, wrong),
    ),
    judge(
      { what: 'the same: app runs lost within their days', unit: 'runs', bound: 'at most', limit: 0 },
      appRuns - appLeft,
    ),
  ])
})

function millions(runs: number): string {
  return `${figure(runs / 1_000_000)} M`
}
