import { defineStore } from 'pinia'
import { isSourceRule } from '@shared/alert-settings'
import type { Incident, IncidentDetail } from '@shared/alert'
import { TARGET_KINDS } from '@shared/run'
import type { TargetRow } from '@shared/target'
import { useClient } from '../api/client'
import { createAnswer } from '../lib/answer'
import { nowUs } from '../lib/clock'
import { chartSpan, incidentSpan } from '../lib/incident-links'
import { timeZone } from '../lib/time-zone'

const POINTS = 60

/** The incident in the inspector: what belongs to it, its rate over time, and what ran meanwhile. */
export const useIncidentDetail = defineStore('incident-detail', () => {
  const client = useClient()
  const detail = createAnswer((incidentId: number): Promise<IncidentDetail> => client.alerts.get({ incidentId }))
  const series = createAnswer((incident: Incident) =>
    client.trends.series({
      ...{ sourceId: incident.sourceId, tier: 'app' as const, span: chartSpan(incident), targetId: null },
      ...{ points: POINTS, timeZone: timeZone() },
    }),
  )
  /** Handlers and jobs counted over the incident's time. */
  const targets = createAnswer(async (incident: Incident): Promise<TargetRow[]> => {
    const { sourceId, ending } = incident
    const { fromUs, toUs } = incidentSpan(incident, nowUs())
    const span = { fromUs, toUs: ending === null ? null : toUs }
    const lists = await Promise.all(
      TARGET_KINDS.map((kind) => client.targets.list({ sourceId, kind, tier: 'all', span })),
    )
    return lists.flat()
  })
  let shown: number | null = null

  /** Loads an incident; of another one nothing stays. */
  async function show(incidentId: number): Promise<void> {
    if (shown !== incidentId) clear()
    shown = incidentId
    await detail.load(incidentId)
    const incident = detail.data?.incident
    if (incident?.id !== incidentId) return
    await Promise.all([...(isSourceRule(incident.rule) ? [] : [series.load(incident)]), targets.load(incident)])
  }

  /** Loads the one that is shown again. */
  async function refresh(): Promise<void> {
    if (shown !== null) await show(shown)
  }

  /** Shows none. */
  function clear(): void {
    shown = null
    for (const answer of [detail, series, targets]) answer.clear()
  }

  return { detail, series, targets, show, refresh, clear }
})
