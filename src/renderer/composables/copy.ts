import { words } from '@shared/messages'
import { useClient } from '../api/client'
import { useAnnouncer } from '../stores/announcer'

/** Copies text and says so. */
export function useCopy(): (text: string, what: string) => Promise<void> {
  const client = useClient()
  const announcer = useAnnouncer()
  return async (text, what) => {
    try {
      await client.app.copyText({ text })
      announcer.tell(words.copied(what))
    } catch {
      announcer.tell(words.notCopied)
    }
  }
}
