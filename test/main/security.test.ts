import { describe, expect, it } from 'vitest'
import { isReservedName } from '@main/archive/files'
import { isTrustedSender } from '@main/ipc/router'
import {
  assetPath,
  CONTENT_SECURITY_POLICY,
  devServerOf,
  isOwnPage,
  isOwnUrl,
  mayOpenOutside,
  mayRequest,
  chromiumSwitches,
} from '@main/security/policy'
import { isNetworkPath, typedPath } from '@main/util/user-path'
import { oneAtATime, oncePer } from '@main/util/concurrency'

const packaged = { devServer: null }
const development = { devServer: 'http://localhost:5173' }

describe('own pages', () => {
  it.each([
    ['app://hassette-monitor/index.html', true],
    ['app://hassette-monitor/index.html#/history', true],
    ['app://other/index.html', false],
    ['app://user@hassette-monitor/index.html', false],
    ['app://hassette-monitor:1/index.html', false],
    ['app://hassette-monitor.evil.example/', false],
    ['file:///etc/passwd', false],
    ['http://localhost:5173/', false],
    ['about:blank', false],
    ['javascript:alert(1)', false],
    ['', false],
  ])('%s → %s', (url, expected) => {
    expect(isOwnUrl(url, packaged)).toBe(expected)
  })

  it('takes the dev server in development only, and only its exact origin', () => {
    expect(isOwnUrl('http://localhost:5173/index.html', development)).toBe(true)
    expect(isOwnUrl('http://localhost:51730/', development)).toBe(false)
    expect(isOwnUrl('http://localhost:5173.evil.example/', development)).toBe(false)
  })
})

describe('the page', () => {
  it.each([
    ['app://hassette-monitor/index.html', true],
    ['app://hassette-monitor/index.html#/history?range=7d', true],
    ['app://hassette-monitor/', false],
    ['app://hassette-monitor/other.html', false],
    ['app://hassette-monitor/assets/index.js', false],
    ['app://hassette-monitor/index.html/', false],
    ['app://hassette-monitor/index.html?x=1', false],
    ['app://hassette-monitor/assets/../index.html.js', false],
    ['app://other/index.html', false],
    ['data:text/html,x', false],
    ['blob:app://hassette-monitor/1', false],
    ['not a url', false],
  ])('%s → %s', (url, expected) => {
    expect(isOwnPage(url, packaged)).toBe(expected)
  })

  it('is that of the dev server in development only', () => {
    expect(isOwnPage('http://localhost:5173/index.html#/jobs', development)).toBe(true)
    expect(isOwnPage('http://localhost:5173/other.html', development)).toBe(false)
    const env = { ELECTRON_RENDERER_URL: 'http://localhost:5173' }
    expect([devServerOf(env, false), devServerOf(env, true), devServerOf({}, false)]).toEqual([
      'http://localhost:5173',
      null,
      null,
    ])
  })
})

describe('what Chromium is started with', () => {
  const valueOf = (name: string, devServer: string | null = null) =>
    new Map(chromiumSwitches(devServer, false).set).get(name)

  it('resolves nothing, and goes by a proxy that is not there even to this computer', () => {
    expect(valueOf('host-resolver-rules')).toBe('MAP * ^NOTFOUND')
    expect(valueOf('proxy-server')).toMatch(/^socks5:\/\/[\w.]+\.invalid:\d+$/)
    expect(valueOf('proxy-bypass-list')).toBe('<-loopback>')
    // Each of these would win over the proxy.
    expect(chromiumSwitches(null, false).remove).toEqual(
      expect.arrayContaining(['no-proxy-server', 'proxy-pac-url', 'proxy-auto-detect']),
    )
  })

  it('reaches the dev server in development, and nothing else', () => {
    expect(valueOf('host-resolver-rules', 'http://localhost:5173/')).toBe('MAP * ^NOTFOUND, EXCLUDE localhost')
    expect(valueOf('proxy-bypass-list', 'http://localhost:5173/')).toBe('<-loopback>;localhost:5173')
  })

  it('has no debugger in a packaged app, and keeps it for development', () => {
    const doors = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-debugging-address']
    expect(chromiumSwitches(null, true).remove).toEqual(expect.arrayContaining(doors))
    expect(chromiumSwitches(null, false).remove).not.toEqual(expect.arrayContaining([doors[0]]))
  })
})

describe('requests', () => {
  it.each(['https://example.org/x', 'http://127.0.0.1:8126/api', 'ws://127.0.0.1/', 'file:///etc/hosts', 'blob:x'])(
    'blocks %s',
    (url) => {
      expect(mayRequest(url, packaged)).toBe(false)
    },
  )

  it('lets our scheme pass', () => {
    expect(mayRequest('app://hassette-monitor/assets/a.js', packaged)).toBe(true)
  })
})

describe('links to the outside', () => {
  it.each([
    ['https://hassette.readthedocs.io/', true],
    ['https://hassette.readthedocs.io', false],
    ['https://hassette.readthedocs.io/?secret', false],
    ['https://hassette.readthedocs.io/#secret', false],
    ['https://hassette.readthedocs.io/secret', false],
    ['https://user@hassette.readthedocs.io/', false],
    ['https://hassette.readthedocs.io:444/', false],
    ['http://hassette.readthedocs.io/', false],
    ['https://hassette.readthedocs.io.evil.example/', false],
    ['https://github.com/x', false],
    ['file:///bin/sh', false],
    ['smb://share', false],
    ['not a url', false],
  ])('%s → %s', (url, expected) => {
    expect(mayOpenOutside(url)).toBe(expected)
  })
})

