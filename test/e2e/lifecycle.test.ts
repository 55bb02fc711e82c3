import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { PlainProcess, RunningApp } from '../support/electron-app'
import { rowsOf } from '../support/archive'
import { dataFolder, launchApp, removeFolders, spawnApp } from '../support/electron-app'
import { openFixture } from '../support/fixtures'
import { makeHassette } from '../support/made-hassette'
import { waitFor } from '../support/wait'

/** All that a data folder holds after a clean end; the lock is an empty sign, free again. */
const EXPECTED = new Set(['logs', 'session', 'hassette.db', 'hassette.db.lock'])

const running: PlainProcess[] = []
const windows: RunningApp[] = []

function start(args: string[], env: Record<string, string> = {}): PlainProcess {
  const process = spawnApp(args, env)
  running.push(process)
  return process
}

async function open(args: string[], options: Parameters<typeof launchApp>[1] = {}): Promise<RunningApp> {
  const app = await launchApp(args, options)
  windows.push(app)
  return app
}

async function windowCount({ app }: RunningApp): Promise<number> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)
}

afterEach(async () => {
  await Promise.all(windows.splice(0).map(({ close }) => close().catch(() => undefined)))
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
  removeFolders()
})

describe('command line', () => {
  it('--version prints one line and ends, leaving nothing behind', async () => {
    const folder = join(dataFolder(), 'never')
    const process = start(['--version', '--data-dir', folder])
    expect(await process.ended).toBe(0)
    expect(process.stdout()).toMatch(/^Hassette Monitor \d+\.\d+\.\d+\S* \(Electron \d+\.\d+\.\d+\)\n$/)
    expect(existsSync(folder)).toBe(false)
  })

  it('--help names every flag', async () => {
    const process = start(['--help'])
    expect(await process.ended).toBe(0)
    for (const flag of ['--data-dir', '--db-path', '--source', '--sample', '--hidden', '--version'])
      expect(process.stdout()).toContain(flag)
  })

  it.each([
    [['--source'], {}, '--source needs a value'],
    [[], { HASSETTE_MONITOR_DB_RETENTION_DAYS: '0' }, 'a whole number from 1 to 3650'],
    [[], { HASSETTE_MONITOR_DB_MAX_SIZE_MB: '5' }, 'a whole number from 10'],
  ])('a bad value (%j %j) is one sentence and exit code 2', async (args, env, sentence) => {
    const process = start([...args], { ...env, HASSETTE_MONITOR_DATA_DIR: dataFolder() } as Record<string, string>)
    expect(await process.ended).toBe(2)
    expect(process.stderr()).toContain(sentence)
  })

  it('a data folder that cannot be made is one sentence and exit code 2', async () => {
    const file = join(dataFolder(), 'a-file')
    writeFileSync(file, '')
    const process = start(['--data-dir', join(file, 'below')])
    expect(await process.ended).toBe(2)
    expect(process.stderr()).toContain('cannot be written')
  })
})

describe('one instance a data folder', () => {
  it('a second start shows the window of the first, says so and ends', async () => {
    const first = await open(['--sample'])
    const second = start(['--data-dir', first.dataDir, '--sample'])
    expect(await second.ended).toBe(0)
    expect(second.stdout()).toContain('already running')
    expect(await windowCount(first)).toBe(1)
  })

  it('--hidden keeps running without a window, and a second start opens it', async () => {
    const dataDir = dataFolder()
    const first = start(['--hidden', '--data-dir', dataDir, '--sample'])
    await waitFor('the sample archive', () => existsSync(join(dataDir, 'sample', 'hassette.db')))
    expect(rendererRuns(first)).toBe(false)
    const second = start(['--data-dir', dataDir])
    expect(await second.ended).toBe(0)
    await waitFor('a window', () => rendererRuns(first))
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
  })

  it('two data folders do not share one archive: the second says whose it is', async () => {
    const archive = join(dataFolder(), 'shared.db')
    const source = openFixture('seed-healthy')
    const holder = start(['--hidden', '--data-dir', dataFolder(), '--db-path', archive, '--source', source])
    await waitFor('the archive', () => existsSync(archive))
    const second = await open(['--db-path', archive])
    await expect.poll(() => second.page.textContent('body'), { timeout: 15_000 }).toContain(String(holder.child.pid))
    expect(await second.page.textContent('body')).toMatch(/in use/i)
  })
})

/** So many runs take seconds to be read. */
const MANY = 300_000

