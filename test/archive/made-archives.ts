import type { AppendRole, FailureInput, RunInput } from '@main/archive/batch'
import * as fc from 'fast-check'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import type { SyntheticArchive } from '../support/synthetic'

/** Runs as they arrive, with what goes wrong in homes: late rows, clocks set back, two tiers, several epochs. */
export interface MadeBatch {
  /** 0–2, or `BACKFILL` for what is added to the first one later. */
  epoch: number
  /** Sequences left out before the batch, as after a purge: batches lie in different blocks then. */
  skip: number
  runs: {
    target: number
    stepUs: number
    durationUs: number
    status: number
    di: boolean
    framework: boolean
    error?: number
  }[]
}

const made = fc.record({
  target: fc.integer({ min: 1, max: 5 }),
  // Mostly forward; now and then a late row or a clock that was set back by an hour.
  stepUs: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 2_000_000 }) },
    { weight: 2, arbitrary: fc.integer({ min: -3_000_000, max: 0 }) },
    { weight: 1, arbitrary: fc.constant(-3_600_000_000) },
  ),
  durationUs: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 600_000_000 })),
  status: fc.integer({ min: 0, max: 4 }),
  di: fc.boolean(),
  framework: fc.boolean(),
  error: fc.nat({ max: 5 }),
})

/** What failed runs say; `n` varies within one cause. */
export function madeFailure(error: number, n: number): FailureInput {
  const frame = '  File "/app/apps/lights.py", line 7, in on_change\n    await self.step()\n'
  const traceback = `Traceback (most recent call last):\n${frame}ValueError: value ${n} is wrong\n`
  const failures: FailureInput[] = [
    { errorType: 'ValueError', message: `value ${n} is wrong`, traceback },
    { errorType: 'ValueError', message: `Wert ${n} ist FALSCH, für TÜR_1`, traceback: null },
    { errorType: 'KeyError', message: `'light.kitchen_${n % 3}'`, traceback: null },
    {
      errorType: 'DependencyResolutionError',
      message: `Required dependency returned NoneType, expected a value`,
      traceback: null,
    },
    { errorType: null, message: null, traceback: null },
    { errorType: 'ÜberlaufError', message: '', traceback },
  ]
  return failures[error % failures.length]!
}

const BACKFILL = 3

const batchesOf = (lastEpoch: number): fc.Arbitrary<MadeBatch[]> =>
  fc.array(
    fc.record({
      epoch: fc.integer({ min: 0, max: lastEpoch }),
      skip: fc.constantFrom(0, 0, 1000, 4090, 9000),
      runs: fc.array(made, { minLength: 1, maxLength: 60 }),
    }),
    { maxLength: 8 },
  )

/** Batches of a small archive; about 0–400 runs. */
export const madeBatches = batchesOf(2)

/** The same with streams of role backfill. */
export const backfilledBatches = batchesOf(BACKFILL)

/** Few targets with more runs than a strip holds, in streams whose clocks jump: what strips are made of. */
export const crowdedBatches: fc.Arbitrary<MadeBatch[]> = fc.array(
  fc.record({
    epoch: fc.integer({ min: 0, max: 2 }),
    skip: fc.constantFrom(0, 5000),
    runs: fc.array(
      fc.record({
        target: fc.constantFrom(1, 1, 1, 2),
        stepUs: fc.oneof(
          { weight: 30, arbitrary: fc.integer({ min: 0, max: 1_000_000 }) },
          { weight: 1, arbitrary: fc.integer({ min: -60_000_000, max: 60_000_000 }) },
        ),
        durationUs: fc.integer({ min: 0, max: 3 }),
        status: fc.integer({ min: 0, max: 4 }),
        di: fc.boolean(),
        framework: fc.constant(false),
      }),
      { minLength: 10, maxLength: 70, size: 'max' },
    ),
  }),
  { minLength: 3, maxLength: 8, size: 'max' },
)

const TARGETS = [1, 2, 3, 4, 5].map((id) =>
  madeTarget(id, id === 4 ? { kind: 'job', topic: null, appKey: 'app_jobs' } : {}),
)

/** Writes the batches through the real appender. */
export function writeBatches(path: string, batches: MadeBatch[]): SyntheticArchive {
  const archive = createSynthetic(path)
  const live = [0, 1, 2].map(() => ({ ...archive.epoch(), role: 'live' as AppendRole }))
  const first = live[0]!
  const backfill = (): (typeof live)[0] => ({
    id: first.id,
    appender: archive.reopen(first.id, 'backfill'),
    role: 'backfill',
  })
  const epochs = [...live, backfill()]
  for (const { appender } of epochs) appender.update(madeParents(TARGETS, [madeSession(1)]))
  const clocks = [BEGIN_US, BEGIN_US + 30_000_000, BEGIN_US + 60_000_000, BEGIN_US + 10_000_000]
  const foreignIds = [0, 0, 0, 1_000_000]
  for (const batch of batches) {
    const epoch = epochs[batch.epoch]!
    if (batch.skip > 0) {
      archive.db
        .prepare('UPDATE streams SET last_sequence = last_sequence + ? WHERE epoch_id = ? AND role = ?')
        .run(batch.skip, epoch.id, epoch.role)
      // What was remembered of the streams is no longer so: as after a restart.
      const again = archive.reopen(epoch.id, epoch.role)
      again.update(madeParents(TARGETS, [madeSession(1)]))
      epoch.appender = again
    }
    const runs = batch.runs.map((run): RunInput => {
      clocks[batch.epoch]! += run.stepUs
      const foreignId = ++foreignIds[batch.epoch]!
      const failed = run.status === 1 || run.status === 2
      return madeRun(foreignId, {
        kind: run.target === 4 ? 'job' : 'handler',
        foreignTargetId: run.target,
        startedUs: clocks[batch.epoch]! - run.durationUs,
        durationUs: run.durationUs,
        status: run.status,
        dependencyFailure: run.status === 1 && run.di,
        tier: run.framework ? 'framework' : 'app',
        ...(failed && run.error !== undefined ? { failure: madeFailure(run.error, foreignId) } : {}),
      })
    })
    epoch.appender.append(batchOf(runs))
  }
  return archive
}
