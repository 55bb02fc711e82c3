import { onScopeDispose, ref, watch } from 'vue'
import type { AlertReplay } from '@shared/alert'
import type { Sensitivity } from '@shared/alert-settings'
import { toProblem } from '@shared/result'
import { useClient } from '../api/client'
import { useSources } from '../stores/sources'

/** How often a source would have alerted. */
export interface ReplayLine {
  sourceId: number
  name: string
  busy: boolean
  replay: AlertReplay | null
  problem: string | null
}

/** Whoever walks through the levels does not ask for each. */
const PAUSE_MS = 350

/** Judges the last seven days of every live source anew whenever the sensitivity changes. */
export function useReplay(sensitivity: () => Sensitivity) {
  const client = useClient()
  const sources = useSources()
  const lines = ref<ReplayLine[]>([])
  let timer: ReturnType<typeof setTimeout> | undefined
  let turn = 0

  /** Live sources; where there is none, whatever is shown. What is only read in part is judged again when it is whole. */
  function judged(): { sourceId: number; name: string; isWhole: boolean }[] {
    const kept = sources.list.filter(({ removed, id }) => removed !== true && id > 0)
    const live = kept.filter(({ mode }) => mode === 'live')
    return (live.length > 0 ? live : kept.slice(0, 1)).map(({ id, name, state }) => ({
      sourceId: id,
      name,
      isWhole: state.kind !== 'connecting' && state.kind !== 'catching_up',
    }))
  }

  async function ask(line: ReplayLine, wanted: Sensitivity, mine: number): Promise<void> {
    const { sourceId } = line
    try {
      const replay = await client.alerts.replay({ sourceId, sensitivity: wanted, ticket: `rules-${sourceId}` })
      if (mine === turn) Object.assign(line, { busy: false, replay, problem: null })
    } catch (thrown) {
      if (mine === turn) Object.assign(line, { busy: false, problem: toProblem(thrown).message })
    }
  }

  function begin(): void {
    const mine = ++turn
    clearTimeout(timer)
    lines.value = judged().map(({ sourceId, name }) => ({ sourceId, name, busy: true, replay: null, problem: null }))
    timer = setTimeout(() => {
      for (const line of lines.value) void ask(line, sensitivity(), mine)
    }, PAUSE_MS)
  }

  watch(
    [
      () => JSON.stringify(sensitivity()),
      () =>
        judged()
          .map(({ sourceId, isWhole }) => `${sourceId} ${isWhole}`)
          .join(),
    ],
    begin,
    {
      immediate: true,
    },
  )
  onScopeDispose(() => {
    turn++
    clearTimeout(timer)
  })
  return lines
}
