import { words } from '@shared/messages'
import type { TargetKind } from '@shared/run'
import type { SortKey } from './target-list'

/** A column of the table of handlers or jobs. */
export interface TargetColumn {
  key: SortKey | 'strip'
  /** Class that gives width and hides it where the window is narrow. */
  css: string
  words: string
  title?: string
  figure?: boolean
}

/** The columns of a kind, in their order. */
export function targetColumns(kind: TargetKind, cells: number): TargetColumn[] {
  const text = words.targets
  const skipped: TargetColumn = { key: 'skipped', css: 'c-skipped', words: text.skipped, figure: true }
  return [
    { key: 'attention', css: 'c-shape', words: '', title: text.attention },
    { key: 'name', css: 'c-name', words: text[kind].name },
    { key: 'app', css: 'c-app', words: text.app },
    { key: 'trigger', css: 'c-trigger', words: text[kind].trigger },
    { key: 'runs', css: 'c-runs', words: text.runs, figure: true },
    { key: 'failed', css: 'c-failed', words: text.failed, figure: true },
    { key: 'dependency', css: 'c-depend', words: text.dependency, title: text.dependencyTitle, figure: true },
    { key: 'timed', css: 'c-timed', words: text.timed, figure: true },
    ...(kind === 'job' ? [skipped] : []),
    { key: 'strip', css: 'c-strip', words: text.strip(cells) },
    { key: 'last', css: 'c-last', words: text.last, figure: true },
  ]
}
