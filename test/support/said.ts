import type { AlertNotification, NotificationContent } from '@shared/alert-notification'
import { notificationText } from '@shared/notification-text'
import type { NotificationText } from '@shared/notification-text'

/** A notification with its words; empty for one that was withheld. */
export type SaidNotification = AlertNotification & NotificationText

/** Adds to a notification its kind and what it says. */
export function said<T extends { content: NotificationContent | null }>(notification: T): T & NotificationText {
  const { content } = notification
  return { ...notification, ...(content === null ? { title: '', body: '' } : notificationText(content)) }
}
