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

  /** Asks anew. */
  async function load(): Promise<void> {
    if (view.sourceId === null) return
    await series.load({ sourceId: view.sourceId, tier: view.tier, span: view.spanNow(), targetId: null })
  }

  return { series, load, clear: series.clear }
})
