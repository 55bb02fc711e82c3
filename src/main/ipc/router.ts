import type { WebContents } from 'electron'
import { ipcMain } from 'electron'
import type { EventPayloads } from '@shared/contract'
import { problem } from '@shared/result'
import type { EventName, Verb } from '@shared/verbs'
import { VERBS } from '@shared/verbs'
import type { Origins } from '../security/policy'
import type { Service } from '../util/service'
import type { Handlers } from './dispatch'
import { dispatch } from './dispatch'
import { isTrustedSender } from './sender'

/** What the router is made from. */
export interface RouterOptions {
  handlers: Handlers
  origins: Origins
  warn: (message: string, thrown?: unknown) => void
}

/** Registers every verb of the contract; a call from anywhere but our own main frame is refused. */
export function createRouter({ handlers, origins, warn }: RouterOptions): Service {
  const verbs = Object.keys(VERBS) as Verb[]
  return {
    name: 'ipc',
    start: () => {
      for (const verb of verbs) {
        ipcMain.handle(verb, (event, raw: unknown) => {
          if (!isTrustedSender(event.senderFrame, origins)) {
            warn(`call of ${verb} refused: foreign sender`)
            return { ok: false, error: problem('invalid_input', 'This page may not call Hassette Monitor.') }
          }
          return dispatch(handlers, verb, raw, (name, thrown) => warn(`${name} failed`, thrown))
        })
      }
    },
    stop: () => {
      for (const verb of verbs) ipcMain.removeHandler(verb)
    },
  }
}

/** Tells one window something. */
export function sendEvent<E extends EventName>(contents: WebContents, event: E, payload: EventPayloads[E]): void {
  if (!contents.isDestroyed()) contents.send(event, payload)
}
