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
    },
    { immediate: true },
  )
}
