import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { Span } from '@shared/filter'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'
import type { SessionRow } from '@shared/trends'
import { useClient } from '../api/client'

const PAGE = 50
const MOST = 200

/** The sessions of the shown source in the range, newest first. */
export const useSessions = defineStore('sessions', () => {
  const client = useClient()
  const rows = ref<SessionRow[] | null>(null)
  const problem = ref<Problem | null>(null)
  const busy = ref(false)
  /** There may be older ones in the range. */
  const more = ref(false)
  let turn = 0
  let asked: { sourceId: number; span: Span } | null = null

  /** Reads the newest ones of a span; the old rows stay until then. */
  async function open(sourceId: number, span: Span): Promise<void> {
    asked = { sourceId, span }
    await read(async () => {
      const limit = PAGE
      const page = await client.sessions.list({ sourceId, span, beforeUs: null, limit })
      return { rows: page, more: page.length === limit }
    })
  }

  /** Goes on below the oldest row. */
  async function older(): Promise<void> {
    const last = rows.value?.at(-1)
    if (!asked || !last || busy.value) return
    const { sourceId, span } = asked
    const known = rows.value ?? []
    await read(async () => {
      const page = await client.sessions.list({ sourceId, span, beforeUs: last.startedUs, limit: PAGE })
      return { rows: [...known, ...page], more: page.length === PAGE }
    })
  }

  /** Reads the same rows again, since figures changed or a session began; those beyond 200 stay as they are. */
  async function refresh(): Promise<void> {
    if (!asked || busy.value) return
    const { sourceId, span } = asked
    const known = rows.value ?? []
    const limit = Math.min(MOST, Math.max(PAGE, known.length))
    await read(async () => {
      const page = await client.sessions.list({ sourceId, span, beforeUs: null, limit })
      const oldest = page.at(-1)?.startedUs ?? -Infinity
      const rest = page.length < limit ? [] : known.filter(({ startedUs }) => startedUs < oldest)
      return { rows: [...page, ...rest], more: page.length === limit && (rest.length === 0 || more.value) }
    })
  }

  async function read(work: () => Promise<{ rows: SessionRow[]; more: boolean }>): Promise<void> {
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

  /** Forgets everything: another source is in front. */
  function clear(): void {
    turn++
    asked = null
    rows.value = null
    problem.value = null
    busy.value = false
    more.value = false
  }

  return { rows, problem, busy, more, open, older, refresh, clear }
})
