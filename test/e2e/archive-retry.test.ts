import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { dunstOf } from '../support/dunst'
import type { PlainProcess } from '../support/electron-app'
import { dataFolder, removeFolders, spawnApp } from '../support/electron-app'
import { openFixture } from '../support/fixtures'
import { startSessionBus } from '../support/session-bus'
import { PATIENCE } from '../support/tray-app'
import { trayItem } from '../support/tray-item'
import { waitFor } from '../support/wait'

afterAll(removeFolders)

const RUNS = 2949

/** Another process that has an archive, until it is killed. */
async function hold(archive: string): Promise<{ pid: number; end: () => Promise<void> }> {
  const script = `const db = new (require(process.argv[1]))(process.argv[2])
    db.exec('CREATE TABLE owner (pid, user, host)')
    db.prepare("INSERT INTO owner VALUES (?, 'anna', 'attic')").run(process.pid)
    db.exec('BEGIN IMMEDIATE'); process.stdout.write('held'); setInterval(() => 0, 1000)`
  const better = createRequire(import.meta.url).resolve('better-sqlite3')
  const child = spawn(process.execPath, ['-e', script, better, `${archive}.lock`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const end = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(end)
  return { pid: child.pid ?? 0, end }
}

function startHidden(args: string[], env: Record<string, string> = {}): PlainProcess {
  const app = spawnApp(['--hidden', ...args], env)
  onTestFinished(async () => {
    app.child.kill('SIGKILL')
    await app.ended
  })
  return app
}

/** Runs that the archive holds; none while it is not there or has no tables. */
function recorded(archive: string): number {
  if (!existsSync(archive)) return 0
  const db = new Database(archive, { readonly: true })
  try {
    return Number(db.prepare('SELECT count(*) FROM executions').pluck().get())
  } catch {
    return 0
  } finally {
    db.close()
  }
}

describe.skipIf(process.platform !== 'linux')('started without a window while the archive cannot be opened', () => {
  it('tray and notification say who has it; recording goes on by itself when that one is gone', async () => {
    const session = await startSessionBus()
    onTestFinished(session.stop)
    await Promise.all([session.startPanel(), session.startDunst()])
    const dunst = dunstOf(session)
    const dataDir = dataFolder()
    const archive = join(dataDir, 'hassette.db')
    const source = openFixture('live-v9', dataFolder())
    const other = await hold(archive)
    const app = startHidden(['--data-dir', dataDir, '--source', source], {
      ...session.env,
      HASSETTE_MONITOR_TEST_HOOK: '1',
      HASSETTE_MONITOR_TEST_WAITS_MS: '500',
    })
    const item = await trayItem(session)
    await expect.poll(item.tooltip, PATIENCE).toBe('Hassette: the archive cannot be opened')
    expect((await item.labels())[0]).toContain(`in use by process ${other.pid} of user anna`)
    const broken = await item.picture()
    await expect.poll(dunst.displayed, PATIENCE).toBe(1)
    expect(recorded(archive)).toBe(0)

    await other.end()
    await waitFor('the runs', () => recorded(archive) === RUNS)
    await expect.poll(item.tooltip, PATIENCE).not.toContain('archive')
    expect(await item.picture()).not.toBe(broken)
    // Taken away when it opened, and only one in all that time.
    await expect.poll(dunst.displayed, PATIENCE).toBe(0)
    expect((await dunst.history()).map(({ title }) => title)).toEqual([
      'The archive cannot be opened: nothing is recorded',
    ])
    app.child.kill('SIGTERM')
    expect(await app.ended).toBe(0)
  })

  it('records as soon as the folder is there, without a tray or a notification service', async () => {
    const dataDir = dataFolder()
    const drive = join(dataFolder(), 'drive')
    const archive = join(drive, 'hassette.db')
    const source = openFixture('live-v9', dataFolder())
    startHidden(['--data-dir', dataDir, '--db-path', archive, '--source', source], {
      DBUS_SESSION_BUS_ADDRESS: 'unix:path=/none',
    })
    const log = join(dataDir, 'logs', 'main.log')
    await waitFor('the trouble', () => existsSync(log) && readFileSync(log, 'utf8').includes('archive unavailable'))
    mkdirSync(drive)
    await waitFor('the runs', () => recorded(archive) === RUNS)
  })
})
