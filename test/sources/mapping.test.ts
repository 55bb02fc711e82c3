import { removalOf, runOf, sessionsOf, toUs } from '@main/sources/hassette-file/mapping'
import type { ExecutionRow, HassetteSession } from '@main/sources/hassette-file/mapping'
import { modeOf } from '@main/sources/hassette-file/reader'
import { describe, expect, it } from 'vitest'

const STOP_US = 1_795_444_505_438_107

describe('times', () => {
  it.each([
    [1795443332.4088876, 0, 1_795_443_332_408_888],
    [1795443332.4088876, 7, 1_795_443_332_408_895],
    [null, 0, null],
    ['1795443332', 0, null],
    [Number.NaN, 0, null],
    [Number.POSITIVE_INFINITY, 0, null],
    [-5, 0, 0],
    [1e300, 0, 8_600_000_000_000_000],
  ])('%s seconds, moved by %s, are %s', (seconds, shiftUs, microseconds) => {
    expect(toUs(seconds, shiftUs)).toBe(microseconds)
  })
})

describe('a removal', () => {
  it.each([
    ['just before the stop', -1_000_000, null],
    ['at the stop', 0, null],
    ['30 s after the stop', 30_000_000, null],
    ['earlier', -1_000_001, STOP_US - 1_000_001],
    ['later', 30_000_001, STOP_US + 30_000_001],
  ])('%s (%s µs)', (_, afterUs, expected) => {
    expect(removalOf(STOP_US + afterUs, STOP_US)).toBe(expected)
  })

  it('counts when no session ended cleanly', () => {
    expect(removalOf(STOP_US, null)).toBe(STOP_US)
    expect(removalOf(null, STOP_US)).toBeNull()
  })
})

describe('the mode of a new source', () => {
  const nowUs = 1_795_500_000_000_000
  it.each([
    ['no session', null, 'snapshot'],
    ['a sign of life 11 minutes ago', nowUs - 660_000_000, 'live'],
    ['an older one', nowUs - 660_000_001, 'snapshot'],
    ['one of a clock that is ahead', nowUs + 3_600_000_000, 'live'],
    ['one of a recording from the future', nowUs + 86_400_000_001, 'snapshot'],
  ])('%s', (_, newestSignUs, mode) => {
    expect(modeOf(newestSignUs, nowUs)).toBe(mode)
  })
})

describe('sessions', () => {
  const row = (id: number, status: string): HassetteSession => ({
    id,
    started_at: id,
    stopped_at: null,
    last_heartbeat_at: id,
    status,
    error_type: null,
    error_message: null,
    error_traceback: null,
    dropped_overflow: 0,
    dropped_exhausted: null,
    dropped_shutdown: 0,
  })

  it('end as their status says; one that still runs although a newer began was killed', () => {
    const statuses = ['success', 'stopped', 'failure', 'crashed', 'unknown', 'running', 'running']
    const endings = sessionsOf(
      statuses.map((status, index) => row(index, status)),
      0,
    ).map(({ ending }) => ending)
    expect(endings).toEqual(['clean', 'clean', 'crashed', 'crashed', 'killed', 'killed', 'running'])
  })
})

describe('runs', () => {
  const row: ExecutionRow = {
    id: 7,
    kind: 'handler',
    listener_id: 15,
    job_id: null,
    session_id: 3,
    execution_start_ts: 1795443980.337601,
    duration_ms: 0.42,
    status: 'error',
    source_tier: 'app',
    error_type: 'DependencyResolutionError',
    error_message: 'Required dependency returned NoneType, expected a value',
    error_traceback: null,
    is_di_failure: 1,
    execution_id: '01a208c3-1538-7587-b830-8edae55d43ee',
    trigger_context_id: '01M84C659K6JW7G7DRVW1C6GBX',
    trigger_origin: 'LOCAL',
    trigger_mode: null,
    thread_leaked: 0,
  }

  it('are what Hassette wrote, in our words and units', () => {
    expect(runOf(row, 0)).toEqual({
      foreignId: 7,
      kind: 'handler',
      foreignTargetId: 15,
      foreignSessionId: 3,
      tier: 'app',
      startedUs: 1_795_443_980_337_601,
      durationUs: 420,
      status: 1,
      dependencyFailure: true,
      manual: false,
      threadLeaked: false,
      origin: 'LOCAL',
      executionId: row.execution_id,
      contextId: row.trigger_context_id,
      failure: { errorType: row.error_type, message: row.error_message, traceback: null },
    })
  })

  it.each(['DependencyError', 'DependencyResolutionError', 'DependencyInjectionError'])(
    'tell a dependency failure by its class %s where the column is missing',
    (error_type) => {
      expect(runOf({ ...row, is_di_failure: null, error_type }, 0).dependencyFailure).toBe(true)
    },
  )

  it('are no dependency failures because of a message', () => {
    expect(runOf({ ...row, is_di_failure: 0, error_type: 'TypeError' }, 0).dependencyFailure).toBe(false)
  })

  it.each([
    ['an unknown status', { status: 'paused', error_type: null, error_message: null }, { status: 0, failure: null }],
    ['an unknown status with an error', { status: 'paused' }, { status: 1 }],
    ['no number as duration', { duration_ms: 'long' }, { durationUs: 0 }],
    ['a negative duration', { duration_ms: -1 }, { durationUs: 0 }],
    ['a start at the end of time', { execution_start_ts: 1e300 }, { startedUs: 8_600_000_000_000_000 }],
    ['no start', { execution_start_ts: null }, { startedUs: 0 }],
    ['an origin of tomorrow', { trigger_origin: 'MARS' }, { origin: 'other' }],
    ['a blob as message', { error_message: Buffer.from('x') }, { failure: { message: 'x' } }],
    [
      'a run by hand',
      { trigger_mode: 'manual', listener_id: null, job_id: 4 },
      { manual: true, kind: 'job', foreignTargetId: 4 },
    ],
  ])('survive %s', (_, broken, expected) => {
    expect(runOf({ ...row, ...broken } as unknown as ExecutionRow, 0)).toMatchObject(expected)
  })
})
