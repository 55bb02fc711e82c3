import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { MessageBus } from 'dbus-native'
import { rerunMeanwhile } from '../util/concurrency'

/** Whether the system has a place for a tray icon, followed as it comes and goes. */
export interface TrayHost {
  start: () => void
  stop: () => Promise<void>
  /** Somebody shows tray icons. */
  isThere: () => boolean
  /** The place says that it has the icon of this process: only then may a window be closed into it. */
  holdsOurs: () => boolean
  /** Hears when one of both answers changes. */
  onChange: (listener: () => void) => void
}

/** macOS and Windows always have one. */
const ALWAYS_THERE: TrayHost = {
  start: () => undefined,
  stop: () => Promise.resolve(),
  isThere: () => true,
  holdsOurs: () => true,
  onChange: () => undefined,
}

const WATCHER = 'org.kde.StatusNotifierWatcher'
const WATCHER_PATH = '/StatusNotifierWatcher'
const BUS = 'org.freedesktop.DBus'
const ANSWER_TIMEOUT_MS = 5000
/** The watcher itself comes or goes; hosts and items register with it or leave it. */
const RULES = [
  `type='signal',sender='${BUS}',interface='${BUS}',member='NameOwnerChanged',arg0='${WATCHER}'`,
  `type='signal',sender='${WATCHER}',path='${WATCHER_PATH}',interface='${WATCHER}'`,
]
const NOBODY = { there: false, ours: false }

/** The tray of the system that this process runs on. */
export function hostOfThisSystem(warn: (message: string) => void): TrayHost {
  return process.platform === 'linux' ? createLinuxTrayHost(sessionBusAddress(process.env), warn) : ALWAYS_THERE
}

/** Address of the session bus as libdbus finds it; null where there is none to be found. */
export function sessionBusAddress(env: NodeJS.ProcessEnv): string | null {
  if (env['DBUS_SESSION_BUS_ADDRESS']) return env['DBUS_SESSION_BUS_ADDRESS']
  const socket = env['XDG_RUNTIME_DIR'] ? join(env['XDG_RUNTIME_DIR'], 'bus') : null
  return socket !== null && existsSync(socket) ? `unix:path=${socket}` : null
}

/**
 * The tray of a Linux desktop: asks the session bus for the StatusNotifierWatcher and whether a host is registered with
 * it (stock GNOME has neither). Without a bus, or when it goes, there is no tray.
 */
export function createLinuxTrayHost(address: string | null, warn: (message: string) => void): TrayHost {
  const listeners = new Set<() => void>()
  let bus: MessageBus | null = null
  let known = NOBODY

  function learn(now: typeof NOBODY): void {
    if (now.there === known.there && now.ours === known.ours) return
    known = now
    listeners.forEach((listener) => listener())
  }

  async function connect(busAddress: string): Promise<void> {
    // Only here, so that systems without D-Bus never load it.
    const { createClient } = await import('dbus-native')
    const client = createClient({ busAddress, fdTransport: false, timeout: ANSWER_TIMEOUT_MS })
    bus = client
    client.connection.on('error', (error) => warn(`session bus: ${error.message}`))
    client.connection.on('close', () => learn(NOBODY))
    const ask = rerunMeanwhile(async () => {
      // It may leave between two questions, or the bus may.
      learn(await answer(client).catch(() => NOBODY))
    })
    client.connection.on('message', ({ interface: sender, member }) => {
      if (sender === WATCHER || (sender === BUS && member === 'NameOwnerChanged')) ask()
    })
    for (const rule of RULES) await client.addMatch(rule)
    ask()
  }

  return {
    start: () => {
      if (address === null) return warn('no session bus: no tray')
      connect(address).catch((thrown: unknown) => warn(`no tray: ${String(thrown)}`))
    },
    stop: async () => {
      listeners.clear()
      await bus?.close()
    },
    isThere: () => known.there,
    holdsOurs: () => known.ours,
    onChange: (listener) => void listeners.add(listener),
  }
}

async function answer(client: MessageBus): Promise<typeof NOBODY> {
  if (!(await client.nameHasOwner(WATCHER))) return NOBODY
  if ((await property(client, 'IsStatusNotifierHostRegistered')) !== true) return NOBODY
  const items = await property(client, 'RegisteredStatusNotifierItems')
  for (const item of Array.isArray(items) ? items : []) {
    // `:1.26/StatusNotifierItem`: the bus name and the object's path.
    const owner = String(item).split('/')[0] ?? ''
    const pid = await client.getConnectionUnixProcessId(owner).catch(() => null)
    if (pid === process.pid) return { there: true, ours: true }
  }
  return { there: true, ours: false }
}

async function property(client: MessageBus, name: string): Promise<unknown> {
  return client.invoke<unknown>({
    destination: WATCHER,
    path: WATCHER_PATH,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    signature: 'ss',
    body: [WATCHER, name],
  })
}
