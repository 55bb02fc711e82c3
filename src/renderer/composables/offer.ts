import { watch } from 'vue'
import { useArchive } from '../stores/archive'
import { useConnect } from '../stores/connect'

/** While the sample is shown, looks once for a Hassette and offers it. For the root component. */
export function useOffer(): void {
  const archive = useArchive()
  const connect = useConnect()
  watch(
    () => archive.ready && archive.info?.sample === true,
    (sample) => {
      if (sample) void connect.offer()
      // The sample was left by another way: what was offered of itself is not asked for any more.
      else if (connect.opener === null) connect.close()
    },
    { immediate: true },
  )
}
