import { computed, nextTick, onBeforeUnmount, onMounted, watch } from 'vue'
import type { RunFilter } from '@shared/filter'
import { words } from '@shared/messages'
import { useClient } from '../api/client'
import { conditionsOf, idOf } from '../lib/route-state'
import { useArchive } from '../stores/archive'
import { useAnnouncer } from '../stores/announcer'
import { useRunDetail } from '../stores/run-detail'
import { useRuns } from '../stores/runs'
import { useUi } from '../stores/ui'
import { useView } from '../stores/view'
import { useShortcuts } from './shortcuts'
import { useThrottled } from './throttled'

/** The runs of a page: opens them by the route, follows new ones, and holds the selection. `targetId` null = all. */
export function useRunList(targetId: () => number | null) {
  const client = useClient()
  const archive = useArchive()
  const view = useView()
  const runs = useRuns()
  const detail = useRunDetail()
  const ui = useUi()
  const announcer = useAnnouncer()

  const conditions = computed(() => conditionsOf(view.query))
  const selected = computed(() => idOf(view.query, 'run'))
  /** The list stands at its top; kept by the table. */
  let atTop = true

  function filterNow(): RunFilter | null {
    if (view.sourceId === null || !archive.ready) return null
    const tier = targetId() === null ? view.tier : 'all'
    return { sourceId: view.sourceId, tier, span: view.spanNow(), targetId: targetId(), conditions: conditions.value }
  }

  async function open(): Promise<void> {
    const filter = filterNow()
    if (!filter) return
    await runs.open(filter)
    announcer.say(words.runs.loaded(runs.rows.length))
  }

  watch(
    [
      () => view.sourceId,
      () => archive.ready,
      () => view.range,
      () => view.tier,
      targetId,
      () => JSON.stringify(conditions.value),
    ],
    ([sourceId], [sourceBefore]) => {
      if (sourceBefore !== undefined && sourceBefore !== sourceId) runs.clear()
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

  const follow = useThrottled(async () => {
    if (atTop && runs.window.atNewest) await runs.extend('newer', true)
    else await runs.countNewer()
    // The newest run has a next one now.
    if (detail.run && detail.run.nextRunId === null) await detail.show(detail.run.id)
  })
  const unsubscribe = client.events.runsCommitted(({ sourceId }) => {
    if (sourceId === view.sourceId) follow()
  })
  onMounted(() => (atTop = true))
  onBeforeUnmount(() => {
    unsubscribe()
    runs.clear()
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
    setAtTop: (now: boolean) => {
      atTop = now
      if (atTop && runs.waiting.count > 0) void runs.extend('newer', true)
    },
  }
}
