import { describe, expect, it } from 'vitest'
import { words } from '@shared/messages'
import { isMaintained } from '@shared/electron-support.mjs'
import { devDependencies } from '../../package.json'
import { lacksDisplay } from '../../scripts/lib/display.mjs'
import { missCounts, resolutionOrder, runtimeNotice } from '../../scripts/lib/electron-runtime.mjs'
import { compilerEnvironment, needsCompiledAddon, reducedLock } from '../../scripts/lib/native.mjs'
import { installMatchesLock, packagesStamp } from '../../scripts/lib/packages.mjs'
import { packagesFor, parseLdconfig, parseLdd } from '../../scripts/lib/system-libs.mjs'
import { installableName } from '../../scripts/lib/system-packages.mjs'

describe('which Electron', () => {
  const facts = { override: undefined, officialThere: false, registryPossible: true, missedRecently: false }

  it.each([
    ['the user names one', { override: '/opt/electron', officialThere: true }, ['override']],
    ['the official one is there', { officialThere: true, missedRecently: true }, ['official']],
    ['nothing is there', {}, ['download', 'registry']],
    ['the download failed a short while ago', { missedRecently: true }, ['registry']],
    ['the system has no registry runtime', { registryPossible: false, missedRecently: true }, ['download']],
  ])('when %s', (_name, change, order) => {
    expect(resolutionOrder({ ...facts, ...change })).toEqual(order)
  })

  it('remembers a failed download for a day and for one version', () => {
    const day = 24 * 3600 * 1000
    const miss = { version: '45.4.1', at: 1_000_000 }
    expect(missCounts(miss, '45.4.1', miss.at + day - 1)).toBe(true)
    expect(missCounts(miss, '45.4.1', miss.at + day)).toBe(false)
    expect(missCounts(miss, '45.5.0', miss.at + 1)).toBe(false)
    expect(missCounts(miss, '45.4.1', miss.at - 1)).toBe(false)
    expect(missCounts(null, '45.4.1', 0)).toBe(false)
  })
})

describe('an Electron that its makers no longer maintain', () => {
  it.each([
    ['46.0.0', true],
    ['45.4.1', true],
    ['45.0.0-beta.1', true],
    ['43.0.0', true],
    ['42.9.9', false],
    ['33.2.1', false],
    ['9.4.4', false],
    ['unknown', true],
    [undefined, true],
  ])('beside a pinned 45.4.1: %s → maintained: %s', (version, maintained) => {
    expect(isMaintained(version, '45.4.1')).toBe(maintained)
  })

  it('is never the one that is shipped, which is pinned to a release', () => {
    expect(devDependencies.electron).toMatch(/^\d+\.\d+\.\d+$/)
    expect(Number.parseInt(devDependencies.electron, 10)).toBeGreaterThanOrEqual(45)
  })

  it('is named when the app starts, whoever chose it', () => {
    const notice = (kind: 'override' | 'official' | 'registry', version: string): string | null =>
      runtimeNotice({ kind, version, dist: '/e', executable: '/e/electron' }, '45.4.1')
    expect(notice('official', '45.4.1')).toBeNull()
    expect(notice('override', '44.0.0')).toBeNull()
    expect(notice('override', '41.0.0')).toBe(
      'Note: Electron 41.0.0 is no longer maintained by its makers: for testing only.',
    )
    expect(notice('registry', '33.2.1')).toBe(
      'Note: Electron 45.4.1 could not be downloaded from its release host, so 33.2.1 is in use. ' +
        'HASSETTE_MONITOR_RETRY_ELECTRON=1 tries it again. ' +
        'Electron 33.2.1 is no longer maintained by its makers: for testing only.',
    )
    expect(notice('registry', '45.0.0')).not.toContain('maintained')
  })

  it('is named in the settings', () => {
    expect(words.settings.about({ electron: '45.4.1', electronMaintained: true })).toBe('MIT licence · Electron 45.4.1')
    expect(words.settings.about({ electron: '33.2.1', electronMaintained: false })).toBe(
      'MIT licence · Electron 33.2.1 — no longer maintained by its makers, for testing only',
    )
  })
})

