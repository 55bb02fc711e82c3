import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { LocationQuery, LocationQueryRaw } from 'vue-router'
import { useRouter } from 'vue-router'
import type { Span, TierChoice } from '@shared/filter'
import { parseRange, spanOf } from '@shared/range'
import type { ViewState } from '@shared/settings'
import { FIRST_VIEW } from '@shared/settings'
import type { SourceInfo } from '@shared/source'
import { useClient } from '../api/client'
import { nowUs } from '../lib/clock'
import { recordingEnd } from '../lib/recording-end'
import { idOf, rangeOf, tierOf } from '../lib/route-state'
import { useSources } from './sources'
import { DAY_US } from '@shared/time'

/** What the route says about source, range and tier; remembered, so that it holds across pages and restarts. */
export const useView = defineStore('view', () => {
  const client = useClient()
  const router = useRouter()
  const sources = useSources()
  const remembered = ref<ViewState>(FIRST_VIEW)

  const query = computed(() => router.currentRoute.value.query)
  const range = computed(() => rangeOf(query.value) ?? remembered.value.range)
  const tier = computed<TierChoice>(() => tierOf(query.value) ?? remembered.value.tier)
  const source = computed<SourceInfo | null>(() => {
    const asked = idOf(query.value, 'source') ?? remembered.value.sourceId
    const list = sources.list
    return list.find(({ id }) => id === asked) ?? list.find(({ mode }) => mode === 'live') ?? list[0] ?? null
  })
  const sourceId = computed(() => source.value?.id ?? null)
  /** Which source it is whatever the archive: sources of the sample's archive and of the user's share their ids. */
  const sourceKey = computed(() => (source.value ? `${source.value.id} ${source.value.path ?? 'sample'}` : null))
  /** The time of a recording ends with its newest run; a live source has no end. */
  const endUs = computed(() => recordingEnd(source.value))

  /** While a recording is read in, its end moves, and with it what "24 h" means: lists load anew when it stands. */
  const endStands = computed(() => endUs.value === null || source.value?.state.kind !== 'catching_up')

  /** The span of the range as of this moment. Not reactive: lists would load anew with every second. */
  function spanNow(): Span {
    const parsed = parseRange(range.value) ?? { kind: 'last' as const, lengthUs: DAY_US }
    return spanOf(parsed, endUs.value ?? nowUs(), source.value?.restartUs ?? null)
  }

  /** Reads what was remembered. */
  async function start(): Promise<void> {
    remembered.value = await client.view.get()
  }

  /** The part of a query that goes along from page to page. */
  function sticky(to: LocationQuery): LocationQueryRaw {
    const asked = idOf(to, 'source') ?? idOf(query.value, 'source')
    return {
      range: rangeOf(to) ?? range.value,
      tier: tierOf(to) ?? tier.value,
      source: asked === null ? undefined : String(asked),
    }
  }

  /** Keeps part of the view across restarts. A failure to do so loses no data and is not worth a word. */
  function remember(change: Partial<ViewState>): void {
    remembered.value = { ...remembered.value, ...change }
    client.view.remember(change).catch(() => undefined)
  }

  /** Changes the query of the route; what is `undefined` leaves it. */
  async function changeQuery(change: LocationQueryRaw, how: 'push' | 'replace' = 'push'): Promise<void> {
    await router[how]({ query: { ...query.value, ...change } })
  }

  function setRange(text: string): Promise<void> {
    remember({ range: text })
    return changeQuery({ range: text })
  }

  function setTier(choice: TierChoice): Promise<void> {
    remember({ tier: choice })
    return changeQuery({ tier: choice })
  }

  async function setSource(id: number): Promise<void> {
    remember({ sourceId: id })
    // A handler or a job of another Hassette is not on this one: back to the list.
    const path = router.currentRoute.value.path.replace(/\/\d+$/, '')
    const kept = { ...query.value, source: String(id), run: undefined, app: undefined, target: undefined }
    await router.push({ path, query: kept })
  }

  return {
    remembered,
    query,
    range,
    tier,
    source,
    sourceId,
    sourceKey,
    endUs,
    endStands,
    spanNow,
    start,
    sticky,
    remember,
    changeQuery,
    setRange,
    setTier,
    setSource,
  }
})
