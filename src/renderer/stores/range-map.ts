import { defineStore } from 'pinia'
import type { TrendScope } from '@shared/trends'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'
import { timeZone } from '../lib/time-zone'
import { useView } from './view'

/** Steps of the map at most: it is as high as the list, some 4 px a step. */
const POINTS = 200

/** The whole range of History as trends: the map beside the list. */
export const useRangeMap = defineStore('range-map', () => {
  const client = useClient()
  const view = useView()
  const series = createAnswer((scope: TrendScope) =>
    client.trends.series({ ...scope, points: POINTS, timeZone: timeZone() }),
  )

  /** How many runs the range holds, to the second: the map's first step may begin before it. */
  const summary = createAnswer((scope: TrendScope) => client.trends.summary(scope))

  /** Asks anew. */
  async function load(): Promise<void> {
    if (view.sourceId === null) return
    const scope = { sourceId: view.sourceId, tier: view.tier, span: view.spanNow(), targetId: null }
    await Promise.all([series.load(scope), summary.load(scope)])
  }

  /** Forgets what was of another source. */
  function clear(): void {
    series.clear()
    summary.clear()
  }

  return { series, summary, load, clear }
})
