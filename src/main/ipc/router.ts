import type { IpcMain } from 'electron'
import { problem } from '@shared/result'
import type { Verb } from '@shared/verbs'
import { VERBS } from '@shared/verbs'
import { isOwnPage } from '../security/policy'
import type { Origins } from '../security/policy'
import type { Service } from '../util/service'
import type { Handlers } from './dispatch'
import { dispatch } from './dispatch'

/** What the router is made from. */
export interface RouterOptions {
  ipc: Pick<IpcMain, 'handle' | 'removeHandler'>
  handlers: Handlers
  origins: Origins
  warn: (message: string, thrown?: unknown) => void
}

/** Registers every verb of the contract; a call from anywhere but our own main frame is refused. */
export function createRouter({ ipc, handlers, origins, warn }: RouterOptions): Service {
  const verbs = Object.keys(VERBS) as Verb[]
  return {
    name: 'ipc',
    start: () => {
      for (const verb of verbs) {
        ipc.handle(verb, (event, raw: unknown) => {
          if (!isTrustedSender(event.senderFrame, origins)) {
            warn(`call of ${verb} refused: foreign sender`)
            return { ok: false, error: problem('invalid_input', 'This page may not call Hassette Monitor.') }
          }
          return dispatch(handlers, verb, raw, (name, thrown) => warn(`${name} failed`, thrown))
        })
      }
    },
    stop: () => {
      for (const verb of verbs) ipc.removeHandler(verb)
    },
  }
}

/** The part of Electron's frame that the check needs; `senderFrame` is null when the frame is gone. */
export interface SenderFrame {
  url: string
  parent: unknown
}

/** Only the main frame of the window's page may call. */
export function isTrustedSender(frame: SenderFrame | null, origins: Origins): boolean {
  return frame !== null && frame.parent === null && isOwnPage(frame.url, origins)
}
