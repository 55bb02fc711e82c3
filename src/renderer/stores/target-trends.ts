import { defineStore } from 'pinia'
import type { RunStatus } from '@shared/run'
import { PAGE_SIZE } from '@shared/run'
import type { TrendScope } from '@shared/trends'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'
import { timeZone } from '../lib/time-zone'
import { useView } from './view'

/** Steps of a chart at most: two charts share the width. */
const POINTS = 84
const SESSIONS = 100

/** Trends of the handler or job whose page is open. */
export const useTargetTrends = defineStore('target-trends', () => {
  const client = useClient()
  const view = useView()
  const summary = createAnswer((scope: TrendScope) => client.trends.summary(scope))
  const series = createAnswer((scope: TrendScope) =>
    client.trends.series({ ...scope, points: POINTS, timeZone: timeZone() }),
  )
  const heat = createAnswer((scope: TrendScope) => client.trends.heatmap({ ...scope, timeZone: timeZone() }))
  const sessions = createAnswer(({ sourceId, span }: TrendScope) =>
    client.sessions.list({ sourceId, span, beforeUs: null, limit: SESSIONS }),
  )
  /** The newest runs and the newest time-outs, for the dots. */
  const single = createAnswer(async (scope: TrendScope) => {
    const [newest, timedOut] = await Promise.all([page(scope, null), page(scope, 'timed_out')])
    return { newest: newest.rows, timedOut: timedOut.rows }
  })
  const all = [summary, series, heat, sessions, single]

  function page(
    { sourceId, tier, span, targetId }: TrendScope,
    status: RunStatus | null,
  ): ReturnType<typeof client.runs.page> {
    const conditions = status === null ? [] : [{ field: 'status' as const, op: 'is' as const, value: status }]
    const filter = { sourceId, tier, span, targetId, conditions }
    return client.runs.page({ filter, direction: 'older', from: null, limit: PAGE_SIZE })
  }

  /** Asks for everything of a target anew, over one and the same span. */
  async function load(targetId: number): Promise<void> {
    if (view.sourceId === null) return
    // A target is of one tier; the switch is not on its page.
    const scope = { sourceId: view.sourceId, tier: 'all' as const, span: view.spanNow(), targetId }
    await Promise.all(all.map((answer) => answer.load(scope)))
  }

  /** Forgets what was of another target. */
  function clear(): void {
    for (const answer of all) answer.clear()
  }

  return { summary, series, heat, sessions, single, load, clear }
})
