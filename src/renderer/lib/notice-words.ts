import type { NoticeOutcome, NoticeRow } from '@shared/alert'
import { words } from '@shared/messages'
import type { ShapeKind } from './shapes'
import { visibleText } from './visible-text'

const text = words.noticeList

/** What became of a notification, in words. */
export function outcomeWords(outcome: NoticeRow['outcome']): string {
  switch (outcome.kind) {
    case 'sent':
      return text.sent
    case 'suppressed':
      return text.suppressed(outcome.reason)
    case 'failed':
      return text.failed(visibleText(outcome.reason))
    case 'pending':
      return text.pending
  }
}

/** Its shape: taken, held back, or not shown. */
export function outcomeShape({ kind }: NoticeRow['outcome'] | NoticeOutcome): ShapeKind {
  if (kind === 'sent') return 'ok'
  return kind === 'failed' ? 'failed' : 'skipped'
}

/** What a notification said; what was not to be shown has no text of its own. */
export function noticeTitle({ title, kind }: Pick<NoticeRow, 'title' | 'kind'>): string {
  return title === '' ? text.kind[kind] : visibleText(title)
}
