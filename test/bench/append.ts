import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunInput } from '@main/archive/batch'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'
import { judge } from './lib/goal'
import { QUICK } from './lib/options'
import { say, table, writeReport } from './lib/report'

/** Appending as the writer does it, in batches of 1, 100 and 1000: 70 targets, 2.5 % failures with tracebacks. */
const TARGETS = 70
const FAIL_EVERY = 40
const SIZES: [batch: number, runs: number, goal: number][] = [
  [1, 20_000, 25_000],
  [100, 200_000, 80_000],
  [1000, 400_000, 120_000],
]

const measured = SIZES.map(([size, runs, goal]) => {
  const rates = [1, 2, 3].map(() => rateOf(size, QUICK ? runs / 10 : runs)).sort((a, b) => a - b)
  say(`batch ${size}: ${rates.map(Math.round).join(', ')} runs/s`)
  return { size, goal, rates }
})
const rows = measured.map(({ size, goal, rates }) => [
  String(size),
  ...rates.map((rate) => `${Math.round(rate / 1000)} k`),
  `${goal / 1000} k`,
])
const outcomes = measured.map(({ size, goal, rates }) =>
  judge(
    {
      what: `append, batch ${size}, median`,
      unit: 'runs/s',
      bound: 'at least',
      limit: goal,
      ...(size === 1 ? { why: 'three fifths of it are the commit of each run' } : {}),
    },
    rates[1] ?? NaN,
  ),
)
const text = `## append

Runs a second that the writer appends, each batch a transaction with its cursor, zone map, strips, error texts, groups and
trends:
${TARGETS} targets, 2.5 % failures with tracebacks, no two messages alike. Three times each.

${table(['batch', 'slowest', 'median', 'fastest', 'goal'], rows)}`
await writeReport('append', text, outcomes)

function rateOf(size: number, runs: number): number {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-bench-'))
  try {
    const { db, epoch } = createSynthetic(join(folder, 'archive.db'))
    const { appender } = epoch()
    appender.update(madeParents(Array.from({ length: TARGETS }, (_, index) => madeTarget(index + 1))))
    const batches: RunInput[][] = []
    for (let first = 1; first <= runs; first += size) {
      batches.push(Array.from({ length: size }, (_, index) => run(first + index)))
    }
    const began = performance.now()
    for (const batch of batches) appender.append(batchOf(batch))
    const seconds = (performance.now() - began) / 1000
    db.close()
    return runs / seconds
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(index: number): RunInput {
  const hex = index.toString(16).padStart(12, '0')
  const failed = index % FAIL_EVERY === 0
  const target = 1 + (index % TARGETS)
  return madeRun(index, {
    foreignTargetId: target,
    startedUs: BEGIN_US + index * 50_000,
    durationUs: 1000 + (index % 997),
    status: failed ? 1 : 0,
    executionId: `01a208c3-1538-7587-b830-${hex}`,
    contextId: `01a208c3-1538-7587-b831-${hex}`,
    failure: failed ? { errorType: 'TimeoutError', message: messageOf(index), traceback: tracebackOf(target) } : null,
  })
}

/** No two are the same, as entity ids and values make them in homes. */
function messageOf(index: number): string {
  return `call to light.kitchen_${index % 50} with {'brightness': ${index}} gave no answer within 10.0 seconds`
}

function tracebackOf(target: number): string {
  const frame = (file: string, line: number, name: string) =>
    `  File "/app/apps/${file}", line ${line}, in ${name}\n    await self.step()\n`
  return `Traceback (most recent call last):\n${frame('app.py', target, 'on_change')}${frame('lib.py', 12, 'step')}${frame('lib.py', 99, 'call')}TimeoutError: no answer within 10.0 seconds\n`
}