describe('what reaches outside of the window', () => {
  it('happens once in a while, however often it is asked for', () => {
    let nowMs = 5000
    const inTurn = oncePer(1000, () => nowMs)
    inTurn()
    const again = () => expect(inTurn).toThrowError(expect.objectContaining({ code: 'busy' }))
    again()
    nowMs += 999
    again()
    nowMs += 1
    inTurn()
    again()
  })

  it('asks one question at a time', async () => {
    const alone = oneAtATime('A choice is waited for.', 'Answer the dialog that is open first.')
    let answer: (path: string) => void = () => undefined
    const first = alone(() => new Promise<string>((resolve) => (answer = resolve)))
    await expect(alone(() => Promise.resolve('/b'))).rejects.toMatchObject({ code: 'busy' })
    answer('/a')
    expect(await first).toBe('/a')
    await expect(alone(() => Promise.reject(new Error('closed')))).rejects.toThrowError('closed')
    expect(await alone(() => Promise.resolve('/c'))).toBe('/c')
  })
})

describe('paths of another computer', () => {
  it.each([
    '\\\\server\\share\\hassette.db',
    '//server/share/hassette.db',
    '\\/server/share/hassette.db',
    '/\\server\\share',
    '  \\\\server\\share',
    '\\\\?\\UNC\\server\\share\\hassette.db',
    '\\\\?\\GLOBALROOT\\Device\\Mup\\server\\share',
    '\\\\.\\pipe\\x',
  ])('%s is one on Windows', (path) => {
    expect(isNetworkPath(path, 'win32')).toBe(true)
    expect(() => typedPath(path, 'C:\\Users\\me', 'win32')).toThrowError(
      expect.objectContaining({ code: 'invalid_input' }),
    )
  })

  it.each(['C:\\data\\hassette.db', 'Z:/hassette.db', '~\\hassette.db', '\\data\\hassette.db', 'a\\\\b'])(
    '%s is none',
    (path) => expect(isNetworkPath(path, 'win32')).toBe(false),
  )

  it('knows none elsewhere', () => {
    expect(isNetworkPath('//server/share', 'linux')).toBe(false)
    expect(isNetworkPath('//server/share', 'darwin')).toBe(false)
  })
})

describe('names beside a database', () => {
  it.each([
    ['/srv/hassette.db-wal', 'linux'],
    ['/srv/hassette.db-SHM', 'linux'],
    ['/srv/hassette.db-journal', 'linux'],
    ['/srv/anything.lock', 'linux'],
    ['/srv/hassette.db-wal ', 'linux'],
    ['/srv/hassette.db-wal/', 'linux'],
    ['/srv/hassette.db.copy-unfinished', 'linux'],
    ['/srv/hassette.db.old-while-compacting', 'linux'],
    ['C:\\srv\\hassette.db-Wal.', 'win32'],
    ['C:\\srv\\hassette.db-wal. .', 'win32'],
    ['C:\\srv\\hassette.db-wal::$DATA', 'win32'],
    ['C:/srv/hassette.DB-WAL', 'win32'],
  ] as const)('%s (%s) is one', (path, platform) => {
    expect(isReservedName(path, platform)).toBe(true)
  })

  it.each([
    ['/srv/hassette.db', 'linux'],
    ['/srv/a-wal/hassette.db', 'linux'],
    ['/srv/hassette-backup-2026-11-25.db', 'linux'],
    ['/srv/wal', 'linux'],
    ['/srv/x.lock.db', 'linux'],
    ['C:\\a.lock\\hassette.db', 'win32'],
  ] as const)('%s (%s) is none', (path, platform) => {
    expect(isReservedName(path, platform)).toBe(false)
  })
})

describe('assetPath', () => {
  it('finds a file inside the folder', () => {
    expect(assetPath('/srv/ui', '/assets/a.js')).toEqual({
      file: '/srv/ui/assets/a.js',
      type: 'text/javascript; charset=utf-8',
    })
  })

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/..%5csecret.js',
    '/a%00.js',
    '/%',
    '/',
    '/assets/a.exe',
    '/assets/noextension',
    '//etc/passwd',
  ])('refuses %s', (path) => {
    expect(assetPath('/srv/ui', path)).toBeNull()
  })
})

describe('sender of a call', () => {
  const url = 'app://hassette-monitor/index.html'

  it('must be the main frame of the page', () => {
    expect(isTrustedSender({ url: 'app://hassette-monitor/other.html', parent: null }, packaged)).toBe(false)
    expect(isTrustedSender({ url, parent: null }, packaged)).toBe(true)
    expect(isTrustedSender({ url, parent: {} }, packaged)).toBe(false)
    expect(isTrustedSender({ url: 'https://example.org/', parent: null }, packaged)).toBe(false)
    expect(isTrustedSender(null, packaged)).toBe(false)
  })
})

describe('content security policy', () => {
  it('allows nothing but our own files', () => {
    expect(CONTENT_SECURITY_POLICY).toMatch(/^default-src 'none';/)
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:/)
  })
})
