import type { Api, EventPayloads } from '@shared/contract'
import { EVENTS, VERBS } from '@shared/verbs'
import type { EventName } from '@shared/verbs'

/** Carries one call of the contract to the handlers, wherever they run; resolves to a `Result`. */
export type Call = (verb: string, input: unknown) => Promise<unknown>

/** The contract in a plain browser page, as the preload gives it to the window of the app. */
export interface Bridge {
  api: Api
  /** Hands an event of main to those in the page who listen. */
  emit: <E extends EventName>(event: E, payload: EventPayloads[E]) => void
}

export function createBridge(call: Call): Bridge {
  const api: Record<string, Record<string, unknown>> = {}
  for (const verb of Object.keys(VERBS)) {
    const [group = '', name = ''] = verb.split('.')
    const calls = (api[group] ??= {})
    calls[name] = (input: unknown) => call(verb, input)
  }

  const listeners = new Map<EventName, Set<(payload: unknown) => void>>(EVENTS.map((name) => [name, new Set()]))
  api['events'] = Object.fromEntries(
    EVENTS.map((name) => [
      name,
      (listener: (payload: unknown) => void) => {
        listeners.get(name)?.add(listener)
        return () => listeners.get(name)?.delete(listener)
      },
    ]),
  )

  return {
    // Built from the names of which the type is made.
    api: api as unknown as Api,
    emit: (event, payload) => listeners.get(event)?.forEach((listener) => listener(payload)),
  }
}
