import type { RetainReport, RetainRequest } from '@main/archive/api'
import { createRetention } from '@main/maintenance/retention'
import { createJobRunner } from '@main/maintenance/job-runner'
import { Failure } from '@shared/result'
import type { Limits } from '@shared/storage'
import { describe, expect, it } from 'vitest'
import { waitFor } from '../support/wait'

const HOUR_US = 3_600_000_000
const START_US = 1_800_000_000_000_000

/** The service on an archive of which only the border is made up: what it answers, and what it is asked. */
function createScene() {
  const scene = {
    nowUs: START_US,
    elapsedMs: 0,
    bytes: 100,
    sample: false,
    limits: { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb: 500 } as Limits,
    due: { timeUs: null as number | null, sizeUs: null as number | null, timeWaits: false },
    asked: [] as RetainRequest[],
    log: [] as string[],
    /** What the next pass does. */
    answer: (): Promise<Partial<RetainReport>> => Promise.resolve({}),
  }
  let tick = (): void => undefined
  let wake = (): void => undefined
  const jobs = createJobRunner(() => undefined)
  const retention = createRetention({
    archive: () =>
      scene.sample
        ? null
        : {
            path: '/archive.db',
            write: {
              retentionDue: () => Promise.resolve({ ...scene.due }),
              retain: async (request) => {
                scene.asked.push(request)
                const bytes = { bytesBefore: scene.bytes, bytesAfter: scene.bytes }
                const none = { runs: 0, frameworkRuns: 0, bound: null, limitTooSmall: false, timeWaits: false }
                const report = { ...none, ...bytes }
                Object.assign(report, await scene.answer())
                if (request.rules.includes('time')) scene.due.timeUs = scene.nowUs + HOUR_US
                if (request.rules.includes('size')) scene.due.sizeUs = scene.nowUs + 24 * HOUR_US
                scene.bytes = report.bytesAfter
                return report
              },
            },
          },
    limits: () => scene.limits,
    jobs,
    bytesOf: () => Promise.resolve(scene.bytes),
    onResume: (work) => {
      wake = work
    },
    info: (message) => scene.log.push(message),
    warn: (message) => scene.log.push(message),
    clock: {
      nowUs: () => scene.nowUs,
      elapsedMs: () => scene.elapsedMs,
      every: (_milliseconds, work) => {
        tick = work
        return () => (tick = () => undefined)
      },
    },
  })
  const reasons = (): string[] => scene.asked.map((request) => request.reason)
  /** Lets everything that is under way come to its end. */
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resume) => setImmediate(resume))
  }
  return {
    scene,
    jobs,
    retention,
    reasons,
    settle,
    pass: async (milliseconds: number) => {
      scene.elapsedMs += milliseconds
      scene.nowUs += milliseconds * 1000
      tick()
      await settle()
    },
    wake: async () => {
      wake()
      await settle()
    },
  }
}

