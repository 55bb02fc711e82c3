import { statSync } from 'node:fs'
import type { RetainRequest } from '@main/archive/api'
import type { Limits } from '@shared/storage'
import type { Database } from 'better-sqlite3'
import { expect } from 'vitest'
import { Failure } from '@shared/result'
import { CONTEXT } from '../support/archive'
import type { SyntheticArchive } from '../support/synthetic'
import { allRuns, expectedBlocks, expectedRecent, storedBlocks, storedRecent } from './brute-force'
import { expectGroupsCounted } from './brute-force-groups'
import type { CountedRun, TrendRow } from './brute-force-trends'
import { expectedGroupTrends, expectedTrends, storedGroupTrends, storedTrends } from './brute-force-trends'

export const DAY_US = 86_400_000_000

export const LIMITS: Limits = { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 }

export function request(more: Partial<RetainRequest> = {}): RetainRequest {
  return { reason: 'by_hand', rules: ['time'], limits: LIMITS, ...more }
}

/** A context that counts the pauses of a pass, and cancels it at one of them. */
export function countingContext(cancelAt = Infinity) {
  const seen = { pauses: 0, progress: [] as { done: number; total: number }[] }
  return {
    seen,
    context: {
      ...CONTEXT,
      progress: (progress: { done: number; total: number }) => seen.progress.push(progress),
      pause: async () => {
        seen.pauses++
        await CONTEXT.pause()
        if (seen.pauses >= cancelAt) throw CANCELLED
      },
    },
  }
}

export const CANCELLED = new Failure('cancelled', 'Cancelled.')

/** Asserts that everything that hangs on runs is in step with the runs that are there. */
export function expectInStep(db: Database): void {
  const runs = allRuns(db)
  expect(storedBlocks(db)).toEqual(expectedBlocks(runs))
  expect(storedRecent(db)).toEqual(expectedRecent(runs))
  expectGroupsCounted(db)
  for (const orphans of [
    'failures WHERE run_id NOT IN (SELECT id FROM runs)',
    'run_logs WHERE run_id NOT IN (SELECT id FROM runs)',
    'failures WHERE traceback_id IS NOT NULL AND traceback_id NOT IN (SELECT id FROM tracebacks)',
    'tracebacks t WHERE refs <> (SELECT count(*) FROM failures f WHERE f.traceback_id = t.id) OR refs = 0',
  ]) {
    expect({ orphans, n: numberOf(db, `SELECT count(*) FROM ${orphans}`) }).toEqual({ orphans, n: 0 })
  }
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
}

/** Asserts that trends still count all of these runs, though some of them are gone. */
export function expectTrendsOf(
  { db, memory }: Pick<SyntheticArchive, 'db' | 'memory'>,
  runs: CountedRun[],
  resolutions: readonly number[],
): void {
  db.transaction(() => memory.trends.flush()).immediate()
  const only = (rows: TrendRow[]) => rows.filter((row) => resolutions.includes(row.resolution))
  expect(only(storedTrends(db))).toEqual(only(expectedTrends(runs)))
  expect(storedGroupTrends(db)).toEqual(expectedGroupTrends(runs))
}

export function numberOf(db: Database, sql: string): number {
  return db.prepare<[], number>(sql).pluck().get() ?? 0
}

/** What `ls` shows of an archive. */
export function bytesOf(db: Database): number {
  return ['', '-wal', '-shm'].reduce((sum, end) => sum + statSync(db.name + end).size, 0)
}
