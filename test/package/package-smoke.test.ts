import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { extractFile, listPackage, statFile } from '@electron/asar'
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { _electron } from 'playwright'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { sandboxArguments } from '../../scripts/lib/launch.mjs'
import { inRepository } from '../../scripts/lib/paths.mjs'
import { rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { cleanEnvironment, electronPath } from '../support/electron-app'
import { openFixture, useTempFolder } from '../support/fixtures'
import { waitFor } from '../support/wait'
import { PACKED, endPackedApps, startPackedApp } from './packed-app'

const PACKING_TIMEOUT_MS = 300_000
const IMPORT_TIMEOUT_MS = 60_000

const APP = join(PACKED.resources, 'app.asar')

/** The files of the packed application, and whether each lies beside the archive instead of in it. */
function packedFiles(): { path: string; unpacked: boolean }[] {
  return listPackage(APP, { isPack: false }).flatMap((name) => {
    const path = name.slice(1)
    const entry = statFile(APP, path)
    return 'files' in entry
      ? []
      : [{ path: path.replaceAll('\\', '/'), unpacked: 'unpacked' in entry && entry.unpacked === true }]
  })
}

beforeAll(() => {
  execFileSync(process.execPath, [inRepository('scripts', 'package.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
}, PACKING_TIMEOUT_MS)

afterEach(endPackedApps)

describe('what is packed', () => {
  it('has the fuses of a finished application', async () => {
    const wire = await getCurrentFuseWire(PACKED.fuses)
    // Digits in the executable.
    const [off, on] = [...Buffer.from('01')]
    expect(wire).toEqual({
      version: '1',
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: off,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    })
  })

  it('is the built application and better-sqlite3, nothing else', () => {
    const paths = packedFiles().map(({ path }) => path)
    expect(paths).toEqual(expect.arrayContaining(['package.json', 'out/main/index.js', 'out/main/writer.js']))
    const isExpected = (path: string) =>
      /^(package\.json$|out\/(main|preload|renderer)\/|node_modules\/better-sqlite3\/)/.test(path)
    expect(paths.filter((path) => !isExpected(path))).toEqual([])
    expect(paths.filter((path) => /\.(map|cpp|c|h|gyp|gypi)$/.test(path))).toEqual([])
  })

  it('holds nothing of what stands in for Electron in a browser', () => {
    const scripts = packedFiles().filter(({ path }) => /^out\/.*\.(js|cjs|html)$/.test(path))
    expect(scripts.length).toBeGreaterThan(5)
    for (const { path } of scripts) {
      const text = String(extractFile(APP, join(...path.split('/'))))
      expect(/\bcallMain\b|createDevBackEnd|serveSampleHome/.exec(text)?.[0], path).toBeUndefined()
    }
  })

  it('carries the licence that a bundled package asks to be carried along', () => {
    const main = extractFile(APP, join('out', 'main', 'index.js'))
    expect(String(main)).toMatch(
      /Squirrel Chat[^]*SPDX-License-Identifier: BSD-3-Clause[^]*Redistributions in binary form/,
    )
  })

  it('has one native binary, outside of the asar', () => {
    const binaries = packedFiles().filter(({ path }) => path.endsWith('.node'))
    expect(binaries.map(({ unpacked }) => unpacked)).toEqual([true])
    expect(existsSync(join(PACKED.resources, 'app.asar.unpacked', binaries[0]!.path))).toBe(true)
  })

  it('does not hold a default application', () => {
    expect(existsSync(join(PACKED.resources, 'default_app.asar'))).toBe(false)
  })
})

describe('the packed application', () => {
  const folder = useTempFolder()

  it('reads a Hassette file into its archive and ends by SIGTERM', async () => {
    const source = openFixture('live-0.60', dirname(folder.path('x')))
    // The comparison must not open the file that the application reads.
    const copy = folder.path('copy.db')
    copyFileSync(source, copy)
    const app = startPackedApp(['--hidden', '--source', source])
    const archive = join(app.dataDir, 'hassette.db')
    const isEqual = () => {
      try {
        return compareExecutions(archive, copy).equal
      } catch {
        // The archive has no schema yet.
        return false
      }
    }
    await waitFor(`the archive to hold the file's runs\n${app.output()}`, isEqual, IMPORT_TIMEOUT_MS)
    app.child.kill('SIGTERM')
    // Windows knows no SIGTERM: there the process is simply ended.
    expect(await app.ended).toBe(process.platform === 'win32' ? 'SIGTERM' : 0)
    expect(existsSync(`${archive}-wal`)).toBe(process.platform === 'win32')
  })

  it('reads the sample home that is packed with it, and shows its window', async () => {
    const app = startPackedApp(['--sample', 'hassette-monitor://handlers'])
    const archive = join(app.dataDir, 'sample', 'hassette.db')
    const runs = (): number => {
      try {
        return rowsOf<{ n: number }>(archive, 'SELECT count(*) AS n FROM executions')[0]?.n ?? 0
      } catch {
        // It is being made.
        return 0
      }
    }
    await waitFor(`the runs of the sample\n${app.output()}`, () => runs() > 1000, IMPORT_TIMEOUT_MS)
    // No debugger gets in: the page's own title, on the page that was asked for, tells that the page runs.
    if (process.platform === 'linux') await waitForTitle('Handlers — Hassette Monitor')
  })

  it('is made of code that shows rows, here without the locks of the package', async () => {
    const source = openFixture('live-0.60', dirname(folder.path('x')))
    const data = folder.path('data')
    const app = await _electron.launch({
      executablePath: electronPath(),
      args: [...sandboxArguments(), APP, '--data-dir', data, '--source', source],
      env: cleanEnvironment(),
    })
    const page = await app.firstWindow()
    expect(page.url()).toMatch(/^app:\/\//)
    await page.getByRole('link', { name: 'Handlers' }).click()
    const rows = page.getByRole('grid').getByRole('row')
    await waitFor('rows', async () => (await rows.count()) > 5, IMPORT_TIMEOUT_MS)
    expect(await rows.nth(2).innerText()).toMatch(/\w/)
    await app.close()
  })

  it('lets no debugger in, by a port or by a pipe', async () => {
    const port = await freePort()
    const app = startPackedApp([
      '--sample',
      `--remote-debugging-port=${port}`,
      '--remote-debugging-address=0.0.0.0',
      '--remote-allow-origins=*',
      '--remote-debugging-pipe',
    ])
    app.debugging.send('{"id":1,"method":"Browser.getVersion"}\0')
    if (process.platform === 'linux') await waitForTitle('Overview — Hassette Monitor')
    else await waitFor('the archive', () => existsSync(join(app.dataDir, 'sample', 'hassette.db')))
    expect(app.output()).not.toContain('DevTools listening')
    await expect(fetch(`http://127.0.0.1:${port}/json/version`)).rejects.toThrowError()
    expect(app.debugging.heard()).toBe('')
  })

  it('does not open an inspector for anybody', async () => {
    const app = startPackedApp(['--hidden', '--sample', '--inspect=0'])
    await waitFor('the archive', () => existsSync(join(app.dataDir, 'sample', 'hassette.db')))
    expect(app.output()).not.toContain('Debugger listening')
  })
})

/** Waits for a window with this title on the display. */
async function waitForTitle(title: string): Promise<void> {
  const titles = (): string => execFileSync('xwininfo', ['-root', '-tree'], { encoding: 'utf8' })
  await waitFor(`the window "${title}"`, () => titles().includes(`"${title}"`), IMPORT_TIMEOUT_MS)
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((closed) => server.close(() => closed()))
  return port
}
