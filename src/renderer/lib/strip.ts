import type { OutcomeLetter } from '@shared/run'

/** Geometry of a strip: 4 px pitch, cells 3 × 14 px. */
export const CELL_PITCH = 4
export const STRIP_HEIGHT = 14

/** Class of each outcome's cells; height and outline carry the status, colour only repeats it. */
export const CELL_CLASS = {
  o: 'cell-ok',
  f: 'cell-failed',
  d: 'cell-failed',
  t: 'cell-timed',
  c: 'cell-cancelled',
  s: 'cell-skipped',
} as const satisfies Record<OutcomeLetter, string>

/** One path per class for a strip of `cells` places, the newest at the right, missing ones blank at the left. */
export function stripPaths(strip: string, cells: number): Partial<Record<string, string>> {
  const letters = strip.slice(-cells).padStart(cells, '.')
  const paths: Partial<Record<string, string>> = {}
  for (const [index, letter] of [...letters].entries()) {
    const draw = CELL[letter as OutcomeLetter]
    if (!draw) continue
    const name = CELL_CLASS[letter as OutcomeLetter]
    paths[name] = (paths[name] ?? '') + draw(index * CELL_PITCH)
  }
  return paths
}

const block = (x: number): string => `M${x} 0h3v14h-3z`
const CELL: Record<OutcomeLetter, (x: number) => string> = {
  o: (x) => `M${x} 9h3v5h-3z`,
  f: block,
  d: block,
  t: (x) => `M${x} 14 ${x + 1.5} 1 ${x + 3} 14z`,
  c: (x) => `M${x + 1.5} 5.5 ${x + 3.2} 9.7 ${x + 1.5} 14 ${x - 0.2} 9.7z`,
  s: (x) => `M${x + 0.5} 11h2v2.5h-2z`,
}
