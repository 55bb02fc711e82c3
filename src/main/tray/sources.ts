import type { SourceInfo } from '@shared/source'
import type { TraySource } from './board'

/** Whether a source is watched: snapshots, the sample and removed ones are no news. */
export function isWatched({ mode, removed }: Pick<SourceInfo, 'mode' | 'removed'>): boolean {
  return mode === 'live' && removed !== true
}

/** The sources as the tray names them: those that are watched. */
export function traySources(sources: readonly SourceInfo[]): TraySource[] {
  return sources.filter(isWatched).flatMap<TraySource>(({ name, state, hassette }) => {
    switch (state.kind) {
      case 'stale':
        return [{ name, state: 'blind', sinceUs: state.sinceMs * 1000 }]
      case 'failed':
        return [{ name, state: 'blind', sinceUs: null }]
      case 'cancelled':
      case 'not_read':
        return []
      default:
        if (hassette === null) return [{ name, state: 'live', sinceUs: null }]
        if (hassette.kind !== 'running') return [{ name, state: hassette.kind, sinceUs: hassette.sinceUs }]
        return [{ name, state: hassette.signUs === null ? 'live' : 'unsure', sinceUs: hassette.signUs }]
    }
  })
}
