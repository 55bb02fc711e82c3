/** What a person sees of a script: one line per finished step with its time, one sentence per failure. */

const LABEL_WIDTH = 18
const REMINDER_MS = 15_000

/**
 * An error that is meant to be read: what went wrong in one sentence, and what to do about it.
 * @param {string} message one sentence
 * @param {string} remedy what the reader can do; may have several lines
 * @param {string} [details] output of a failed program, printed above the sentence
 * @returns {Error & { remedy: string, details: string }}
 */
export function failure(message, remedy, details = '') {
  return Object.assign(new Error(message), { remedy, details })
}

/**
 * Seconds for people: "0.4 s", "96 s".
 * @param {number} milliseconds
 * @returns {string}
 */
export function seconds(milliseconds) {
  const value = milliseconds / 1000
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`
}

function printLine(label, text) {
  process.stdout.write(`  ${label.padEnd(LABEL_WIDTH)}${text}\n`)
}

/**
 * Runs one step and prints one line when it ends. A step that lasts reports every 15 s that it is alive.
 * @template T
 * @param {string} label the step's short name
 * @param {(say: (text: string) => void) => Promise<T> | T} work what is said last becomes the printed result
 * @returns {Promise<T>} what `work` returned; its error goes through unchanged
 */
export async function step(label, work) {
  const started = performance.now()
  const elapsed = () => seconds(performance.now() - started)
  let text = 'done'
  const reminder = setInterval(() => printLine(label, `… ${text}, ${elapsed()} so far`), REMINDER_MS)
  try {
    const value = await work((said) => {
      text = said
    })
    printLine(label, `${text} (${elapsed()})`)
    return value
  } catch (error) {
    printLine(label, `FAILED (${elapsed()})`)
    throw error
  } finally {
    clearInterval(reminder)
  }
}

/**
 * Prints a failure the way `failure()` means it; an unexpected error with its stack.
 * @param {unknown} error
 */
export function printFailure(error) {
  if (error instanceof Error && 'remedy' in error) {
    if (error.details) process.stderr.write(`\n${error.details.trimEnd()}\n`)
    process.stderr.write(`\n${error.message}\nWhat to do: ${error.remedy}\n`)
  } else {
    process.stderr.write(`\nUnexpected error, please report it: ${error instanceof Error ? error.stack : error}\n`)
  }
}

/**
 * Runs a script's main function; a failure is printed and becomes exit code 1.
 * @param {() => Promise<number | void>} main returns the exit code, nothing for 0
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0
  } catch (error) {
    printFailure(error)
    // At once: steps that run beside the failed one must not go on for minutes; their children end with this process.
    process.exit(1)
  }
}
