import uPlot from 'uplot'
import type { Ref, ShallowRef } from 'vue'
import { nextTick, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue'
import type { ChartColours } from '../lib/chart-colours'
import { chartColours } from '../lib/chart-colours'
import type { ChartOptions } from '../lib/chart-frame'
import { useSettings } from '../stores/settings'
import { useMedia } from './media'

/** What a chart is made from. `make` is called once; what it closes over is read at every drawing. */
export interface TimeChart {
  make: (colours: () => ChartColours) => ChartOptions
  data: () => uPlot.AlignedData
  /** CSS pixels. */
  height: () => number
}

/** Keeps a uPlot in an element: as wide as it, redrawn with its data and with the theme. Null until it has a width. */
export function useTimeChart(host: Readonly<Ref<HTMLElement | null>>, given: TimeChart): ShallowRef<uPlot | null> {
  const settings = useSettings()
  const dark = useMedia('(prefers-color-scheme: dark)')
  const chart = shallowRef<uPlot | null>(null)
  let colours: ChartColours | null = null
  let observer: ResizeObserver | null = null

  function fit(element: HTMLElement): void {
    const width = Math.floor(element.clientWidth)
    if (width < 80) return
    const size = { width, height: given.height() }
    if (chart.value) {
      if (chart.value.width !== width || chart.value.height !== size.height) chart.value.setSize(size)
      return
    }
    const now = (colours ??= chartColours(element))
    chart.value = new uPlot({ ...given.make(() => colours ?? now), ...size }, given.data(), element)
  }

  onMounted(() => {
    const element = host.value
    if (!element) return
    observer = new ResizeObserver(() => fit(element))
    observer.observe(element)
    fit(element)
  })
  onBeforeUnmount(() => {
    observer?.disconnect()
    chart.value?.destroy()
  })
  watch(given.data, (data) => chart.value?.setData(data))
  watch([() => settings.theme, dark], async () => {
    await nextTick()
    if (!host.value) return
    colours = chartColours(host.value)
    chart.value?.redraw(false, true)
  })
  return chart
}
