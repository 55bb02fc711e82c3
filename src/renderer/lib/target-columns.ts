import { words } from '@shared/messages'
import type { TargetKind } from '@shared/run'
import type { ColumnChoice } from '@shared/settings'
import { CELL_PITCH } from './strip'
import type { SortKey } from './target-list'

/** A column of the table of handlers or jobs. Widths in CSS pixels. */
export interface TargetColumn {
  key: SortKey | 'strip' | 'spark'
  /** Class of its cells. */
  css: string
  words: string
  title?: string
  figure?: boolean
  /** As wide as it has to be; columns that grow share what is left. */
  width: number
  /** Its part of what is left. */
  grow?: number
  /** The higher, the sooner it gives way where there is no room; 0 = never. */
  gives: number
}

/** A column that has its place, and its width. */
export interface PlacedColumn extends TargetColumn {
  placed: number
}

/** Cells of the strip, where there is room and where there is not. */
const CELLS = 50
const FEW_CELLS = 25
/** Left and right of a strip. */
const STRIP_SPACE = 19
/** Nobody can make a column narrower. */
export const LEAST_WIDTH = 40
/** These say which row it is. */
const ALWAYS: readonly string[] = ['attention', 'name']

/** The columns of a kind, in their order. */
export function targetColumns(kind: TargetKind, cells = CELLS): TargetColumn[] {
  const text = words.targets
  const extra = words.columns
  const job = kind === 'job'
  const all: (TargetColumn | null)[] = [
    { key: 'attention', css: 'c-shape', words: '', title: text.attention, width: 34, gives: 0 },
    { key: 'name', css: 'c-name', words: text[kind].name, width: 124, grow: 1.6, gives: 0 },
    { key: 'app', css: 'c-app', words: text.app, width: 104, grow: 1, gives: 1 },
    { key: 'trigger', css: 'c-trigger', words: text[kind].trigger, width: 112, grow: 1.3, gives: job ? 5 : 6 },
    { key: 'runs', css: 'c-runs', words: text.runs, figure: true, width: 58, gives: 0 },
    { key: 'failed', css: 'c-failed', words: text.failed, figure: true, width: 94, gives: 0 },
    {
      ...{ key: 'dependency', css: 'c-depend', words: text.dependency, title: text.dependencyTitle },
      ...{ figure: true, width: 66, gives: job ? 7 : 4 },
    },
    job
      ? {
          ...{ key: 'missed', css: 'c-missed', words: extra.missed, title: extra.missedTitle },
          ...{ figure: true, width: 68, gives: 4 },
        }
      : null,
    { key: 'timed', css: 'c-timed', words: text.timed, figure: true, width: 74, gives: job ? 6 : 7 },
    job ? { key: 'skipped', css: 'c-skipped', words: text.skipped, figure: true, width: 70, gives: 9 } : null,
    { key: 'p50', css: 'c-p50', words: extra.p50, title: extra.p50Title, figure: true, width: 64, gives: 8 },
    { key: 'p95', css: 'c-p95', words: extra.p95, title: extra.p95Title, figure: true, width: 66, gives: 2 },
    { key: 'strip', css: 'c-strip', words: text.strip(cells), width: cells * CELL_PITCH - 1 + STRIP_SPACE, gives: 3 },
    { key: 'spark', css: 'c-spark', words: extra.spark, title: extra.sparkTitle, width: 68, gives: 10 },
    { key: 'last', css: 'c-last', words: text.last, figure: true, width: 94, gives: 0 },
  ]
  return all.filter((column) => column !== null)
}

/** Whether somebody may hide a column. */
export function mayHide(column: TargetColumn): boolean {
  return !ALWAYS.includes(column.key)
}

/**
 * Columns that fit into a room, with their widths: first the strip is halved, then columns give way, and what is left
 * goes to names and triggers. A width that somebody chose is kept.
 */
export function fitColumns(
  kind: TargetKind,
  choice: ColumnChoice,
  room: number,
): { columns: PlacedColumn[]; cells: number } {
  const wanted = (cells: number): TargetColumn[] =>
    targetColumns(kind, cells).filter((column) => !mayHide(column) || !choice.hidden.includes(column.key))
  const widthOf = ({ key, width }: TargetColumn): number => choice.widths[key] ?? width
  const sum = (columns: readonly TargetColumn[]): number =>
    columns.reduce((total, column) => total + widthOf(column), 0)

  const cells = sum(wanted(CELLS)) <= room ? CELLS : FEW_CELLS
  let columns = wanted(cells)
  while (sum(columns) > room) {
    const gives = Math.max(...columns.map((column) => column.gives))
    if (gives === 0) break
    columns = columns.filter((column) => column.gives !== gives)
  }
  const left = Math.max(0, room - sum(columns))
  const growing = (column: TargetColumn): number => (choice.widths[column.key] === undefined ? (column.grow ?? 0) : 0)
  const shares = columns.reduce((total, column) => total + growing(column), 0)
  const placed = columns.map((column) => ({
    ...column,
    placed: Math.floor(widthOf(column) + (shares > 0 ? (left * growing(column)) / shares : 0)),
  }))
  return { columns: placed, cells }
}
