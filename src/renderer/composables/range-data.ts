import { watch } from 'vue'
import { useArchive } from '../stores/archive'
import { useView } from '../stores/view'
import { useCommits } from './commits'
import { useThrottled } from './throttled'

/** Nobody reads figures faster than this. */
const REFRESH_MS = 2000

/**
 * Loads what depends on source, range and tier: now, when one of them changes, and at most every 2 s when runs come in.
 * `also` = what else it depends on. Another source's answers are cleared first.
 */
export function useRangeData(load: () => Promise<unknown>, clear: () => void, also: () => unknown = () => null): void {
  const archive = useArchive()
  const view = useView()
  const refresh = useThrottled(async () => {
    if (archive.ready && view.sourceId !== null) await load()
  }, REFRESH_MS)
  watch(
    [() => view.sourceKey, () => archive.ready, () => view.range, () => view.tier, () => view.endStands, also],
    ([source, ready], [sourceBefore]) => {
      if (sourceBefore !== undefined && sourceBefore !== source) clear()
      if (ready && source !== null) void load()
    },
    { immediate: true },
  )
  useCommits(refresh)
}
