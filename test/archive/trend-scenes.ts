import { rmSync } from 'node:fs'
import type { AppendRole, RunInput } from '@main/archive/batch'
import { createWriterMemory } from '@archive/derived'
import { createAppender } from '@archive/ingest'
import * as fc from 'fast-check'
import { expect } from 'vitest'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { madeFailure } from './made-archives'

/** A run of a made-up home: late rows, clocks that are set back, sessions that are not known. */
export const made = fc.record({
  target: fc.integer({ min: 1, max: 4 }),
  session: fc.constantFrom(1, 1, 1, 2, null),
  stepUs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 30_000_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: 0, max: 7_200_000_000 }) },
    // Late rows, and clocks that are set back.
    { weight: 2, arbitrary: fc.integer({ min: -90_000_000, max: 0 }) },
    { weight: 1, arbitrary: fc.constantFrom(-3_600_000_000, 86_400_000_000) },
  ),
  durationUs: fc.oneof(
    fc.nat(40),
    fc.nat(5_000_000),
    fc.nat(40).map((days) => days * 86_400_000_000),
  ),
  status: fc.integer({ min: 0, max: 4 }),
  di: fc.boolean(),
  framework: fc.boolean(),
  error: fc.nat(5),
})
export type Made = typeof made extends fc.Arbitrary<infer T> ? T : never

/** Nothing special, one millisecond after the one before. */
export const PLAIN: Made = {
  target: 1,
  session: 1,
  stepUs: 1000,
  durationUs: 10,
  status: 0,
  di: false,
  framework: false,
  error: 0,
}

/** See `createScene`. */
export const LIVES = [0, 1, 2] as const

/** An archive with three lives of a source (the last one a backfill of the first), and a clock of its own. */
export function createScene(path: string, keepsFromUs: number | null = null) {
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  const { db, sourceId, epoch } = createSynthetic(path)
  const epochs = [epoch().id, epoch().id]
  let nowMs = 0
  let timeUs = BEGIN_US
  const sessions = [madeSession(1), madeSession(2, { startedUs: BEGIN_US + 1 })]
  const parents = madeParents(
    [1, 2, 3, 4].map((id) => madeTarget(id)),
    sessions,
  )
  const begin = () => {
    const memory = createWriterMemory(db, { clock: () => nowMs, nowUs: () => timeUs })
    const appenders = LIVES.map((life) => {
      const role: AppendRole = life === 2 ? 'backfill' : 'live'
      const epochId = epochs[life % 2] ?? 0
      const appender = createAppender(db, memory, {
        sourceId,
        epochId,
        role,
        nowUs: () => BEGIN_US,
        keepsFrom: () => keepsFromUs,
      })
      appender.update(parents)
      return appender
    })
    return { memory, appenders }
  }
  let writer = begin()
  const clocks = LIVES.map((life) => BEGIN_US + life * 1_800_000_000)
  let foreignId = 0
  const runsOf = (life: number, runs: Made[]): RunInput[] =>
    runs.map((run) => {
      clocks[life] = Math.max(BEGIN_US, clocks[life]! + run.stepUs)
      const failed = run.status === 1 || run.status === 2
      foreignId++
      return madeRun(foreignId, {
        foreignTargetId: run.target,
        foreignSessionId: run.session,
        startedUs: clocks[life]!,
        durationUs: run.durationUs,
        status: run.status,
        dependencyFailure: run.status === 1 && run.di,
        tier: run.framework ? 'framework' : 'app',
        failure: failed ? madeFailure(run.error, foreignId) : null,
      })
    })
  return {
    db,
    append: (life: number, runs: Made[]) => {
      const appender = writer.appenders[life]!
      const inputs = runsOf(life, runs)
      if (!appender.knowsParentsOf(inputs)) appender.update(parents)
      return appender.append(batchOf(inputs))
    },
    /** A batch that fails at its end, and is not tried again. */
    fail: (life: number, runs: Made[]) => {
      const broken = { ...madeRun(1), startedUs: Number.NaN }
      expect(() => writer.appenders[life]!.append(batchOf([...runsOf(life, runs), broken]))).toThrow()
    },
    pass: (ms: number) => {
      nowMs += ms
    },
    setTime: (us: number) => {
      timeUs = us
    },
    /** The process ends without a word. */
    crash: () => {
      writer = begin()
    },
    forget: () => writer.memory.forget(),
    flush: () => db.transaction(() => writer.memory.trends.flush()).immediate(),
    flushUndone: () => {
      const work = db.transaction(() => {
        writer.memory.trends.flush()
        throw new Error('undone')
      })
      expect(() => work.immediate()).toThrow('undone')
      writer.memory.forget()
    },
  }
}
