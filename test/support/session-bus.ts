import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createClient } from 'dbus-native'
import type { MessageBus } from 'dbus-native'
import { waitFor } from './wait'
import { removeFolder } from './remove-folder'

/**
 * A session bus of a test's own, with a real desktop's parts on it: the notification daemon dunst and the tray of
 * xfce4-panel. Nothing is started by name on it except the panel's settings store, so that what a test did not start is
 * not there.
 */
export interface SessionBus {
  /** What the app needs to be on this bus. */
  env: Record<string, string>
  bus: MessageBus
  startDunst: () => Promise<void>
  startPanel: () => Promise<void>
  /** Ends the panel; resolves when the bus has no tray any more. */
  stopPanel: () => Promise<void>
  /** Calls a method and gives what it returned. */
  call: (call: BusCall) => Promise<unknown>
  property: (destination: string, path: string, iface: string, name: string) => Promise<unknown>
  stop: () => Promise<void>
}

/** One method call; `signature` and `body` are empty for a method without arguments. */
export interface BusCall {
  destination: string
  path: string
  iface: string
  member: string
  signature?: string
  body?: unknown[]
}

export const WATCHER = 'org.kde.StatusNotifierWatcher'
export const NOTIFICATIONS = 'org.freedesktop.Notifications'
/** A panel that starts while everything else is tested takes its time. */
const SLOW_START_MS = 45_000
const XFCONF_SERVICE = 'org.xfce.Xfconf.service'

const busConfig = (socket: string, services: string): string => `<!DOCTYPE busconfig PUBLIC
 "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

const PANEL_CONFIG = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array">
    <value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="28"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
`

/** A socket is there a moment before anybody listens at it. */
function takesConnections(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket)
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    probe.once('connect', () => probe.end())
  })
}

/** Starts the bus alone. */
export async function startSessionBus(): Promise<SessionBus> {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-bus-'))
  const socket = join(folder, 'bus')
  const env = {
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${socket}`,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_RUNTIME_DIR: folder,
    // Without it GTK and Electron would look for the accessibility bus.
    NO_AT_BRIDGE: '1',
  }
  const settings = join(env.XDG_CONFIG_HOME, 'xfce4', 'xfconf', 'xfce-perchannel-xml')
  const services = join(folder, 'services')
  for (const each of [settings, services, env.XDG_CACHE_HOME, env.XDG_DATA_HOME]) mkdirSync(each, { recursive: true })
  writeFileSync(join(settings, 'xfce4-panel.xml'), PANEL_CONFIG)
  const xfconf = xfconfService()
  if (xfconf !== null) copyFileSync(xfconf, join(services, XFCONF_SERVICE))
  writeFileSync(join(folder, 'bus.conf'), busConfig(socket, services))

  const children: ChildProcess[] = []
  const start = (command: string, args: string[]): ChildProcess => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: 'ignore' })
    children.push(child)
    return child
  }
  start('dbus-daemon', ['--nofork', '--nopidfile', `--config-file=${join(folder, 'bus.conf')}`])
  await waitFor('the session bus', () => takesConnections(socket))
  const bus = createClient({ busAddress: env.DBUS_SESSION_BUS_ADDRESS, fdTransport: false })
  bus.connection.on('error', () => undefined)
  await bus.getId()

  let panel: ChildProcess | null = null
  const hasOwner = (name: string) => async (): Promise<boolean> => bus.nameHasOwner(name)

  const call = async ({ destination, path, iface, member, signature, body }: BusCall): Promise<unknown> =>
    bus.invoke({
      destination,
      path,
      interface: iface,
      member,
      ...(signature === undefined ? {} : { signature, body: body ?? [] }),
    })
  const property = (destination: string, path: string, iface: string, name: string): Promise<unknown> =>
    call({
      destination,
      path,
      iface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [iface, name],
    })

  return {
    env,
    bus,
    call,
    property,
    startDunst: async () => {
      start('dunst', [])
      await waitFor('dunst', hasOwner(NOTIFICATIONS))
    },
    startPanel: async () => {
      if (xfconf === null) throw new Error('xfce4-panel is not installed: run the tests through npm test')
      panel = start('xfce4-panel', ['--disable-wm-check'])
      await waitFor(
        'the tray of xfce4-panel',
        async () =>
          (await bus.nameHasOwner(WATCHER)) &&
          property(WATCHER, '/StatusNotifierWatcher', WATCHER, 'IsStatusNotifierHostRegistered'),
        SLOW_START_MS,
      )
    },
    stopPanel: async () => {
      const ending = panel
      ending?.kill('SIGTERM')
      await waitFor('the end of the tray', async () => !(await bus.nameHasOwner(WATCHER)))
      // Until it has ended, the next one takes it for one that runs, and gives up.
      await waitFor('the end of xfce4-panel', () => !ending || ending.exitCode !== null || ending.signalCode !== null)
    },
    stop: async () => {
      await bus.close()
      const ended = children.map((child) => new Promise((done) => child.once('exit', done)))
      // The bus last: the others complain, and xfconfd ends, when it goes.
      for (const child of children.toReversed()) child.kill('SIGKILL')
      await Promise.all(ended.filter((_, index) => children[index]?.exitCode === null))
      removeFolder(folder)
    },
  }
}

function xfconfService(): string | null {
  const roots = (process.env['XDG_DATA_DIRS'] || '/usr/local/share:/usr/share').split(':')
  return roots.map((root) => join(root, 'dbus-1', 'services', XFCONF_SERVICE)).find((path) => existsSync(path)) ?? null
}
