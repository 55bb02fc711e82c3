import { Notification } from 'electron'
import type { NotificationOutcome } from '@shared/alert-notification'

/** A notification as the system shows it. */
export interface SystemNotification {
  /** A later one with the same key takes the place of this one. */
  key: string
  title: string
  body: string
  /** The page that a click opens, as the window's router knows it (`/alerts?incident=7`). */
  path: string
  isSilent: boolean
  /** Stays until somebody closes it, where the system knows such a thing. */
  isUrgent: boolean
}

/** What the system did with a notification; whether it may be shown was decided before. */
export type NotificationDelivery = Extract<NotificationOutcome, { kind: 'sent' | 'failed' }>

/** Shows notifications of the system. */
export interface Notifier {
  /** Resolves when the system took it or did not; never rejects and never waits longer than 5 s. */
  show: (shown: SystemNotification) => Promise<NotificationDelivery>
  /** Takes the notification with this key away again, if it still stands. */
  withdraw: (key: string) => void
}

const ANSWER_TIMEOUT_MS = 5000

/** Builds the notifier. `open` shows the window on the page of a notification that was clicked. */
export function createNotifier(open: (path: string) => void): Notifier {
  // A notification that nobody refers to loses its click to the garbage collector.
  const standing = new Map<string, Notification>()

  function withdraw(key: string): void {
    const earlier = standing.get(key)
    standing.delete(key)
    earlier?.close()
  }

  function forget(key: string, notification: Notification): void {
    if (standing.get(key) === notification) standing.delete(key)
  }

  function show({ key, title, body, path, isSilent, isUrgent }: SystemNotification): Promise<NotificationDelivery> {
    if (!Notification.isSupported()) return Promise.resolve({ kind: 'failed', reason: 'unsupported' })
    const notification = new Notification({
      title,
      body: bodyFor(body, process.platform),
      silent: isSilent,
      urgency: isUrgent ? 'critical' : 'normal',
    })
    withdraw(key)
    standing.set(key, notification)
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle({ kind: 'failed', reason: 'no_answer' }), ANSWER_TIMEOUT_MS)
      const settle = (delivery: NotificationDelivery): void => {
        clearTimeout(timer)
        if (delivery.kind === 'failed') forget(key, notification)
        resolve(delivery)
      }
      notification.once('show', () => settle({ kind: 'sent' }))
      // Linux gives no reason: it fails where nothing on the session bus takes notifications.
      notification.once('failed', (_event, error) =>
        settle({ kind: 'failed', ...(error ? { reason: 'system', said: error } : { reason: 'refused' }) }),
      )
      notification.once('close', () => forget(key, notification))
      notification.once('click', () => {
        forget(key, notification)
        open(path)
      })
      notification.show()
    })
  }

  return { show, withdraw }
}

/**
 * The body as a system takes it. Notification services of Linux read it as markup: what comes out of an error message
 * (`<lambda>`) would vanish or become a tag.
 */
function bodyFor(body: string, platform: NodeJS.Platform): string {
  if (platform !== 'linux') return body
  return body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
