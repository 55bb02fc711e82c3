import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'

const PATH = 'docs/benchmarks.md'

const HEAD = `# Benchmarks

Measured by \`npm run bench -- <name>\`, which rewrites its own part below. Compare ratios within one run: absolute times
move with the machine and with what else it does.
`

/** Replaces the part of one bench in `docs/benchmarks.md`, or adds it. */
export async function writeReport(name: string, markdown: string): Promise<void> {
  const text = existsSync(PATH) ? readFileSync(PATH, 'utf8') : HEAD
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`]
  const part = `${begin}\n\n${markdown.trim()}\n\n${end}`
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  const whole =
    from < 0 || to < from ? `${text.trimEnd()}\n\n${part}\n` : text.slice(0, from) + part + text.slice(to + end.length)
  const config = await resolveConfig(PATH)
  writeFileSync(PATH, await format(whole, { ...config, parser: 'markdown' }))
}

/** A table of Markdown, which is also fit to be printed. */
export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
