import type { AlertNotification, DeliveryFailure, NotificationState } from '@shared/alert-notification'
import { words } from '@shared/messages'
import { deliveryFailureWords, notificationText } from '@shared/notification-text'
import type { NotificationText } from '@shared/notification-text'
import type { ShapeKind } from './shapes'
import { visibleText } from './visible-text'

const text = words.noticeList

/** Where a notification stands, in words. */
export function stateWords(state: NotificationState): string {
  if (state.kind === 'withheld') return text.notShown(state.reason)
  return state.kind === 'failed' ? text.failed(failureWords(state)) : text[state.kind]
}

/** Why a notification was not shown. */
export function failureWords(failure: DeliveryFailure): string {
  return visibleText(deliveryFailureWords(failure))
}

/** Its shape: taken, held back, or not shown. */
export function stateShape({ kind }: NotificationState): ShapeKind {
  if (kind === 'sent') return 'ok'
  return kind === 'failed' ? 'failed' : 'skipped'
}

/** What a notification said; what was not to be shown says only what it is about. */
export function notificationWords({ kind, content }: Pick<AlertNotification, 'kind' | 'content'>): NotificationText {
  if (content === null) return { title: text.kind[kind], body: '' }
  const { title, body } = notificationText(content)
  return { title: visibleText(title), body: visibleText(body) }
}
