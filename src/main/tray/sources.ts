import type { SourceInfo } from '@shared/source'
import type { TraySource } from './board'

/** The sources as the tray names them: those that are watched. Snapshots, the sample and removed ones are no news. */
export function traySources(sources: readonly SourceInfo[]): TraySource[] {
  return sources
    .filter(({ mode, removed }) => mode === 'live' && removed !== true)
    .flatMap<TraySource>(({ name, state }) => {
      switch (state.kind) {
        case 'stale':
          return [{ name, state: 'blind', sinceUs: state.sinceMs * 1000 }]
        case 'failed':
          return [{ name, state: 'blind', sinceUs: null }]
        case 'cancelled':
        case 'not_read':
          return []
        default:
          return [{ name, state: 'live', sinceUs: null }]
      }
    })
}
