import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { ArchiveClient } from '@main/archive/client'
import { inTempFolder, openArchive } from './lib/archive'
import { compact } from './lib/compaction'
import type { Opened } from './lib/compaction'
import { copyOf, dataSet } from './lib/data-set'
import { judge } from './lib/goal'
import { writeHassetteFile } from './lib/hassette-file'
import { watchLoop } from './lib/loop-delay'
import type { LoopDelay } from './lib/loop-delay'
import { figure } from './lib/measure'
import { QUICK } from './lib/options'
import { load, say, table, writeReport } from './lib/report'

/** How long the main thread is kept from its work by what the archive's threads do for it. */
const SHAPE = { mix: 'home', runs: QUICK ? 200_000 : 2_000_000, days: QUICK ? 2 : 20 } as const
const IMPORTED = QUICK ? 60_000 : 300_000
const IDLE_MS = 2000
const DAY_US = 86_400_000_000
const QUERYING_MS = QUICK ? 2000 : 10_000

const GOAL = { p99: 5, longest: 50 }

interface Phase {
  name: string
  seconds: number
  asked: number
  loop: LoopDelay
  load: string
}

await inTempFolder(async (folder) => {
  const files = [1, 2].map((seed) => ({ path: join(folder, `hassette-${seed}.db`), seed }))
  for (const { path, seed } of files) await writeHassetteFile(path, { runs: IMPORTED, days: 2, seed })
  const [first = '', second = ''] = files.map(({ path }) => path)
  const set = copyOf(dataSet(SHAPE), folder)
  const opened: Opened = { client: openArchive(set.path, set.endUs), path: set.path, nowUs: set.endUs }
  const { client } = opened
  await client.write.setSourceMode({ sourceId: set.sourceId, mode: 'live' })
  const querying = () => askWindow(client, set.sourceId, set.endUs)

  const phases = [
    await during('nothing', () => delay(IDLE_MS), none),
    await during('querying', () => delay(QUERYING_MS), querying),
    await during('importing, querying', () => importFile(client, first), querying),
    await during('purging, querying', () => purge(client, SHAPE.days * 0.7), querying),
    await during(
      'importing, purging, querying',
      () => Promise.all([importFile(client, second), purge(client, SHAPE.days * 0.4)]),
      querying,
    ),
    await during('compacting', () => compact(opened), none),
  ]
  await opened.client.close()
  await report(phases)
})

async function during(name: string, work: () => Promise<unknown>, ask: () => () => Promise<number>): Promise<Phase> {
  const [began, stopAsking, stopWatching] = [performance.now(), ask(), watchLoop()]
  await work()
  const loop = stopWatching()
  const asked = await stopAsking()
  const seconds = (performance.now() - began) / 1000
  say(
    `${name}: p99 ${figure(loop.p99)} ms, longest ${figure(loop.longest)} ms in ${figure(seconds)} s (load ${load()})`,
  )
  return { name, seconds, asked, loop, load: load() }
}

async function importFile(client: ArchiveClient, path: string): Promise<void> {
  const { sourceId } = await client.write.addFileSource({ path, name: path, mode: 'snapshot', shiftUs: 0 })
  const { runs } = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
  if (runs !== IMPORTED) throw new Error(`${runs} runs were read instead of ${IMPORTED}`)
}

async function purge(client: ArchiveClient, keptDays: number): Promise<void> {
  const days = Math.ceil(keptDays)
  const limits = { retentionDays: days, frameworkRetentionDays: days, maxSizeMb: 100_000 }
  const { runs } = await client.write.retain({ reason: 'hourly', rules: ['time'], limits })
  if (runs === 0) throw new Error('nothing was purged')
}

/** Asks what the window asks, one after the other without a rest; answers how many answers came. */
function askWindow(client: ArchiveClient, sourceId: number, endUs: number): () => Promise<number> {
  const span = { fromUs: endUs - 7 * DAY_US, toUs: null }
  const scope = { sourceId, tier: 'app', span, targetId: null } as const
  const questions: (() => Promise<unknown>)[] = [
    () =>
      client.read['runs.page']({ filter: { ...scope, conditions: [] }, direction: 'older', from: null, limit: 200 }),
    () => client.read['targets.list']({ sourceId, kind: 'handler', tier: 'app', span }),
    () => client.read['trends.summary'](scope),
    () => client.read['trends.series']({ ...scope, points: 100, timeZone: 'Europe/Berlin' }),
    () => client.read['trends.attention']({ sourceId, tier: 'app', span }),
    () =>
      client.read['runs.count']({ filter: { ...scope, conditions: [{ field: 'status', op: 'is', value: 'failed' }] } }),
  ]
  let [going, asked] = [true, 0]
  const ask = async (): Promise<void> => {
    while (going) {
      for (const question of questions) await question()
      asked += questions.length
    }
  }
  const asking = ask()
  // Whoever ends it hears of the error.
  asking.catch(() => undefined)
  return async () => {
    going = false
    await asking
    return asked
  }
}

function none(): () => Promise<number> {
  return () => Promise.resolve(0)
}

async function report(phases: readonly Phase[]): Promise<void> {
  const text = `## loop

How late the event loop of the process is that holds the client of the archive's threads (in the app: the main thread),
while these do something to ${SHAPE.runs / 1_000_000} M runs: \`monitorEventLoopDelay\` with a resolution of 1 ms, which is taken off. A busy
machine shows in the first row.

${table(
  ['what goes on', 'seconds', 'answers', 'p99, ms', 'longest, ms', 'load'],
  phases.map(({ name, seconds, asked, loop, load: busy }) => [
    name,
    figure(seconds),
    asked === 0 ? '' : String(asked),
    figure(loop.p99),
    figure(loop.longest),
    busy,
  ]),
)}`
  const work = phases.filter(({ name }) => name !== 'nothing')
  const worst = (of: keyof LoopDelay): number => Math.max(...work.map(({ loop }) => loop[of]))
  await writeReport('loop', text, [
    judge(
      {
        what: 'main loop while importing, purging, querying, compacting, p99',
        unit: 'ms',
        bound: 'at most',
        limit: GOAL.p99,
      },
      worst('p99'),
    ),
    judge({ what: 'the same, longest block', unit: 'ms', bound: 'at most', limit: GOAL.longest }, worst('longest')),
  ])
}
