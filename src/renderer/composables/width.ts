import type { Ref } from 'vue'
import { onBeforeUnmount, onMounted, ref } from 'vue'

/** How wide an element is inside, CSS pixels; `first` until it is there. */
export function useWidth(element: Readonly<Ref<HTMLElement | null>>, first: number): Readonly<Ref<number>> {
  const width = ref(first)
  let observer: ResizeObserver | null = null
  const measure = (): void => {
    const now = element.value?.clientWidth ?? 0
    if (now > 0) width.value = now
  }
  onMounted(() => {
    measure()
    if (!element.value) return
    observer = new ResizeObserver(measure)
    observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return width
}
