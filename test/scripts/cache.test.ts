import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contentStamp } from '../../scripts/lib/build.mjs'
import { cacheFolderFor, isStaleLock, withLock } from '../../scripts/lib/cache.mjs'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the build stamp', () => {
  it('changes with names and contents, not with times', () => {
    mkdirSync(join(folder, 'src'))
    writeFileSync(join(folder, 'src', 'a.ts'), 'a')
    const stamp = () => contentStamp(folder, ['src', 'missing.json'])
    const first = stamp()
    utimesSync(join(folder, 'src', 'a.ts'), 1, 1)
    expect(stamp()).toBe(first)
    writeFileSync(join(folder, 'src', 'a.ts'), 'b')
    expect(stamp()).not.toBe(first)
    writeFileSync(join(folder, 'src', 'a.ts'), 'a')
    writeFileSync(join(folder, 'missing.json'), '')
    expect(stamp()).not.toBe(first)
  })
})

describe('the cache', () => {
  it.each([
    ['linux', {}, '/home/me/.cache/hassette-monitor'],
    ['linux', { XDG_CACHE_HOME: '/c' }, '/c/hassette-monitor'],
    ['darwin', {}, '/home/me/Library/Caches/hassette-monitor'],
    ['win32', { LOCALAPPDATA: '/local', XDG_CACHE_HOME: '/c' }, '/local/hassette-monitor'],
  ])('lies on %s with %j in %s', (system, environment, expected) => {
    expect(cacheFolderFor(system, environment, '/home/me')).toBe(expected)
  })

  it('lets one worker in at a time', async () => {
    const target = join(folder, 'thing')
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setImmediate(resolve))
      inside--
    }
    await Promise.all([withLock(target, work), withLock(target, work), withLock(target, work)])
    expect(most).toBe(1)
  })

  it('opens again after a failure', async () => {
    const target = join(folder, 'thing')
    await expect(withLock(target, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await expect(withLock(target, async () => 'fine')).resolves.toBe('fine')
  })

  it('removes what an interrupted run left of the same target', async () => {
    const target = join(folder, 'thing')
    mkdirSync(`${target}.tmp-1-abc`)
    mkdirSync(join(folder, 'thing2.tmp-1-abc'))
    const left = await withLock(target, async () => contentStamp(folder, ['thing.tmp-1-abc']))
    expect(left).toBe(contentStamp(folder, []))
    expect(() => mkdirSync(join(folder, 'thing2.tmp-1-abc'))).toThrow('EEXIST')
  })

  it('knows a lock whose owner is gone', () => {
    const lock = join(folder, 'x.lock')
    const sign = (pid: number, host: string) => writeFileSync(join(lock, 'owner.json'), JSON.stringify({ pid, host }))
    expect(isStaleLock(lock)).toBe(false)
    mkdirSync(lock)
    expect(isStaleLock(lock)).toBe(false)
    sign(process.pid, hostname())
    expect(isStaleLock(lock)).toBe(false)
    // Linux hands out no numbers that high.
    sign(2 ** 30, hostname())
    expect(isStaleLock(lock)).toBe(true)
    sign(2 ** 30, 'another-machine')
    expect(isStaleLock(lock)).toBe(false)
    expect(isStaleLock(lock, Date.now() + 61_000)).toBe(true)
  })
})
