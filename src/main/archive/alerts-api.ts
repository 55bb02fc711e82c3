import type { UserEvent } from '@main/alerts/engine/events'
import type { BlindSource, Incident, Muted, NoticeOutcome, NoticeRequest } from '@shared/alert'
import type { HassetteState, SourceMode } from '@shared/source'

/** What is known of a source when the alerts look at it. */
export interface SourceSight {
  sourceId: number
  name: string
  mode: SourceMode
  sight:
    /** `hassette` = whether it runs, where that is known; `clockOffsetUs` = our clock less its own, where that is. */
    | { kind: 'seen'; caughtUp: boolean; hassette?: HassetteState | null; clockOffsetUs?: number | null }
    /** Nothing can be seen of it; `sinceUs` by our clock. */
    | { kind: 'blind'; sinceUs: number; reason: string }
    /** It is being read, or is not read in this run: nothing is concluded from its silence. */
    | { kind: 'unknown' }
}

/** A look of the alerts: what is new in the archive, and what happened beside it. */
export interface AlertsStep {
  /** Our clock, microseconds since 1970. */
  nowUs: number
  /** Local time less UTC, minutes. */
  utcOffsetMinutes: number
  sources: SourceSight[]
  events: UserEvent[]
}

/** A notification that is to be shown now. */
export interface DueNotice extends NoticeRequest {
  noticeId: number
}

/** Where the alerts stand after a look. */
export interface AlertsOutcome {
  /** In this order; what became of each is told by `settleNotice`. */
  notices: DueNotice[]
  /** Open incidents, the newest first. */
  open: Incident[]
  blind: BlindSource[]
  /** Sources of which too little is known to say what is usual. */
  learning: number[]
  /** Live sources that are being read for the first time: what fails in them is history. */
  unread: number[]
  muted: Muted[]
  pausedUntilUs: number | null
  /** So many events (runs, sessions, missed starts) the engine could not take though they were told it three times. */
  leftOut: number
}

/** A notification that was shown without the engine, and what became of it; `atUs` by our clock. */
export interface ShownNotice {
  notice: NoticeRequest
  outcome: NoticeOutcome
  atUs: number
}

/** What the system did with a notification. */
export interface NoticeSettlement {
  noticeId: number
  outcome: NoticeOutcome
}
