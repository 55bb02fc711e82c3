import { onBeforeUnmount, watch } from 'vue'
import { useClient } from '../api/client'
import { useLive } from '../stores/live'
import { useView } from '../stores/view'

/** Calls the task when new runs of the shown source are in the archive; paused, once when it goes on. */
export function useCommits(task: () => void): void {
  const client = useClient()
  const live = useLive()
  const view = useView()
  let missed = false
  onBeforeUnmount(
    client.events.runsCommitted(({ sourceId }) => {
      if (sourceId !== view.sourceId) return
      if (live.pausedUs === null) task()
      else missed = true
    }),
  )
  watch(
    () => live.pausedUs,
    (paused) => {
      if (paused !== null || !missed) return
      missed = false
      task()
    },
  )
}
