import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RunningApp } from '../support/electron-app'
import { REPOSITORY, choose, dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { startHassetteWriter } from '../support/hassette-writer'

/**
 * The items of Electron's own security check list, each tried in the running app; 16, a supported Electron, by
 * `test/scripts/setup.test.ts`, and 19, the fuses, by the packed one in `test/package`.
 */
let running: RunningApp
let requests = 0
const server = createServer((_request, response) => {
  requests += 1
  response.end('reached')
})
let outside = ''

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  outside = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  running = await launchApp(['--sample'])
})
afterAll(async () => {
  await running.close()
  server.close()
  removeFolders()
})

function preferences(): Promise<Record<string, unknown>> {
  return running.app.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows()
    const contents = window?.webContents as unknown as { getLastWebPreferences: () => Record<string, unknown> }
    return JSON.parse(JSON.stringify(contents.getLastWebPreferences())) as Record<string, unknown>
  })
}

/** What our scheme answers; the page itself may not fetch at all. */
function served(path: string): Promise<{ status: number; policy: string | null }> {
  return running.app.evaluate(async ({ session }, url) => {
    const answer = await session.defaultSession.fetch(url)
    return { status: answer.status, policy: answer.headers.get('content-security-policy') }
  }, `app://hassette-monitor${path}`)
}