describe('the npm packages', () => {
  const lock = {
    packages: {
      '': { name: 'app' },
      'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
      'node_modules/mac-only': { version: '1.0.0', integrity: 'sha512-m', optional: true },
    },
  }
  const installed = (packages: object) => installMatchesLock(lock, { packages: packages as Record<string, unknown> })

  it('are stamped by lock file and major versions only', () => {
    const stamp = packagesStamp('{}', 'v20.19.0', '10.8.2')
    expect(packagesStamp('{}', 'v20.20.2', '10.9.0')).toBe(stamp)
    expect(packagesStamp('{ }', 'v20.19.0', '10.8.2')).not.toBe(stamp)
    expect(packagesStamp('{}', 'v22.1.0', '10.8.2')).not.toBe(stamp)
    expect(packagesStamp('{}', 'v20.19.0', '11.0.0')).not.toBe(stamp)
  })

  it('match the lock file without the binaries of other systems', () => {
    expect(installed({ 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } })).toBe(true)
  })

  it.each([
    ['one is missing', {}],
    ['one has another version', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['one has other content', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-x' } }],
    [
      'there is one too many',
      { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' }, 'node_modules/b': { version: '1.0.0' } },
    ],
  ])('do not match when %s', (_name, packages) => {
    expect(installed(packages)).toBe(false)
  })
})

describe('the native addon', () => {
  it.each([
    [['9', '10'], true],
    [['10', '9'], true],
    [['10', '10'], false],
    [[137], false],
  ])('for Node-API %s is compiled: %s', (versions, expected) => {
    expect(needsCompiledAddon(versions)).toBe(expected)
  })

  it('is fetched with the hashes of the lock file and nothing else', () => {
    const lock = {
      lockfileVersion: 3,
      packages: {
        '': {},
        'node_modules/addon': { version: '2.0.0', integrity: 'sha512-1', dependencies: { helper: '^1.0.0' } },
        'node_modules/helper': { version: '1.2.0', integrity: 'sha512-2' },
        'node_modules/other': { version: '9.0.0' },
      },
    }
    const reduced = reducedLock(lock, 'addon')
    expect(reduced.manifest).toMatchObject({ dependencies: { addon: '2.0.0' } })
    const { packages } = reduced.lock as { packages: Record<string, { integrity?: string }> }
    expect(Object.keys(packages)).toEqual(['', 'node_modules/addon', 'node_modules/helper'])
    expect(packages['node_modules/helper']?.integrity).toBe('sha512-2')
  })

  it('is compiled without a foreign nodedir and with the flags of the user', () => {
    const environment = compilerEnvironment({
      npm_config_nodedir: '',
      NPM_CONFIG_NODEDIR: '/x',
      CXXFLAGS: '-g',
      A: '1',
    })
    expect(Object.keys(environment).sort()).toEqual(['A', 'CXXFLAGS'])
    expect(environment.CXXFLAGS).toMatch(/^-g -UNAPI_VERSION /)
  })
})

describe('the system', () => {
  it('reads ldd', () => {
    const text = `
      linux-vdso.so.1 (0x00007ffc)
      libnss3.so => not found
      libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)
      libnss3.so => not found`
    expect(parseLdd(text)).toEqual({ found: ['/lib/x86_64-linux-gnu/libc.so.6'], missing: ['libnss3.so'] })
  })

  it('reads ldconfig and does not take a longer name for a shorter', () => {
    const text = '\tlibXss.so.1 (libc6,x86-64) => /lib/libXss.so.1\n\tlibgtk-3.so.00 (libc6) => /lib/x\n'
    expect(parseLdconfig(text, ['libXss.so.1', 'libgtk-3.so.0'])).toEqual({
      found: ['/lib/libXss.so.1'],
      missing: ['libgtk-3.so.0'],
    })
  })

  it('names each package once, and the libraries it has no package for', () => {
    expect(packagesFor(['libnss3.so', 'libsmime3.so', 'libodd.so.1', 'libXss.so.1'])).toEqual({
      packages: ['libnss3', 'libxss1'],
      unknown: ['libodd.so.1'],
    })
  })

  it('takes the package with the suffix of the 64-bit time change where there is one', () => {
    const policy = [
      'libasound2:\n  Installed: (none)\n  Candidate: (none)\n',
      'libasound2t64:\n  Installed: (none)\n  Candidate: 1.2.11\n',
      'libgbm1t64:\n  Installed: (none)\n  Candidate: (none)\n',
    ].join('')
    expect(installableName('libasound2', policy)).toBe('libasound2t64')
    expect(installableName('libgbm1', policy)).toBe('libgbm1')
  })

  it.each([
    ['linux', {}, true],
    ['linux', { DISPLAY: '' }, true],
    ['linux', { DISPLAY: ':0' }, false],
    ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, false],
    ['win32', {}, false],
  ])('on %s with %j lacks a display: %s', (system, environment, expected) => {
    expect(lacksDisplay(system, environment)).toBe(expected)
  })
})
