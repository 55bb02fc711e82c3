import { describe, expect, it } from 'vitest'
import { isTrustedSender } from '@main/ipc/sender'
import { assetPath } from '@main/security/asset-path'
import { CONTENT_SECURITY_POLICY } from '@main/security/csp'
import { isOwnUrl, mayOpenOutside, mayRequest } from '@main/security/origin'

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
    ['https://github.com/x', true],
    ['http://github.com/x', false],
    ['https://github.com.evil.example/', false],
    ['https://user@github.com/', false],
    ['file:///bin/sh', false],
    ['smb://share', false],
    ['not a url', false],
  ])('%s → %s', (url, expected) => {
    expect(mayOpenOutside(url)).toBe(expected)
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

  it('must be the main frame of one of our pages', () => {
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
