import { isQuiet } from '@shared/alert-settings'
import type { AlertSettings } from '@shared/alert-settings'
import { noticeWords as words } from '@shared/messages-tray'
import { deliveryFailureWords } from '@shared/notification-text'
import type { Problem } from '@shared/result'
import type { ArchiveState } from '@shared/source'
import { mayPass } from '@shared/source'
import type { Service } from '../util/service'
import type { TrayStateStore } from '../tray/state'
import type { Notifier } from './notifier'

/**
 * Tells outside of the window that nothing is recorded, since the archive cannot be opened or written: at once in the
 * tray, and with one notification if it lasts. The alerts cannot do it: they live in the archive.
 */
export interface ArchiveTrouble extends Service {
  /** Hears of every state of the user's archive. */
  look: (state: ArchiveState) => void
}

/** What it works with. */
export interface ArchiveTroubleOptions {
  trayState: Pick<TrayStateStore, 'current' | 'publish'>
  notifier: Pick<Notifier, 'show' | 'withdraw'>
  /** What people chose about notifications; "Hassette not watched" stands for this, too. */
  settings: () => AlertSettings
  /** Microseconds since 1970. */
  nowUs: () => number
  warn: (message: string) => void
  /** How long it must have lasted, milliseconds. */
  tellAfterMs?: number
}

/** Two tries later (see `retries.ts`): what is mended by then is no news. */
const TELL_AFTER_MS = 25_000
/** When notifications are off for now, it is asked again so often whether they are still. */
const ASK_AGAIN_MS = 60_000
/** An archive that was open for less did not recover: it is the same trouble that comes back. */
const STEADY_MS = 60_000
const KEY = 'archive'

/** Builds the service. */
export function createArchiveTrouble(options: ArchiveTroubleOptions): ArchiveTrouble {
  const { trayState, notifier, settings, nowUs, warn, tellAfterMs = TELL_AFTER_MS } = options
  let trouble: { state: 'closed' | 'held'; problem: Problem } | null = null
  let told = false
  let timer: NodeJS.Timeout | null = null

  const after = (milliseconds: number, work: () => void): void => {
    if (timer) clearTimeout(timer)
    timer = setTimeout(work, milliseconds)
  }

  function mayTell(): boolean {
    const { enabled, notify, quietHours } = settings()
    const { paused } = trayState.current()
    if (!enabled || !notify.blind || paused === 'resumed' || (paused !== null && paused > nowUs())) return false
    return !isQuiet(quietHours, nowUs(), -new Date(nowUs() / 1000).getTimezoneOffset())
  }

  function tell(): void {
    if (trouble === null || told) return
    if (!mayTell()) return after(ASK_AGAIN_MS, tell)
    told = true
    const { state, problem } = trouble
    const { message, hint } = problem
    const goesOn = mayPass(problem) ? [words.archive.again] : []
    void notifier
      .show({
        key: KEY,
        title: words.archive[state],
        body: [message, ...(hint ? [hint] : []), ...goesOn].join(' '),
        path: '/storage',
        isSilent: false,
        isUrgent: false,
      })
      .then((delivery) => {
        if (delivery.kind === 'failed') warn(`nobody was notified of the archive: ${deliveryFailureWords(delivery)}`)
      })
  }

  function begin(state: 'closed' | 'held', problem: Problem): void {
    const isNew = trouble === null
    trouble = { state, problem }
    trayState.publish({ ...trayState.current(), archive: { state, why: problem.message } })
    if (isNew) after(tellAfterMs, tell)
  }

  function end(): void {
    if (trouble === null) return
    trouble = null
    trayState.publish({ ...trayState.current(), archive: null })
    notifier.withdraw(KEY)
    after(STEADY_MS, () => {
      told = false
    })
  }

  return {
    name: 'trouble with the archive',
    start: () => undefined,
    stop: () => {
      if (timer) clearTimeout(timer)
    },
    look: (state) => {
      if (state.kind === 'unavailable') begin('closed', state.problem)
      else if (state.kind === 'ready') {
        if (state.paused) begin('held', state.paused)
        else end()
      }
    },
  }
}