/** A Hassette file of one handler with `MANY` runs up to now. */
function writeManyRuns(path: string): void {
  const home = makeHassette(path)
  const now = Date.now() / 1000
  const session = home.session(now - MANY, { stopped_at: now })
  home.run(session, now - MANY)
  home.db
    .prepare(
      `INSERT INTO executions (kind, listener_id, session_id, execution_start_ts, duration_ms, status, source_tier, execution_id)
       SELECT kind, listener_id, session_id, execution_start_ts + value, duration_ms, status, source_tier, hex(randomblob(16))
       FROM executions, (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT ?) SELECT value FROM n)`,
    )
    .run(MANY - 1)
  home.close()
}

function runsIn(archive: string): number {
  try {
    return rowsOf<{ n: number }>(archive, 'SELECT count(*) AS n FROM runs')[0]?.n ?? 0
  } catch {
    // It is being made.
    return 0
  }
}

/** Whether a renderer child of the process exists: Chromium starts one only for a window. */
function rendererRuns({ child }: PlainProcess): boolean {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        const status = readFileSync(`/proc/${pid}/status`, 'utf8')
        return command.includes('--type=renderer') && isBelow(status, child.pid ?? -1)
      } catch {
        return false
      }
    })
}

function isBelow(status: string, ancestor: number): boolean {
  for (let text = status; ;) {
    const parent = Number(/^PPid:\s+(\d+)/m.exec(text)?.[1] ?? 0)
    if (parent === ancestor) return true
    if (parent <= 1) return false
    text = readFileSync(`/proc/${parent}/status`, 'utf8')
  }
}

describe('end', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('%s ends it cleanly, also while it reads', async (signal) => {
    const folder = dataFolder()
    const [source, archive] = [join(folder, 'home.db'), join(folder, 'data', 'hassette.db')]
    writeManyRuns(source)
    const args = ['--hidden', '--data-dir', join(folder, 'data'), '--source', source]
    const process = start(args)
    await waitFor('some runs', () => runsIn(archive) > 0)
    process.child.kill(signal)
    expect(await process.ended).toBe(0)
    // A clean end checkpoints: nothing of SQLite's is left beside the archive.
    expect(existsSync(`${archive}-wal`)).toBe(false)
    // It did read when the signal came, and reads the rest when it is started again.
    expect(runsIn(archive)).toBeLessThan(MANY)
    start(args)
    await waitFor('all runs', () => runsIn(archive) === MANY, 60_000)
  })

  it('closing the window ends the app', async () => {
    const first = await open(['--sample'])
    const gone = new Promise<void>((resolve) => first.app.once('close', () => resolve()))
    await first.page.close()
    await gone
    windows.length = 0
  })
})

describe('what it leaves on disk', () => {
  it('lies in the data folder and is readable by its owner only', async () => {
    const dataDir = dataFolder()
    const process = start(['--hidden', '--data-dir', dataDir, '--source', openFixture('seed-healthy')])
    await waitFor('the archive', () => existsSync(join(dataDir, 'hassette.db')))
    for (const file of ['hassette.db', 'logs/main.log']) expect(statSync(join(dataDir, file)).mode & 0o077).toBe(0)
    process.child.kill('SIGTERM')
    await process.ended
    expect(readdirSync(dataDir).filter((name) => !EXPECTED.has(name))).toEqual([])
  })

  it('a corrupt settings file is kept, and the window says so', async () => {
    const dataDir = dataFolder()
    writeFileSync(join(dataDir, 'settings.json'), '{ not json')
    const { page } = await open(['--sample'], { dataDir })
    await page.evaluate(() => (location.hash = '#/settings'))
    const copy = await waitFor('a copy', () => readdirSync(dataDir).find((name) => name.includes('.corrupt-')))
    await expect.poll(() => page.textContent('body'), { timeout: 15_000 }).toContain(copy)
    expect(readFileSync(join(dataDir, copy), 'utf8')).toBe('{ not json')
  })

  it('settings that cannot be read stop no start: the window names the file and the reason', async () => {
    const dataDir = dataFolder()
    for (const name of ['settings.json', 'window-state.json']) mkdirSync(join(dataDir, name))
    writeFileSync(join(dataDir, 'logs'), 'no folder')
    const { page } = await open(['--sample'], { dataDir })
    await expect
      .poll(() => page.textContent('body'), { timeout: 15_000 })
      .toContain(`${join(dataDir, 'settings.json')} cannot be read: it is a folder.`)
    const change = await page.evaluate(() => window.hassetteMonitor.settings.change({ name: 'theme', value: 'dark' }))
    expect(change).toMatchObject({ ok: false, error: { code: 'settings_not_written' } })
  })

  it('settings survive a restart', async () => {
    const first = await open(['--sample'])
    await first.page.evaluate(() => window.hassetteMonitor.settings.change({ name: 'theme', value: 'dark' }))
    await first.close()
    windows.length = 0
    const again = await open(['--sample'], { dataDir: first.dataDir })
    expect(await again.app.evaluate(({ nativeTheme }) => nativeTheme.themeSource)).toBe('dark')
  })
})
