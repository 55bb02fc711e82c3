import { createClient, defineInterface } from 'dbus-native'
import type { SessionBus } from './session-bus'
import { WATCHER } from './session-bus'

/** A tray host of our own, for what no packaged one does on request; it takes no item by itself. */
export interface MadeUpTray {
  /** A desktop's shell registers with the watcher, or leaves it. */
  setHost: (isThere: boolean) => void
  /** Says that it holds the item of this bus name, or none. */
  setItem: (owner: string | null) => void
  /** Does something as soon as the next question for a host has been answered. */
  afterNextAnswer: (work: () => void) => void
  /** How often somebody has asked for the items. */
  timesAsked: () => number
  /** Leaves the bus. */
  stop: () => Promise<void>
}

/** Starts it on a bus, without a host and without an item. */
export async function startMadeUpTray(session: SessionBus): Promise<MadeUpTray> {
  const bus = createClient({ busAddress: session.env['DBUS_SESSION_BUS_ADDRESS'] ?? '', fdTransport: false })
  let hasHost = false
  let items: string[] = []
  let timesAsked = 0
  let next: (() => void) | null = null
  const watcher = defineInterface({
    name: WATCHER,
    methods: { RegisterStatusNotifierItem: { in: { service: 's' }, handler: () => undefined } },
    properties: {
      IsStatusNotifierHostRegistered: {
        type: 'b',
        access: 'read',
        get: () => {
          if (next !== null) setImmediate(next)
          next = null
          return hasHost
        },
      },
      RegisteredStatusNotifierItems: {
        type: 'as',
        access: 'read',
        get: () => {
          timesAsked += 1
          return items
        },
      },
    },
    signals: {
      StatusNotifierHostRegistered: {},
      StatusNotifierHostUnregistered: {},
      StatusNotifierItemRegistered: { args: { service: 's' } },
      StatusNotifierItemUnregistered: { args: { service: 's' } },
    },
  })
  await bus.export('/StatusNotifierWatcher', watcher)
  await bus.ownName(WATCHER)
  return {
    setHost: (isThere) => {
      hasHost = isThere
      watcher.emit[isThere ? 'StatusNotifierHostRegistered' : 'StatusNotifierHostUnregistered']?.()
    },
    setItem: (owner) => {
      const before = items[0]
      items = owner === null ? [] : [`${owner}/StatusNotifierItem`]
      watcher.emit[owner === null ? 'StatusNotifierItemUnregistered' : 'StatusNotifierItemRegistered']?.(
        items[0] ?? before ?? '',
      )
    },
    afterNextAnswer: (work) => {
      next = work
    },
    timesAsked: () => timesAsked,
    stop: () => bus.close(),
  }
}
