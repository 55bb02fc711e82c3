import { describe, expect, it } from 'vitest'
import { resultLine, sumTallies, tallyVitest, timeLine } from '../../scripts/lib/tally.mjs'

const report = (passed: number, failed: number, pending = 0, testResults: object[] = []) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  numPendingTests: pending,
  numTodoTests: 0,
  testResults,
})

describe('tallyVitest', () => {
  it('counts what vitest counted', () => {
    expect(tallyVitest(report(5, 2, 1), 1)).toEqual({ tally: { passed: 5, failed: 2, skipped: 1 }, complaint: null })
  })

  it('counts a file that could not be loaded as a failure', () => {
    const broken = report(5, 0, 0, [{ status: 'failed', assertionResults: [] }])
    expect(tallyVitest(broken, 1).tally).toEqual({ passed: 5, failed: 1, skipped: 0 })
  })

  it('does not count a file twice whose test failed', () => {
    const failed = report(5, 1, 0, [{ status: 'failed', assertionResults: [{}] }])
    expect(tallyVitest(failed, 1).tally.failed).toBe(1)
  })

  it.each([
    ['no test at all', report(0, 0), 0],
    ['an error outside of the tests', report(3, 0), 1],
    ['no report', null, 134],
  ])('fails for %s', (_name, written, exitCode) => {
    const { tally, complaint } = tallyVitest(written, exitCode)
    expect(tally.failed).toBe(1)
    expect(complaint).not.toBeNull()
  })
})

describe('the last line', () => {
  it('sums all steps', () => {
    const total = sumTallies([
      { passed: 1, failed: 0, skipped: 0 },
      { passed: 40, failed: 2, skipped: 3 },
    ])
    expect(resultLine(total)).toBe('41 passed, 2 failed, 3 skipped')
  })

  it('is zeros for nothing', () => {
    expect(resultLine(sumTallies([]))).toBe('0 passed, 0 failed, 0 skipped')
  })
})

describe('the time by step', () => {
  const steps = [
    { name: 'lint', milliseconds: 9_400 },
    { name: 'archive', milliseconds: 301_200 },
  ]

  it('names the longest first, and what else the machine had to do', () => {
    expect(timeLine(steps, 3.24, 2)).toBe('Time by step (load 3.2 on 2 processors): archive 301 s, lint 9.4 s.')
  })

  it('says nothing of a load where the system does not', () => {
    expect(timeLine(steps, 0, 8)).toBe('Time by step: archive 301 s, lint 9.4 s.')
  })
})
