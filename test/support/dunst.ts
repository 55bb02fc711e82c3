import type { SessionBus } from './session-bus'
import { NOTIFICATIONS } from './session-bus'

const PATH = '/org/freedesktop/Notifications'
const CONTROL = 'org.dunstproject.cmd0'

/** A notification that dunst has shown and that is closed again. */
export interface PastNote {
  app: string
  title: string
  /** As it came: dunst draws it as markup. */
  body: string
}

/** What a person sees and does with dunst's notifications. */
export interface Dunst {
  displayed: () => Promise<number>
  /** Clicks the newest. */
  click: () => Promise<void>
  closeAll: () => Promise<void>
  /** The closed ones, newest first; one that was clicked is not among them. */
  history: () => Promise<PastNote[]>
}

/** The control interface of the dunst on a bus; `dunstctl` uses the same. */
export function dunstOf({ call, property }: SessionBus): Dunst {
  const control = (member: string, signature?: string, body?: unknown[]): Promise<unknown> =>
    call({
      destination: NOTIFICATIONS,
      path: PATH,
      iface: CONTROL,
      member,
      ...(signature === undefined ? {} : { signature, body: body ?? [] }),
    })
  return {
    displayed: async () => Number(await property(NOTIFICATIONS, PATH, CONTROL, 'displayedLength')),
    click: async () => void (await control('NotificationAction', 'u', [0])),
    closeAll: async () => void (await control('NotificationCloseAll')),
    history: async () => {
      const notes = (await control('NotificationListHistory')) as Record<string, unknown>[]
      return notes.map((note) => ({
        app: String(note['appname']),
        title: String(note['summary']),
        body: String(note['body']),
      }))
    },
  }
}
