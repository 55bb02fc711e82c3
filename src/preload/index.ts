import { contextBridge, ipcRenderer } from 'electron'
import { EVENTS, VERBS } from '@shared/verbs'

type Calls = Record<string, (input: unknown) => Promise<unknown>>

const api: Record<string, Calls | Record<string, unknown>> = {}

for (const name of Object.keys(VERBS)) {
  const [group, verb] = name.split('.') as [string, string]
  const calls = (api[group] ??= {}) as Calls
  calls[verb] = (input) => ipcRenderer.invoke(name, input)
}

api['events'] = Object.fromEntries(
  EVENTS.map((name) => [
    name,
    (listener: (payload: unknown) => void) => {
      const forward = (_event: unknown, payload: unknown): void => listener(payload)
      ipcRenderer.on(name, forward)
      return () => {
        ipcRenderer.removeListener(name, forward)
      }
    },
  ]),
)

// The types of this object are `Api` of shared/contract.ts; here only its names are needed.
contextBridge.exposeInMainWorld('hassetteMonitor', api)