describe('the retention of the shown archive', () => {
  it('looks at the size at the start, at the rest 20 s later, and then hourly and daily', async () => {
    const { retention, reasons, settle, pass } = createScene()
    void retention.start()
    await settle()
    expect(reasons()).toEqual(['start'])
    await pass(19_000)
    expect(reasons()).toEqual(['start'])
    await pass(1000)
    expect(reasons()).toEqual(['start', 'hourly'])
    for (let minutes = 0; minutes < 25 * 60; minutes += 10) await pass(600_000)
    expect(reasons().filter((reason) => reason === 'hourly')).toHaveLength(24 + 1)
    expect(reasons().filter((reason) => reason === 'daily')).toHaveLength(1)
  })

  it('does nothing before it is started, whatever is told', async () => {
    const { retention, reasons, settle } = createScene()
    retention.look()
    await settle()
    expect(reasons()).toEqual([])
    void retention.start()
    await settle()
    expect(reasons()).toEqual(['start'])
  })

  it('leaves the sample alone, and begins when the own archive is shown', async () => {
    const { scene, retention, reasons, settle, pass } = createScene()
    scene.sample = true
    void retention.start()
    await pass(3_600_000)
    expect(reasons()).toEqual([])
    scene.sample = false
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start', 'hourly'])
  })

  it('runs a pass as soon as the archive grew, and no second one when that did not help', async () => {
    const { scene, retention, reasons, settle } = createScene()
    void retention.start()
    await settle()
    scene.bytes = 530_000_000
    scene.answer = () => Promise.resolve({ runs: 10, bytesAfter: 520_000_000, limitTooSmall: true })
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start', 'growth'])
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start', 'growth'])
    expect(scene.log.some((line) => line.includes('too small'))).toBe(true)
    scene.bytes = 536_000_000
    scene.answer = () => Promise.resolve({ runs: 10, bytesAfter: 470_000_000 })
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start', 'growth', 'growth'])
  })

  it('does not take a pass of the time rule for one that could not help', async () => {
    const { scene, retention, reasons, settle, pass } = createScene()
    void retention.start()
    await pass(20_000)
    // A little over the limit, which the hourly pass leaves alone.
    scene.bytes = 510_000_000
    await pass(3_600_000)
    scene.bytes = 516_000_000
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start', 'hourly', 'hourly', 'growth'])
  })

  it('asks again with other limits, and not when other settings change', async () => {
    const { scene, retention, reasons, settle } = createScene()
    void retention.start()
    await settle()
    retention.settingsChanged()
    await settle()
    expect(reasons()).toEqual(['start'])
    scene.limits = { ...scene.limits, maxSizeMb: 100 }
    retention.settingsChanged()
    await settle()
    expect(reasons()).toEqual(['start', 'limits_changed'])
    expect(scene.asked.at(-1)).toMatchObject({ rules: ['time', 'size'], limits: { maxSizeMb: 100 } })
  })

  it('waits for an import, and catches up once after the machine slept, when it has calmed down', async () => {
    const { scene, retention, reasons, settle, pass, wake } = createScene()
    void retention.start()
    await settle()
    retention.sourcesChanged([{ state: { kind: 'catching_up', done: 1, total: 2 } }])
    await pass(60_000)
    expect(reasons()).toEqual(['start'])
    retention.sourcesChanged([{ state: { kind: 'live', atMs: 0 } }])
    await pass(30_000)
    expect(reasons()).toEqual(['start', 'hourly'])

    scene.nowUs += 50 * HOUR_US
    await wake()
    expect(reasons()).toEqual(['start', 'hourly'])
    await pass(20_000)
    await pass(30_000)
    expect(reasons()).toEqual(['start', 'hourly', 'daily'])
    expect(scene.asked.at(-1)?.rules).toEqual(['time', 'size'])
  })

  it('leaves the time rule alone until the clock is proven, and catches up then', async () => {
    const { scene, retention, reasons, settle, pass } = createScene()
    scene.due.timeWaits = true
    void retention.start()
    await settle()
    for (let minutes = 0; minutes < 120; minutes += 10) await pass(600_000)
    expect(reasons()).toEqual(['start'])
    scene.due.timeWaits = false
    await pass(30_000)
    expect(reasons()).toEqual(['start', 'hourly'])
  })

  it('waits for other work on the archive, and follows it at once', async () => {
    const { retention, jobs, reasons, settle } = createScene()
    let end: () => void = () => undefined
    const working = jobs.run('compact', { automatic: false }, () => new Promise((resolve) => (end = resolve)))
    void retention.start()
    await settle()
    expect(reasons()).toEqual([])
    end()
    await working
    await settle()
    expect(reasons()).toEqual(['start'])
  })

  it('rests after a pass that was cancelled or failed', async () => {
    const { scene, retention, reasons, settle, pass } = createScene()
    scene.bytes = 530_000_000
    scene.answer = () => Promise.reject(new Failure('disk_full', 'There is no room left.'))
    void retention.start()
    await settle()
    await pass(300_000)
    expect(reasons()).toEqual(['start'])
    expect(scene.log).toEqual(['cleaning up (start) failed: disk_full'])
    scene.answer = () => Promise.resolve({ bytesAfter: 400_000_000 })
    await pass(300_000)
    expect(reasons()).toEqual(['start', 'growth', 'hourly'])
  })

  it('does nothing more once it is stopped', async () => {
    const { retention, reasons, settle, pass } = createScene()
    void retention.start()
    await waitFor('the first pass', () => reasons().length === 1)
    await settle()
    void retention.stop()
    await pass(3_600_000)
    retention.look()
    await settle()
    expect(reasons()).toEqual(['start'])
  })
})
