import type { Outcome } from './goal'
import { speedWords, withSpeed } from './speed'

/** Benches in the order of the document. */
export const BENCHES = ['gate', 'goals', 'append', 'import', 'retention', 'week', 'loop', 'alerts'] as const
export type BenchName = (typeof BENCHES)[number]

const SUMMARY = 'summary'
const KILLED = 'That a writer that is killed loses and doubles nothing is held by tests (`test/archive/kill*.test.ts`).'
const COLUMNS = ['what', 'goal', 'measured', '', 'bench']

/** A table of Markdown, which is also fit to be printed. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Replaces a bench's own part of the document, or adds it at its place among the others. */
export function withPart(text: string, name: BenchName, markdown: string): string {
  const later: readonly string[] = BENCHES.slice(BENCHES.indexOf(name) + 1)
  return put(text, name, markdown, later)
}

/** Replaces a bench's rows in the table of goals, which stands above all parts; rows of others stay as they are. */
export function withGoals(text: string, name: BenchName, outcomes: readonly Outcome[]): string {
  const known = goalsOf(text).filter((row) => row.bench !== name)
  const fresh = outcomes.map((outcome) => ({ ...outcome, bench: name }))
  const rows = withSpeed(BENCHES.flatMap((bench) => [...known, ...fresh].filter((row) => row.bench === bench)))
  const cells = rows.map(({ what, goal, measured, verdict, bench }) => [what, goal, measured, verdict, bench])
  const missed = rows.filter(({ verdict }) => verdict !== 'met').length
  const count = `${rows.length - missed} of ${rows.length} are met. ${speedWords(rows)}${KILLED}`
  return put(text, SUMMARY, `## The goals\n\n${count}\n\n${table(COLUMNS, cells)}`, BENCHES)
}

/** Rows of the table of goals as the document has them. */
export function goalsOf(text: string): (Outcome & { bench: string })[] {
  const part = partOf(text, SUMMARY)
  if (part === null) return []
  const rows = text
    .slice(part.from, part.to)
    .split('\n')
    .filter((line) => line.startsWith('|'))
    // The head and the line below it.
    .slice(2)
  return rows.map((line) => {
    const [, what = '', goal = '', measured = '', verdict = '', bench = ''] = line.split('|').map((cell) => cell.trim())
    return { what, goal, measured, verdict, bench }
  })
}

const mark = (name: string, what: 'begin' | 'end'): string => `<!-- ${name}: ${what} -->`

/** Where a part lies, marks included; null when there is none. */
function partOf(text: string, name: string): { from: number; to: number } | null {
  const from = text.indexOf(mark(name, 'begin'))
  const end = text.indexOf(mark(name, 'end'))
  return from < 0 || end < from ? null : { from, to: end + mark(name, 'end').length }
}

/** `later`: the parts that a new one goes before. */
function put(text: string, name: string, markdown: string, later: readonly string[]): string {
  const part = `${mark(name, 'begin')}\n\n${markdown.trim()}\n\n${mark(name, 'end')}`
  const known = partOf(text, name)
  if (known) return text.slice(0, known.from) + part + text.slice(known.to)
  const next = later.flatMap((other) => partOf(text, other)?.from ?? []).sort((a, b) => a - b)[0]
  if (next === undefined) return `${text.trimEnd()}\n\n${part}\n`
  return `${text.slice(0, next)}${part}\n\n${text.slice(next)}`
}
