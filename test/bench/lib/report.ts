import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { format, resolveConfig } from 'prettier'
import { table, withGoals, withPart } from './document'
import type { BenchName } from './document'
import type { Outcome } from './goal'
import { describeMachine } from './measure'
import { QUICK } from './options'

export { table } from './document'

const PATH = 'docs/benchmarks.md'

const HEAD = `# Benchmarks

Measured by \`npm run bench\`, which rewrites what follows; \`npm run bench -- <name>\` rewrites its own part and its rows of
the first table. Compare ratios within one run: absolute times move with the machine and with what else it does.
`

/**
 * Prints a bench's part, and replaces it and its rows of the table of goals in `docs/benchmarks.md`. Small data sets
 * (`--quick`) are no figures for the document.
 */
export async function writeReport(name: BenchName, markdown: string, outcomes: readonly Outcome[] = []): Promise<void> {
  const part = `${markdown.trim()}\n\n${describeMachine()}; load ${load()}; ${new Date().toISOString().slice(0, 10)}.`
  process.stdout.write(`\n${part}\n`)
  if (outcomes.length > 0) process.stdout.write(`\n${printed(outcomes)}\n`)
  if (QUICK) return
  const text = existsSync(PATH) ? readFileSync(PATH, 'utf8') : HEAD
  const whole = withGoals(withPart(text, name, part), name, outcomes)
  const config = await resolveConfig(PATH)
  writeFileSync(PATH, await format(whole, { ...config, parser: 'markdown' }))
}

/** What the machine does besides, as the figures of an hour or a day depend on it. */
export function load(): string {
  return (loadavg()[0] ?? NaN).toFixed(1)
}

/** A line that says how far a bench is. */
export function say(message: string): void {
  process.stdout.write(`  ${message}\n`)
}

function printed(outcomes: readonly Outcome[]): string {
  return table(
    ['what', 'goal', 'measured', ''],
    outcomes.map(({ what, goal, measured, verdict }) => [what, goal, measured, verdict]),
  )
}
