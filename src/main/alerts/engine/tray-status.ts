import type { TrayStatus } from '@shared/alert'
import { alertWords } from '@shared/messages-alerts'
import type { EngineState } from './engine-state'
import { clock, whereOf } from './texts'

/** What the tray shows now. Blindness comes first: nothing may look fine that is not seen. */
export function trayStatus(state: EngineState, utcOffsetMinutes: number): TrayStatus {
  const sources = Object.values(state.sources).filter(({ mode }) => mode === 'live')
  const open = sources.flatMap((source) => source.open.filter(({ rule }) => rule !== 'blind'))
  const openIncidents = open.length
  const blind = sources.find((source) => source.open.some(({ rule }) => rule === 'blind'))
  const words = alertWords.tray
  if (blind?.blind) {
    const line = words.blind(blind.name, clock(blind.blind.sinceUs, utcOffsetMinutes))
    return { shape: 'blind', openIncidents, line }
  }
  const { pausedUntilUs } = state.notify
  if (pausedUntilUs !== null) {
    return { shape: 'paused', openIncidents, line: words.paused(clock(pausedUntilUs, utcOffsetMinutes)) }
  }
  const newest = open.reduce<(typeof open)[number] | null>(
    (latest, record) => (latest === null || record.openedUs > latest.openedUs ? record : latest),
    null,
  )
  if (newest === null) return { shape: 'fine', openIncidents, line: words.fine }
  const since = clock(newest.firstUs, utcOffsetMinutes)
  return { shape: 'attention', openIncidents, line: words.open(openIncidents, whereOf(newest), since) }
}
