import type { Ref } from 'vue'
import { nextTick, onScopeDispose, ref, watch } from 'vue'
import type { TargetRow } from '@shared/target'
import type { CardKey } from '../lib/figure-card'
import { cardWords, isCardKey } from '../lib/figure-card'
import { useAnnouncer } from '../stores/announcer'

/** A mouse that only passes shows nothing. */
const HOVER_MS = 200

interface Shown {
  row: TargetRow
  figure: CardKey
  box: { left: number; right: number; top: number; bottom: number }
}

/**
 * The card that compares a figure with the range before: for the figure under the mouse, and for the one that the
 * keyboard is on. `place` = the active row and its figure; `columns` = keys of the columns in their order.
 */
export function useFigureCard(
  rowOf: (id: number) => TargetRow | null,
  place: () => { rowId: number | null; figure: Ref<string | null> },
  columns: () => readonly string[],
) {
  const announcer = useAnnouncer()
  const shown = ref<Shown | null>(null)
  let timer: ReturnType<typeof setTimeout> | undefined

  function hide(): void {
    clearTimeout(timer)
    shown.value = null
  }

  function show(cell: Element | null): void {
    const [, id, figure] = /^target-(\d+)-(\w+)$/.exec(cell?.id ?? '') ?? []
    const row = rowOf(Number(id))
    if (!cell || !row || !isCardKey(figure)) return hide()
    const { left, right, top, bottom } = cell.getBoundingClientRect()
    shown.value = { row, figure, box: { left, right, top, bottom } }
  }

  function pointed(event: MouseEvent): void {
    const cell = (event.target as Element).closest('[data-figure]')
    if (cell && shown.value && cell.id === `target-${shown.value.row.id}-${shown.value.figure}`) return
    hide()
    if (cell) timer = setTimeout(() => show(cell), HOVER_MS)
  }

  /** Left and right, in the row that the keyboard is on. */
  function press(event: KeyboardEvent): void {
    const { rowId, figure } = place()
    if (event.target !== event.currentTarget || rowId === null) return
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (event.key === 'Escape' && figure.value !== null) leave()
    else if (step !== undefined) {
      const figures = columns().filter(isCardKey)
      const at = figures.indexOf(figure.value as CardKey) + step
      figure.value = at < 0 ? null : (figures[Math.min(at, figures.length - 1)] ?? null)
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  function leave(): void {
    place().figure.value = null
    hide()
  }

  watch(
    () => [place().rowId, place().figure.value] as const,
    async ([rowId, figure]) => {
      if (rowId === null || figure === null) return hide()
      await nextTick()
      const row = rowOf(rowId)
      if (row && isCardKey(figure)) announcer.say(cardWords(row, figure))
      show(document.getElementById(`target-${rowId}-${figure}`))
    },
  )
  onScopeDispose(() => clearTimeout(timer))
  return { shown, pointed, press, hide, leave }
}
