import { THIN } from '@shared/format'
import { words } from '@shared/messages'
import { parseRange } from '@shared/range'

/** A range within a sentence: `in the last 24 h`, `since the last start of Hassette`, `in this range`. */
export function rangeWords(range: string, recorded: boolean): string {
  const parsed = parseRange(range)
  if (parsed?.kind === 'restart') return words.spanWords.restart
  if (parsed?.kind !== 'last') return words.spanWords.between
  const length = range
    .trim()
    .toLowerCase()
    .replace(/\s*([mhdw])$/, `${THIN}$1`)
  return recorded ? words.spanWords.recorded(length) : words.spanWords.last(length)
}
