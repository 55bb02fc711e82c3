import { describe, expect, it } from 'vitest'
import { FUSE_NAMES, STOCK_FUSES, readFuses, setFuses } from '../../scripts/lib/fuses.mjs'

const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

function executable(digits: string, version = 1) {
  const wire = Buffer.concat([Buffer.from(SENTINEL), Buffer.from([version, digits.length]), Buffer.from(digits)])
  return Buffer.concat([Buffer.from('some code '), wire, Buffer.from(' more code')])
}

describe('fuses', () => {
  it('reads digits by position', () => {
    expect(readFuses(executable('10110101'))).toEqual({
      runAsNode: true,
      cookieEncryption: false,
      nodeOptions: true,
      nodeCliInspect: true,
      asarIntegrity: false,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: true,
    })
  })

  it('sets all of them and touches nothing else', () => {
    const before = executable('00000011')
    const after = Buffer.from(before)
    setFuses(after, STOCK_FUSES)
    expect(readFuses(after)).toEqual(STOCK_FUSES)
    expect(after.toString().replace('10110001', '00000011')).toBe(before.toString())
  })

  it('leaves out removed fuses and those an older Electron lacks', () => {
    const old = executable('0r1')
    setFuses(old, STOCK_FUSES)
    expect(readFuses(old)).toEqual({ runAsNode: true, nodeOptions: true })
    expect(old.toString()).toContain('1r1 more code')
  })

  it.each([
    ['without a sentinel', Buffer.from('nothing'), /missing/],
    ['with two', Buffer.concat([executable('1'), executable('1')]), /twice/],
    ['of an unknown version', executable('1', 2), /version 2/],
  ])('refuses a file %s', (_name, file, message) => {
    expect(() => readFuses(file)).toThrow(message)
    expect(() => setFuses(file, {})).toThrow(message)
  })

  it('has a stock value for every fuse', () => {
    expect(Object.keys(STOCK_FUSES)).toEqual([...FUSE_NAMES])
  })
})