describe('Electron security check list', () => {
  it('1 loads secure content only: every resource of the page has our scheme', async () => {
    const urls: string[] = []
    running.page.on('request', (request) => urls.push(request.url()))
    await running.page.reload()
    await running.page.getByRole('navigation').first().waitFor()
    expect(running.page.url()).toMatch(/^app:\/\/hassette-monitor\/index\.html/)
    expect(urls.length).toBeGreaterThan(1)
    expect(urls.filter((url) => !url.startsWith('app://hassette-monitor/'))).toEqual([])
  })

  it('2 has no Node in the page', async () => {
    expect(await preferences()).toMatchObject({ nodeIntegration: false })
    const seen = await running.page.evaluate(() => [typeof process, typeof require, typeof module, typeof Buffer])
    expect(seen).toEqual(['undefined', 'undefined', 'undefined', 'undefined'])
  })

  it('3 isolates the preload from the page', async () => {
    expect(await preferences()).toMatchObject({ contextIsolation: true })
    const changed = await running.page.evaluate(() => {
      try {
        Object.assign(window.hassetteMonitor.app, { info: () => 'forged' })
      } catch {
        // Frozen: that is the point.
      }
      return String(window.hassetteMonitor.app.info)
    })
    expect(changed).not.toContain('forged')
  })

  it('4 sandboxes every renderer', async () => {
    expect(await preferences()).toMatchObject({ sandbox: true })
  })

  it('5 denies permissions', async () => {
    const states = await running.page.evaluate(async () => {
      const names = ['geolocation', 'notifications', 'camera', 'microphone', 'clipboard-read'] as PermissionName[]
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state))
    })
    expect(new Set(states)).toEqual(new Set(['denied']))
  })

  it('6 keeps web security on', async () => {
    expect((await preferences())['webSecurity']).not.toBe(false)
  })

  it('7 has a content security policy that is in force', async () => {
    const result = await running.page.evaluate(async () => {
      const violation = new Promise<string>((seen) =>
        document.addEventListener('securitypolicyviolation', (event) => seen(event.effectiveDirective), { once: true }),
      )
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.body.append(script)
      return {
        violation: await violation,
        ran: 'injected' in window,
      }
    })
    expect(result).toEqual({ violation: 'script-src-elem', ran: false })
    expect((await served('/index.html')).policy).toMatch(/^default-src 'none'/)
  })

  it('8 runs no insecure content', async () => {
    expect((await preferences())['allowRunningInsecureContent']).not.toBe(true)
  })

  it('9 and 10 have no experimental or extra Blink features', async () => {
    const set = await preferences()
    expect(set['experimentalFeatures']).not.toBe(true)
    expect(set['enableBlinkFeatures'] ?? '').toBe('')
  })

  it('11 and 12 have no webviews', async () => {
    expect((await preferences())['webviewTag']).toBe(false)
    const attached = await running.page.evaluate(() => {
      const view = document.createElement('webview')
      view.setAttribute('src', 'app://hassette-monitor/index.html')
      document.body.append(view)
      const made = 'getWebContentsId' in view
      view.remove()
      return made
    })
    expect(attached).toBe(false)
  })

  it('13 does not navigate away, not even to another file of its own', async () => {
    const before = running.page.url()
    await running.app.evaluate(({ BrowserWindow }) => {
      const seen: [string, boolean][] = []
      Object.assign(globalThis, { navigations: seen })
      const [window] = BrowserWindow.getAllWindows()
      window?.webContents.on('will-frame-navigate', (event) => seen.push([event.url, event.defaultPrevented]))
    })
    const own = 'app://hassette-monitor'
    const refused = [outside, `${own}/other.html`, `${own}/index.html?x=1`, `${own}/`, 'data:text/html,x']
    for (const url of refused) {
      await running.page.evaluate((to) => {
        location.href = to
      }, url)
    }
    const seen = (): Promise<[string, boolean][]> =>
      running.app.evaluate(() => (globalThis as unknown as { navigations: [string, boolean][] }).navigations)
    // To `data:` the page itself may not go: that never comes so far.
    await expect.poll(seen).toEqual(refused.slice(0, 4).map((url) => [url, true]))
    expect(running.page.url()).toBe(before)
    expect(requests).toBe(0)
    // Within the page it moves freely.
    await running.page.evaluate(() => (location.hash = '/jobs'))
    expect(running.page.url()).toMatch(/^app:\/\/hassette-monitor\/index\.html#\/jobs/)
    await running.page.evaluate((hash) => (location.hash = hash), new URL(before).hash)
  })

  it('14 opens no new windows', async () => {
    const opened = await running.page.evaluate((url) => window.open(url) === null, outside)
    expect(opened).toBe(true)
    expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('15 hands only whole URLs of a list to the system, and one a second', async () => {
    const listed = 'https://hassette.readthedocs.io/'
    const asked = await running.app.evaluate(
      async ({ BrowserWindow, shell }, { page, others }) => {
        const urls: string[] = []
        const original = shell.openExternal
        shell.openExternal = (url) => {
          urls.push(url)
          return Promise.resolve()
        }
        const [window] = BrowserWindow.getAllWindows()
        for (const url of [...others, ...Array.from({ length: 20 }, () => page)])
          await window?.webContents.executeJavaScript(`window.open(${JSON.stringify(url)}); null`)
        shell.openExternal = original
        return urls
      },
      {
        page: listed,
        others: ['file:///bin/sh', 'https://evil.example/', 'javascript:1', `${listed}?secret`, `${listed}#secret`],
      },
    )
    expect(asked).toEqual([listed])
  })

  it('17 answers only its own main frame', async () => {
    const answered = await running.app.evaluate(
      async ({ BrowserWindow }, preload) => {
        const foreign = new BrowserWindow({
          show: false,
          webPreferences: { preload, sandbox: true, partition: 'foreign' },
        })
        await foreign.loadURL('data:text/html,<title>foreign</title>')
        const answer = (await foreign.webContents.executeJavaScript('window.hassetteMonitor.app.info()')) as unknown
        foreign.destroy()
        return answer
      },
      join(REPOSITORY, 'out', 'preload', 'index.cjs'),
    )
    expect(answered).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
  })

  it('18 serves its own scheme, from its own folder only', async () => {
    const paths = ['/index.html', '/..%2f..%2fpackage.json', '/%2e%2e/main/index.js', '/nothing.html']
    const statuses = await Promise.all(paths.map(async (path) => (await served(path)).status))
    expect(statuses).toEqual([200, 404, 404, 404])
  })

  it('20 gives the page verbs, and no Electron', async () => {
    const given = await running.page.evaluate(() => {
      const api = window.hassetteMonitor as unknown as Record<string, Record<string, unknown>>
      return Object.entries(api).map(([group, calls]) => [
        group,
        Object.values(calls).every((x) => typeof x === 'function'),
      ])
    })
    expect(Object.fromEntries(given)).toEqual({
      alerts: true,
      app: true,
      archive: true,
      settings: true,
      view: true,
      sources: true,
      runs: true,
      targets: true,
      apps: true,
      trends: true,
      sessions: true,
      coverage: true,
      storage: true,
      events: true,
    })
    expect(await running.page.evaluate(() => 'electron' in window || 'ipcRenderer' in window)).toBe(false)
  })
})

describe('a page that was taken over', () => {
  /** Calls a verb as a page would that does not care for types. */
  const call = (page: Page, verb: string, input: unknown): Promise<unknown> =>
    page.evaluate(
      ([group = '', name = '', given]) => {
        const api = window.hassetteMonitor as unknown as Record<string, Record<string, (input: unknown) => unknown>>
        return api[group]?.[name]?.(given)
      },
      [...verb.split('.'), input] as [string, string, unknown],
    )

  it('names no file to be written, read or moved: only the dialog does, one at a time', async () => {
    const writer = await startHassetteWriter(join(dataFolder(), 'hassette.db'), { onEnd: onTestFinished })
    await writer.run({ count: 50 })
    const { app, page, close } = await launchApp(['--source', writer.path])
    await expect
      .poll(() => page.evaluate(() => window.hassetteMonitor.sources.list()))
      .toMatchObject({ value: [{ state: { kind: 'live' } }] })
    const foreign = join(dataFolder(), 'notes.txt')
    writeFileSync(foreign, '')
    const wal = `${writer.path}-wal`
    const { ino } = statSync(wal)
    await app.evaluate(({ dialog }) => {
      const asked = { times: 0 }
      Object.assign(globalThis, { asked })
      dialog.showSaveDialog = () => {
        asked.times += 1
        return new Promise(() => undefined)
      }
    })
    for (const path of [wal, foreign, join(dataFolder(), 'new.db')]) {
      for (const [verb, input] of [
        ['storage.backUp', { path }],
        ['storage.backUp', path],
        ['storage.restore', { path }],
        ['storage.move', { path, how: 'copy' }],
        ['storage.move', { path, how: 'fresh' }],
        ['settings.change', { name: 'db_path', value: path }],
        ['settings.change', { name: 'sources', value: [path] }],
        ['archive.repair', path],
        ['app.showArchive', { path }],
        ['app.openLogs', { path }],
      ] as const) {
        expect(await call(page, verb, input)).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
      }
    }
    const times = (): Promise<number> =>
      app.evaluate(() => (globalThis as unknown as { asked: { times: number } }).asked.times)
    expect(await times()).toBe(0)
    const answers = await page.evaluate(async () => {
      const flood = Array.from({ length: 20 }, () => window.hassetteMonitor.storage.backUp())
      const refused = await Promise.all(flood.slice(1))
      return refused.map((answer) => !answer.ok && answer.error.code)
    })
    expect(new Set(answers)).toEqual(new Set(['busy']))
    expect(await times()).toBe(1)
    expect([statSync(wal).ino, readFileSync(foreign, 'utf8'), existsSync(`${wal}.lock`)]).toEqual([ino, '', false])
    await close()
  })

  it('harms no file that somebody chooses by mistake', async () => {
    const writer = await startHassetteWriter(join(dataFolder(), 'hassette.db'), { onEnd: onTestFinished })
    await writer.run({ count: 50 })
    const { app, page, close } = await launchApp(['--source', writer.path])
    const runs = async (): Promise<number> => {
      const answer = await page.evaluate(() => window.hassetteMonitor.sources.list())
      return answer.ok ? answer.value.reduce((sum, one) => sum + one.appRuns + one.frameworkRuns, 0) : 0
    }
    await expect.poll(runs).toBe(50)
    const foreign = join(dataFolder(), 'notes.txt')
    writeFileSync(foreign, '')
    const wal = `${writer.path}-wal`
    const { ino } = statSync(wal)
    for (const [path, code] of [
      [wal, 'archive_foreign'],
      [writer.path, 'archive_foreign'],
      [foreign, 'archive_unreadable'],
    ] as const) {
      await choose(app, path)
      for (const verb of ['storage.backUp', 'storage.move'] as const) {
        const input = verb === 'storage.move' ? { how: 'fresh' } : undefined
        expect(await call(page, verb, input)).toMatchObject({
          ok: true,
          value: { outcome: 'failed', problem: { code } },
        })
      }
    }
    expect([statSync(wal).ino, readFileSync(foreign, 'utf8')]).toEqual([ino, ''])
    await writer.run({ count: 5 })
    await expect.poll(runs, { timeout: 20_000 }).toBe(55)
    await close()
  })

  it('opens folders and shows notifications once a second at most', async () => {
    const opened = await running.app.evaluate(async ({ BrowserWindow, shell }) => {
      const paths: string[] = []
      const original = shell.openPath
      shell.openPath = (path) => {
        paths.push(path)
        return Promise.resolve('')
      }
      const [window] = BrowserWindow.getAllWindows()
      const script =
        'Promise.all(Array.from({ length: 50 }, () => window.hassetteMonitor.app.openLogs())).then(() => null)'
      await window?.webContents.executeJavaScript(script)
      shell.openPath = original
      return paths.length
    })
    expect(opened).toBe(1)
    const shown = await running.page.evaluate(async () => {
      const { alerts } = window.hassetteMonitor
      const answers = await Promise.all(Array.from({ length: 50 }, () => alerts.tryNotification()))
      return answers.filter((answer) => answer.ok).length
    })
    expect(shown).toBe(1)
  })
})
