import { onBeforeUnmount, watch } from 'vue'
import { useClient } from '../api/client'
import { useLive } from '../stores/live'
import { useRunCount } from '../stores/run-count'
import { useRunDetail } from '../stores/run-detail'
import { useRuns } from '../stores/runs'
import { useView } from '../stores/view'
import { useThrottled } from './throttled'

/** A count reads more than a page does; nobody reads its figure faster than this. */
const RECOUNT_MS = 5000

/**
 * Follows new runs: they slide in while the list stands at its very top and nothing in it is chosen. Otherwise, and
 * paused, they are counted, and no row moves. `selected` = the run in the inspector.
 */
export function useLiveTail(selected: () => number | null) {
  const client = useClient()
  const live = useLive()
  const view = useView()
  const runs = useRuns()
  const count = useRunCount()
  const detail = useRunDetail()

  function maySlide(): boolean {
    if (live.pausedUs !== null || selected() !== null || !runs.window.atNewest) return false
    const list = document.getElementById('list')
    // A row that the keyboard is on must not walk away from it.
    const onRow = list?.matches(':focus-visible') === true && list.hasAttribute('aria-activedescendant')
    return list !== null && list.scrollTop < 1 && !onRow
  }

  const recount = useThrottled(async () => {
    if (runs.filter) await count.count(runs.filter, false)
  }, RECOUNT_MS)

  async function slideIn(): Promise<void> {
    await runs.slideIn()
    recount()
  }

  const follow = useThrottled(async () => {
    if (maySlide()) await slideIn()
    else await runs.countNewer()
    // The newest run has a next one now.
    if (detail.run && detail.run.nextRunId === null) await detail.show(detail.run.id)
  })

  /** Something changed that may have held runs back: place, focus, selection, pause. */
  function settle(): void {
    if (runs.waiting > 0 && maySlide()) void slideIn()
  }

  watch([() => live.pausedUs, selected], settle, { flush: 'post' })
  onBeforeUnmount(
    client.events.runsCommitted(({ sourceId }) => {
      if (sourceId === view.sourceId) follow()
    }),
  )

  return { settle }
}
