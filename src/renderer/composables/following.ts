import { watch } from 'vue'
import { useAlerts } from '../stores/alerts'
import { useArchive } from '../stores/archive'
import { useSources } from '../stores/sources'
import { useTargets } from '../stores/targets'
import { useView } from '../stores/view'
import { useCommits } from './commits'
import { useThrottled } from './throttled'

/** Counting a long range takes a while; nobody reads figures faster than this. */
const REFRESH_MS = 2000

/** Keeps sources, alerts and targets in step with the archive and the route. For the root component. */
export function useFollowing(): void {
  const archive = useArchive()
  const alerts = useAlerts()
  const sources = useSources()
  const targets = useTargets()
  const view = useView()
  const refresh = useThrottled(() => targets.load(), REFRESH_MS)

  watch(
    () => archive.ready,
    (ready) => {
      if (!ready) return
      void sources.load()
      void alerts.load()
    },
    { immediate: true },
  )
  watch(
    [() => archive.ready, () => view.sourceKey, () => view.range, () => view.tier, () => view.endStands],
    ([ready, source], [, sourceBefore]) => {
      if (sourceBefore !== undefined && sourceBefore !== source) {
        targets.clear()
        // It may be of another archive.
        if (ready) void alerts.load()
      }
      if (ready && source !== null) void targets.load()
    },
    { immediate: true },
  )
  useCommits(refresh)
}
