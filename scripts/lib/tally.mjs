/** Counting what passed, failed and was skipped, and what it took. */
import { seconds } from './steps.mjs'

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Tally
 */

/** @returns {Tally} */
export function emptyTally() {
  return { passed: 0, failed: 0, skipped: 0 }
}

/**
 * @param {Tally[]} tallies
 * @returns {Tally}
 */
export function sumTallies(tallies) {
  return tallies.reduce(
    (sum, each) => ({
      passed: sum.passed + each.passed,
      failed: sum.failed + each.failed,
      skipped: sum.skipped + each.skipped,
    }),
    emptyTally(),
  )
}

/**
 * The last line of `npm test`.
 * @param {Tally} tally
 * @returns {string}
 */
export function resultLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}

/**
 * Where the time of a run went.
 * @param {{ name: string, milliseconds: number }[]} steps
 * @param {number} load how many programs wanted a processor during the last minute; 0 where the system does not say
 * @param {number} processors
 * @returns {string} one line, the longest step first
 */
export function timeLine(steps, load, processors) {
  const beside = load > 0 ? ` (load ${load.toFixed(1)} on ${processors} processors)` : ''
  const byTime = [...steps].sort((a, b) => b.milliseconds - a.milliseconds)
  return `Time by step${beside}: ${byTime.map(({ name, milliseconds }) => `${name} ${seconds(milliseconds)}`).join(', ')}.`
}

/**
 * Counts one vitest run.
 * @param {any} report what vitest's JSON reporter wrote; null if it wrote nothing
 * @param {number} exitCode of vitest
 * @returns {{ tally: Tally, complaint: string | null }} `complaint`: why the run failed although no test did
 */
export function tallyVitest(report, exitCode) {
  if (!report) return { tally: { ...emptyTally(), failed: 1 }, complaint: `vitest ended with code ${exitCode}` }
  const tally = {
    passed: report.numPassedTests,
    failed: report.numFailedTests,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  // A file that cannot be loaded has no tests to fail.
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  tally.failed += broken.length
  const total = tally.passed + tally.failed + tally.skipped
  const complaint =
    total === 0
      ? 'there was not a single test'
      : tally.failed === 0 && exitCode !== 0
        ? `vitest ended with code ${exitCode} (an error outside of the tests)`
        : null
  if (complaint) tally.failed += 1
  return { tally, complaint }
}
