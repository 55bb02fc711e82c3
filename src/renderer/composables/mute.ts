import { words } from '@shared/messages'
import { useClient } from '../api/client'
import { visibleText } from '../lib/visible-text'
import { useAct } from './act'

/** What can be muted: an error group, or a handler or job. */
export type Mutable = { sourceId: number; title: string } & (
  { kind: 'group'; groupId: number } | { kind: 'target'; targetId: number }
)

/** Mutes something, or takes that back, and says so. */
export function useMute(): (what: Mutable, muted: boolean) => Promise<void> {
  const client = useClient()
  const act = useAct()
  return ({ title, ...what }, muted) => {
    const name = visibleText(title)
    return act(
      () => client.alerts.mute({ ...what, muted }),
      muted ? words.incidents.muted(name) : words.incidents.unmuted(name),
    )
  }
}
