import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RunningApp } from '../support/electron-app'
import { REPOSITORY, launchApp, removeFolders } from '../support/electron-app'

/** The items of Electron's own security check list, each tried in the running app. */
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

  it('13 does not navigate away', async () => {
    const before = running.page.url()
    await running.page.evaluate((url) => {
      location.href = url
    }, outside)
    await running.page.evaluate(() => new Promise((settled) => requestAnimationFrame(() => settled(null))))
    expect(running.page.url()).toBe(before)
    expect(requests).toBe(0)
  })

  it('14 opens no new windows', async () => {
    const opened = await running.page.evaluate((url) => window.open(url) === null, outside)
    expect(opened).toBe(true)
    expect(await running.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1)
  })

  it('15 hands only listed https links to the system', async () => {
    const asked = await running.app.evaluate(async ({ BrowserWindow, shell }) => {
      const urls: string[] = []
      const original = shell.openExternal
      shell.openExternal = (url) => {
        urls.push(url)
        return Promise.resolve()
      }
      const [window] = BrowserWindow.getAllWindows()
      for (const url of ['file:///bin/sh', 'https://evil.example/', 'javascript:1', 'https://github.com/x'])
        await window?.webContents.executeJavaScript(`window.open(${JSON.stringify(url)}); null`)
      shell.openExternal = original
      return urls
    })
    expect(asked).toEqual(['https://github.com/x'])
  })

  it('16 pins a supported Electron', () => {
    const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>
    }
    expect(manifest.devDependencies['electron']).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Number(manifest.devDependencies['electron']?.split('.')[0])).toBeGreaterThanOrEqual(45)
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

  it('19 sets every fuse in the package', () => {
    // What the packed binary says is read in test/package; here: nobody dropped one from the recipe.
    const recipe = readFileSync(join(REPOSITORY, 'electron-builder.yml'), 'utf8')
    for (const fuse of [
      'runAsNode: false',
      'enableCookieEncryption: true',
      'enableNodeOptionsEnvironmentVariable: false',
      'enableNodeCliInspectArguments: false',
      'enableEmbeddedAsarIntegrityValidation: true',
      'onlyLoadAppFromAsar: true',
      'grantFileProtocolExtraPrivileges: false',
    ])
      expect(recipe).toContain(fuse)
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

  it('reaches no network at all', async () => {
    const failed = await running.page.evaluate(async (url) => {
      const tries = [fetch(url), new Promise((_, no) => Object.assign(new Image(), { src: url, onerror: no }))]
      const results = await Promise.allSettled(tries)
      return results.every((result) => result.status === 'rejected')
    }, outside)
    expect(failed).toBe(true)
    const bySession = await running.app.evaluate(async ({ session }, url) => {
      return session.defaultSession.fetch(url).then(
        () => 'reached',
        () => 'blocked',
      )
    }, outside)
    expect(bySession).toBe('blocked')
    expect(requests).toBe(0)
  })
})
