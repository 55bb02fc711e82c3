import type { ComputedRef, Ref } from 'vue'
import { computed, ref } from 'vue'
import { words } from '@shared/messages'
import type { TargetKind } from '@shared/run'
import type { ColumnChoice } from '@shared/settings'
import type { PlacedColumn } from '../lib/target-columns'
import { fitColumns, LEAST_WIDTH } from '../lib/target-columns'
import { useAnnouncer } from '../stores/announcer'
import { useView } from '../stores/view'

/** The columns of a table as they fit and as somebody chose them; what is chosen is kept across restarts. */
export interface Columns {
  placed: ComputedRef<{ columns: PlacedColumn[]; cells: number }>
  choice: ComputedRef<ColumnChoice>
  toggle: (key: string) => void
  /** Makes a column wider or narrower, CSS pixels; `keep` when the drag is over. */
  resize: (column: PlacedColumn, width: number, keep: boolean) => void
  reset: () => void
}

/** Columns of the handlers or jobs in a room of so many CSS pixels. */
export function useColumns(kind: () => TargetKind, room: Readonly<Ref<number>>): Columns {
  const view = useView()
  const announcer = useAnnouncer()
  /** While an edge is dragged. */
  const dragged = ref<{ key: string; width: number } | null>(null)
  const kept = computed(() => (kind() === 'job' ? view.remembered.jobColumns : view.remembered.handlerColumns))
  const choice = computed<ColumnChoice>(() =>
    dragged.value
      ? { ...kept.value, widths: { ...kept.value.widths, [dragged.value.key]: dragged.value.width } }
      : kept.value,
  )
  const placed = computed(() => fitColumns(kind(), choice.value, room.value))

  function keep(next: ColumnChoice): void {
    view.remember(kind() === 'job' ? { jobColumns: next } : { handlerColumns: next })
  }

  function toggle(key: string): void {
    const { hidden } = kept.value
    keep({ ...kept.value, hidden: hidden.includes(key) ? hidden.filter((one) => one !== key) : [...hidden, key] })
  }

  function resize(column: PlacedColumn, width: number, done: boolean): void {
    const next = { key: column.key, width: Math.round(Math.min(Math.max(width, LEAST_WIDTH), 800)) }
    dragged.value = done ? null : next
    if (!done) return
    keep({ ...kept.value, widths: { ...kept.value.widths, [next.key]: next.width } })
    announcer.say(words.columns.width(column.words || (column.title ?? ''), next.width))
  }

  return { placed, choice, toggle, resize, reset: () => keep({ hidden: [], widths: {} }) }
}
