import { describe, expect, it } from 'vitest'
import { resultLine, sumTallies, tallyVitest } from '../../scripts/lib/tally.mjs'

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
