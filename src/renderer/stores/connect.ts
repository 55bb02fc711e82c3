import { defineStore } from 'pinia'
import { ref, shallowRef, watch } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { FoundSource, SourceInfo } from '@shared/source'
import { useClient } from '../api/client'
import { useArchive } from './archive'
import { useSources } from './sources'
import { useView } from './view'

/** Finding a Hassette on this computer, and watching it. */
export const useConnect = defineStore('connect', () => {
  const client = useClient()
  const archive = useArchive()
  const sources = useSources()
  const view = useView()
  const open = ref(false)
  /** What had the focus when somebody opened the pane; null when it opened by itself. */
  const opener = shallowRef<Element | null>(null)
  /** Null until the first look is done. */
  const found = ref<FoundSource[] | null>(null)
  const looking = ref(false)
  const problem = ref<Problem | null>(null)
  const asking = ref(false)
  /** Why the chosen file is not watched. */
  const refusal = ref<Problem | null>(null)
  let offered = false
  /** A file that is watched from now on, and the sources there were before; it is shown as soon as it is listed. */
  let expected: { path: string; before: Set<string>; shown: number | null } | null = null

  /** Looks for Hassettes. */
  async function look(): Promise<void> {
    looking.value = true
    problem.value = null
    try {
      found.value = await client.sources.discover()
    } catch (thrown) {
      problem.value = toProblem(thrown)
    } finally {
      looking.value = false
    }
  }

  /** Opens the pane and looks round, unless that was done a moment ago. */
  function show(): void {
    opener.value = document.activeElement
    open.value = true
    refusal.value = null
    if (!looking.value && found.value === null) void look()
  }

  function close(): void {
    open.value = false
    refusal.value = null
  }

  /** Once per start, while the sample is shown: opens the pane by itself when there is a Hassette to read. */
  async function offer(): Promise<void> {
    if (offered || archive.info?.sample !== true) return
    offered = true
    await look()
    // Nobody asked: a look that failed is not worth a word.
    problem.value = null
    if (!found.value?.some((one) => one.found.ok)) return
    opener.value = null
    open.value = true
  }

  /** Watches a file from now on; the window turns to it. True when it is taken. */
  async function start(path: string): Promise<boolean> {
    asking.value = true
    refusal.value = null
    expected = { path, before: new Set(sources.list.map(keyOf)), shown: null }
    try {
      await client.sources.watch({ path })
      open.value = false
      found.value = null
      await Promise.all([archive.refresh(), sources.load()])
      return true
    } catch (thrown) {
      expected = null
      refusal.value = toProblem(thrown)
      return false
    } finally {
      asking.value = false
    }
  }

  watch(
    () => sources.list,
    (list) => {
      if (!expected) return
      const { path, before } = expected
      const own = list.filter(({ mode }) => mode !== 'sample')
      const next = own.find((source) => source.path === path) ?? own.find((source) => !before.has(keyOf(source)))
      if (!next) return
      if (next.id === expected.shown) return
      // Until the archive has added it, its id is a negative one, and not the last.
      if (next.id > 0) expected = null
      else expected.shown = next.id
      void view.setSource(next.id)
    },
  )

  return { open, opener, found, looking, problem, asking, refusal, look, show, close, offer, start }
})

function keyOf(source: SourceInfo): string {
  return `${source.id} ${source.path ?? ''}`
}
