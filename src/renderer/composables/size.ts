import type { Ref } from 'vue'
import { onBeforeUnmount, onMounted, ref } from 'vue'

/** How large an element is inside, CSS pixels; `first` until it is there. */
export function useSize(
  element: Readonly<Ref<HTMLElement | null>>,
  first = { width: 0, height: 0 },
): Readonly<Ref<{ width: number; height: number }>> {
  const size = ref(first)
  let observer: ResizeObserver | null = null
  const measure = (): void => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = element.value ?? {}
    if (width > 0 && (width !== size.value.width || height !== size.value.height)) size.value = { width, height }
  }
  onMounted(() => {
    measure()
    if (!element.value) return
    observer = new ResizeObserver(measure)
    observer.observe(element.value)
  })
  onBeforeUnmount(() => observer?.disconnect())
  return size
}
