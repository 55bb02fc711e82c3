/**
 * `npm run structure`: figures of the source tree beside how far each may go; `--list` adds what was counted. `--check` is
 * the step `layers` of `npm test`: who may import whom, and no figure beyond its limit.
 */
import { ensurePackages } from './lib/packages.mjs'
import { repositoryRoot } from './lib/paths.mjs'
import { failure, runMain, step } from './lib/steps.mjs'

const limitInWords = ({ most, least }) => (most === undefined ? `at least ${least}` : `at most ${most}`)

function printTable(figures, limits, withList) {
  const rows = [
    ['figure', 'today', 'limit'],
    ...figures.map(({ name, value }) => [name, String(value), limitInWords(limits[name])]),
  ]
  const width = (column) => Math.max(...rows.map((row) => row[column].length))
  for (const [name, value, limit] of rows) {
    process.stdout.write(`  ${name.padEnd(width(0))}  ${value.padStart(width(1))}  ${limit}\n`)
  }
  if (!withList) return
  for (const { name, which } of figures) if (which) process.stdout.write(`\n${[name, ...which].join('\n  ')}\n`)
}

runMain(async () => {
  // Aliases are looked for from here.
  process.chdir(repositoryRoot)
  const isCheck = process.argv.includes('--check')
  // Packages come first; what reads imports is one of them.
  if (!isCheck) await step('npm packages', ensurePackages)
  const { LIMITS, beyondLimits, figuresOf, readSource } = await import('./lib/structure.mjs')
  const { files, violations } = await readSource(repositoryRoot)
  const figures = figuresOf(files)
  if (!isCheck) printTable(figures, LIMITS, process.argv.includes('--list'))
  if (violations) throw failure('A layer rule is broken.', 'read above which; ARCHITECTURE.md has the map.', violations)
  const worse = beyondLimits(figures, LIMITS)
  if (worse.length === 0) return
  throw failure(
    'The source tree has become more tangled.',
    'simplify: `npm run structure -- --list` names what was counted. The limits stand in scripts/lib/structure.mjs.',
    worse.join('\n'),
  )
})
