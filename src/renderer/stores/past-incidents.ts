import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Incident } from '@shared/alert'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import { useClient } from '../api/client'

const PAGE = 30
const MOST = 200

/** Incidents of all sources that are over, newest first; older ones are read when they are asked for. */
export const usePastIncidents = defineStore('past-incidents', () => {
  const client = useClient()
  const rows = ref<Incident[] | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  /** There may be older ones. */
  const more = ref(false)
  let turn = 0

  /** Reads the newest ones; of those shown before, the ones beyond 200 stay as they are. */
  async function load(): Promise<void> {
    const known = rows.value ?? []
    const limit = Math.min(MOST, Math.max(PAGE, known.length))
    await read(async () => {
      const page = await client.alerts.list({ sourceId: null, beforeId: null, limit })
      const oldest = page.at(-1)?.id ?? 0
      const rest = page.length < limit ? [] : known.filter(({ id }) => id < oldest)
      return { rows: [...page, ...rest], more: page.length === limit && (known.length < PAGE || more.value) }
    })
  }

  /** Goes on below the oldest. */
  async function older(): Promise<void> {
    const known = rows.value ?? []
    const last = known.at(-1)
    if (!last || busy.value) return
    await read(async () => {
      const page = await client.alerts.list({ sourceId: null, beforeId: last.id, limit: PAGE })
      return { rows: [...known, ...page], more: page.length === PAGE }
    })
  }

  async function read(work: () => Promise<{ rows: Incident[]; more: boolean }>): Promise<void> {
    const mine = ++turn
    busy.value = true
    try {
      const next = await work()
      if (mine !== turn) return
      rows.value = next.rows
      more.value = next.more
      problem.value = null
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) busy.value = false
    }
  }

  /** Forgets everything: another archive is in front. */
  function clear(): void {
    turn++
    rows.value = null
    problem.value = null
    busy.value = false
    more.value = false
  }

  return { rows, problem, busy, more, load, older, clear }
})
