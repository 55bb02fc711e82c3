import type { Api } from '@shared/contract'
import { setClock } from '@renderer/lib/clock'
import { start } from '@renderer/start'
import { createBridge } from './bridge'
import type { Bridge, Call } from './bridge'

declare global {
  interface Window {
    /** Given by the test that opens the page; without it the page asks Vite's server. */
    callMain?: Call
    /** The contract, by the name that it has in the app. */
    hassetteMonitor: Api
    bridge: Bridge
  }
}

const now = Date.parse(new URLSearchParams(location.search).get('now') ?? '')
if (!Number.isNaN(now)) setClock(() => now)

window.bridge = createBridge((verb, input) => (window.callMain ?? callByVite)(verb, input))
window.hassetteMonitor = window.bridge.api
import.meta.hot?.on('main:event', ({ event, payload }) => window.bridge.emit(event, payload))

/** Over the socket of Vite's own server: see `serve.ts`. */
const waiting = new Map<number, (result: unknown) => void>()
let lastId = 0
import.meta.hot?.on('main:result', ({ id, result }) => {
  waiting.get(id)?.(result)
  waiting.delete(id)
})
function callByVite(verb: string, input: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const id = ++lastId
    waiting.set(id, resolve)
    import.meta.hot?.send('main:call', { id, verb, input })
  })
}

void start(window.hassetteMonitor)
