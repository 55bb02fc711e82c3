import { describe, expect, it, vi } from 'vitest'
import { createJobRunner } from '@main/maintenance/job-runner'
import type { WorkJob } from '@main/maintenance/job-runner'
import { Failure } from '@shared/result'
import type { StorageWork } from '@shared/storage'

/** A job that goes on until it is told to end; it begins with `run`. */
function openEnded(): { job: WorkJob; signal: () => AbortSignal | null; end: (thrown?: Failure) => void } {
  let end: (thrown?: Failure) => void = () => undefined
  let signal: AbortSignal | null = null
  const job: WorkJob = (_say, given) => {
    signal = given
    return new Promise((resolve, reject) => (end = (thrown) => (thrown ? reject(thrown) : resolve())))
  }
  return { job, signal: () => signal, end: (thrown) => end(thrown) }
}

const byHand = { automatic: false }

describe('long work on the archive', () => {
  it('is told from its first step to its end, and answers with its figures', async () => {
    const jobs = createJobRunner(vi.fn())
    const seen: (StorageWork | null)[] = []
    jobs.onChange((state) => seen.push(state))
    const done = await jobs.run('compact', byHand, async (say) => {
      say({ share: 0.5, bytesBefore: 100 })
      say({ share: 0.5 })
      say({ step: 'checking', share: null })
      await Promise.resolve()
      say({ bytesAfter: 40, runs: 7, file: 'x' })
    })
    const begin = { kind: 'compact', automatic: false, step: 'copying', share: null, cancelling: false }
    expect(seen).toEqual([begin, { ...begin, share: 0.5 }, { ...begin, step: 'checking' }, null])
    expect(done).toEqual({
      kind: 'compact',
      outcome: 'done',
      bytesBefore: 100,
      bytesAfter: 40,
      runs: 7,
      timeWaits: false,
      file: 'x',
      problem: null,
    })
    expect(jobs.state()).toBeNull()
  })

  it('goes one at a time: a second is refused, and begins when the first has ended', async () => {
    const jobs = createJobRunner(vi.fn())
    const first = openEnded()
    const running = jobs.run('clean', { automatic: true }, first.job)
    const never = vi.fn<WorkJob>()
    await expect(jobs.run('compact', byHand, never)).rejects.toMatchObject({ code: 'busy' })
    expect(never).not.toHaveBeenCalled()
    expect(jobs.state()).toMatchObject({ kind: 'clean', automatic: true })
    first.end()
    await running
    expect(await jobs.run('compact', byHand, () => Promise.resolve())).toMatchObject({ outcome: 'done' })
  })

  it('cancels by the signal, says so meanwhile, and keeps the figures of what was done', async () => {
    const jobs = createJobRunner(vi.fn())
    const running = jobs.run('clean', byHand, (say, signal) => {
      say({ runs: 4096 })
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Failure('cancelled', 'x'))))
    })
    const seen: (StorageWork | null)[] = []
    jobs.onChange((state) => seen.push(state))
    jobs.cancel()
    jobs.cancel()
    expect(await running).toMatchObject({ outcome: 'cancelled', runs: 4096, problem: null })
    expect(seen.map((state) => state?.cancelling)).toEqual([true, undefined])
  })

  it('a failure is an outcome with its words; one without a code is logged', async () => {
    const warn = vi.fn()
    const jobs = createJobRunner(warn)
    const full = await jobs.run('backup', byHand, () =>
      Promise.reject(new Failure('disk_full', 'No room.', 'Free some.')),
    )
    expect(full).toMatchObject({
      outcome: 'failed',
      problem: { code: 'disk_full', message: 'No room.', hint: 'Free some.' },
    })
    expect(warn).not.toHaveBeenCalled()
    const bug = new TypeError('x is not a function')
    expect(await jobs.run('backup', byHand, () => Promise.reject(bug))).toMatchObject({
      problem: { code: 'internal' },
    })
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('backup'), bug)
  })

  it('nobody hears of a job that reports after its end', async () => {
    const jobs = createJobRunner(vi.fn())
    let late: Parameters<WorkJob>[0] = () => undefined
    await jobs.run('clean', byHand, (say) => {
      late = say
      return Promise.resolve()
    })
    const other = openEnded()
    const running = jobs.run('compact', byHand, other.job)
    late({ step: 'shrinking', share: 1 })
    expect(jobs.state()).toMatchObject({ kind: 'compact', step: 'copying', share: null })
    other.end()
    await running
  })

  it('stop cancels, waits for the end, and lets nothing begin any more', async () => {
    const jobs = createJobRunner(vi.fn())
    const work = openEnded()
    const running = jobs.run('clean', byHand, work.job)
    let stopped = false
    const stopping = jobs.stop().then(() => (stopped = true))
    expect(work.signal()?.aborted).toBe(true)
    await new Promise((resume) => setImmediate(resume))
    expect(stopped).toBe(false)
    work.end(new Failure('cancelled', 'x'))
    await stopping
    expect(await running).toMatchObject({ outcome: 'cancelled' })
    await expect(jobs.run('clean', byHand, () => Promise.resolve())).rejects.toMatchObject({ code: 'busy' })
  })

  it('a listener that left hears nothing', async () => {
    const jobs = createJobRunner(vi.fn())
    const listener = vi.fn()
    jobs.onChange(listener)()
    await jobs.run('clean', byHand, () => Promise.resolve())
    expect(listener).not.toHaveBeenCalled()
  })
})
