import { computed, nextTick, onBeforeUnmount, watch } from 'vue'
import type { Condition, RunFilter } from '@shared/filter'
import { words } from '@shared/messages'
import { conditionsOf, idOf, queryOf } from '../lib/route-state'
import { useArchive } from '../stores/archive'
import { useAnnouncer } from '../stores/announcer'
import { useRunCount } from '../stores/run-count'
import { useRunDetail } from '../stores/run-detail'
import { useRuns } from '../stores/runs'
import { useUi } from '../stores/ui'
import { useView } from '../stores/view'
import { useLiveTail } from './live-tail'
import { useShortcuts } from './shortcuts'

/** The runs of a page: opens them by the route, follows new ones, and holds the selection. `targetId` null = all. */
export function useRunList(targetId: () => number | null) {
  const archive = useArchive()
  const view = useView()
  const runs = useRuns()
  const count = useRunCount()
  const detail = useRunDetail()
  const ui = useUi()
  const announcer = useAnnouncer()

  const conditions = computed<Condition[]>({
    get: () => conditionsOf(view.query),
    set: (now) => {
      // Text that is being typed is one step of the way back, not one for each pause.
      const typing = JSON.stringify(now.filter(isNotTyped)) === JSON.stringify(conditions.value.filter(isNotTyped))
      void view.changeQuery(queryOf(now), typing && now.length === conditions.value.length ? 'replace' : 'push')
    },
  })
  const selected = computed(() => idOf(view.query, 'run'))
  const tail = useLiveTail(() => selected.value)

  function filterNow(): RunFilter | null {
    if (view.sourceId === null || !archive.ready) return null
    const tier = targetId() === null ? view.tier : 'all'
    return { sourceId: view.sourceId, tier, span: view.spanNow(), targetId: targetId(), conditions: conditions.value }
  }

  async function open(): Promise<void> {
    const filter = filterNow()
    if (!filter) return
    void count.count(filter, true)
    await runs.open(filter)
    announcer.say(words.runs.loaded(runs.rows.length))
  }

  watch(
    [
      () => view.sourceKey,
      () => archive.ready,
      () => view.range,
      () => view.tier,
      () => view.endStands,
      targetId,
      () => JSON.stringify(conditions.value),
    ],
    ([source], [sourceBefore]) => {
      if (sourceBefore !== undefined && sourceBefore !== source) runs.clear()
      void open()
    },
    { immediate: true },
  )
  watch(
    [selected, () => archive.ready],
    ([runId, ready]) => {
      if (runId !== null) ui.lastRunId = runId
      if (ready) void detail.show(runId)
    },
    { immediate: true },
  )

  onBeforeUnmount(() => {
    runs.clear()
    count.clear()
    void detail.show(null)
  })

  /** Opens a run in the inspector; null closes it. Walking from run to run leaves one entry in the history. */
  function select(runId: number | null): Promise<void> {
    const how = selected.value !== null && runId !== null ? 'replace' : 'push'
    return view.changeQuery({ run: runId === null ? undefined : String(runId) }, how)
  }

  async function close(): Promise<void> {
    await select(null)
    // Narrow, the list is inert as long as the inspector covers it.
    await nextTick()
    document.getElementById('list')?.focus({ preventScroll: true })
  }

  function toggleInspector(): void {
    if (selected.value !== null) void close()
    else if (ui.lastRunId !== null) void select(ui.lastRunId)
  }

  const neighbour = (runId: number | null | undefined): void => {
    if (runId) void select(runId)
  }
  useShortcuts([
    { keys: ['h'], group: 'page', words: words.keys.previousNext, run: () => neighbour(detail.run?.previousRunId) },
    { keys: ['l'], group: 'page', words: words.keys.previousNext, run: () => neighbour(detail.run?.nextRunId) },
    {
      keys: ['Escape'],
      group: 'list',
      words: words.keys.back,
      run: () => void close(),
      when: () => selected.value !== null,
    },
    { keys: [']'], group: 'window', words: words.keys.inspector, run: toggleInspector },
  ])

  return {
    conditions,
    selected,
    select,
    close,
    open,
    settle: tail.settle,
  }
}

function isNotTyped({ field }: Condition): boolean {
  return field !== 'text' && field !== 'errorType'
}
