import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { TrayHost } from '@main/tray/host'
import { createLinuxTrayHost, sessionBusAddress } from '@main/tray/host'
import { startMadeUpTray } from '../support/made-up-tray'
import type { SessionBus } from '../support/session-bus'
import { startSessionBus } from '../support/session-bus'
import { waitFor } from '../support/wait'

describe('address of the session bus', () => {
  let folder = ''
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'runtime-'))))
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is the one that the environment names', () => {
    const env = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/a', XDG_RUNTIME_DIR: folder }
    expect(sessionBusAddress(env)).toBe('unix:path=/a')
  })

  it('else the socket of the user, if there is one', () => {
    expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder })).toBeNull()
    writeFileSync(join(folder, 'bus'), '')
    expect(sessionBusAddress({ XDG_RUNTIME_DIR: folder })).toBe(`unix:path=${join(folder, 'bus')}`)
    expect(sessionBusAddress({})).toBeNull()
  })
})

describe.skipIf(process.platform !== 'linux')('host of a Linux tray (needs a session bus)', () => {
  let session: SessionBus
  let host: TrayHost
  let changes: string[]
  const warn = vi.fn()
  const state = (): string => `${host.isThere() ? 'there' : 'missing'}${host.holdsOurs() ? ', ours' : ''}`

  /** Waits until the host has told what is expected, and gives all that it has told. */
  async function told(expected: string): Promise<string[]> {
    await waitFor(`"${expected}" in ${JSON.stringify(changes)}`, () => changes.at(-1) === expected)
    return changes
  }

  function follow(address: string | null): void {
    host = createLinuxTrayHost(address, warn)
    changes = []
    host.onChange(() => changes.push(state()))
    host.start()
  }

  beforeEach(async () => {
    warn.mockReset()
    session = await startSessionBus()
  })
  afterEach(async () => {
    await host.stop()
    await session.stop()
  })

  it('is there only with a host behind the watcher, and ours only once it has our icon', async () => {
    const ourName = String(session.bus.name)
    follow(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? null)
    const tray = await startMadeUpTray(session)
    tray.setHost(true)
    expect(await told('there')).toEqual(['there'])
    tray.setItem(ourName)
    await told('there, ours')
    tray.setItem(null)
    await told('there')
    tray.setHost(false)
    await told('missing')
    tray.setHost(true)
    await told('there')
    await tray.stop()
    await told('missing')
  })

  it('finds one that was there before', async () => {
    const tray = await startMadeUpTray(session)
    tray.setHost(true)
    follow(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? null)
    await told('there')
    await tray.stop()
  })

  it('does not take the icon of another process for ours', async () => {
    // The bus itself is a process of its own on it.
    const other = 'org.freedesktop.DBus'
    const tray = await startMadeUpTray(session)
    follow(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? null)
    tray.setHost(true)
    await told('there')
    const before = tray.timesAsked()
    tray.setItem(other)
    await waitFor('a question', () => tray.timesAsked() > before)
    tray.setHost(false)
    expect(await told('missing')).toEqual(['there', 'missing'])
    await tray.stop()
  })

  it('asks again for what changes while it asks', async () => {
    const tray = await startMadeUpTray(session)
    follow(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? null)
    tray.afterNextAnswer(() => tray.setHost(false))
    tray.setHost(true)
    await told('missing')
    await tray.stop()
  })

  it('is missing when the bus goes', async () => {
    const tray = await startMadeUpTray(session)
    tray.setHost(true)
    follow(session.env['DBUS_SESSION_BUS_ADDRESS'] ?? null)
    await told('there')
    await session.stop()
    await told('missing')
    session = await startSessionBus()
  })

  it('without a bus there is none, and the log says why', async () => {
    follow('unix:path=/nowhere/bus')
    await waitFor('the reason', () => warn.mock.calls.flat().join().includes('/nowhere/bus'))
    expect(state()).toBe('missing')
    await host.stop()
    follow(null)
    expect(warn).toHaveBeenCalledWith('no session bus: no tray')
  })
})
