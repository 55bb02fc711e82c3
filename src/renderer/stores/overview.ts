import { defineStore } from 'pinia'
import type { TrendScope } from '@shared/trends'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'
import { timeZone } from '../lib/time-zone'
import { useView } from './view'

/** Steps of the chart at most: some 12 px each where the window is wide. */
const POINTS = 100
const FAILURES = 8
const SESSIONS = 50

/** What the overview says of the range: each part is an answer of its own. */
export const useOverview = defineStore('overview', () => {
  const client = useClient()
  const view = useView()
  const summary = createAnswer((scope: TrendScope) => client.trends.summary(scope))
  const series = createAnswer((scope: TrendScope) =>
    client.trends.series({ ...scope, points: POINTS, timeZone: timeZone() }),
  )
  const attention = createAnswer(({ sourceId, tier, span }: TrendScope) =>
    client.trends.attention({ sourceId, tier, span }),
  )
  const sessions = createAnswer(({ sourceId, span }: TrendScope) =>
    client.sessions.list({ sourceId, span, beforeUs: null, limit: SESSIONS }),
  )
  const failures = createAnswer(({ sourceId, tier, span }: TrendScope) =>
    client.runs.page({
      filter: {
        sourceId,
        tier,
        span,
        targetId: null,
        conditions: [
          { field: 'status', op: 'is', value: 'failed' },
          { field: 'status', op: 'is', value: 'timed_out' },
        ],
      },
      direction: 'older',
      from: null,
      limit: FAILURES,
    }),
  )
  const all = [summary, series, attention, sessions, failures]

  /** Asks for everything anew, over one and the same span. */
  async function load(): Promise<void> {
    if (view.sourceId === null) return
    const scope = { sourceId: view.sourceId, tier: view.tier, span: view.spanNow(), targetId: null }
    await Promise.all(all.map((answer) => answer.load(scope)))
  }

  /** Forgets what was of another source. */
  function clear(): void {
    for (const answer of all) answer.clear()
  }

  return { summary, series, attention, sessions, failures, load, clear }
})
