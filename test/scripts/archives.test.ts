import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { packAsar, readAsar } from '../../scripts/lib/asar.mjs'
import { findInTar, runtimePathOf } from '../../scripts/lib/registry-runtime.mjs'
import { readZipDirectory, readZipEntry } from '../../scripts/lib/zip.mjs'

const readFrom = (file: Buffer) => (offset: number, length: number) => file.subarray(offset, offset + length)

/** Writes a zip as `zip` does: local header, content, central directory, end record with a comment. */
function makeZip(files: { name: string; content: Buffer; packed: boolean; mode: number }[]) {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const body = file.packed ? deflateRawSync(file.content) : file.content
    const common = Buffer.alloc(26)
    common.writeUInt16LE(file.packed ? 8 : 0, 4)
    common.writeUInt32LE(crc32(file.content), 10)
    common.writeUInt32LE(body.length, 14)
    common.writeUInt32LE(file.content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const extra = Buffer.from('extra!')
    const local = Buffer.concat([Buffer.from('504b0304', 'hex'), common, name, extra, body])
    local.writeUInt16LE(extra.length, 28)
    const entry = Buffer.alloc(46)
    entry.writeUInt32LE(0x02014b50, 0)
    common.copy(entry, 6, 0, 24)
    entry.writeUInt32LE((file.mode << 16) >>> 0, 38)
    entry.writeUInt32LE(offset, 42)
    locals.push(local)
    directory.push(entry, name)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(7, 20)
  return Buffer.concat([...locals, central, end, Buffer.from('comment')])
}

const FILES = [
  { name: 'a/tool', content: Buffer.from('run '.repeat(1000)), packed: true, mode: 0o755 },
  { name: 'b.txt', content: Buffer.from('as it is'), packed: false, mode: 0o644 },
  { name: 'empty', content: Buffer.alloc(0), packed: false, mode: 0 },
]

describe('zip', () => {
  it('lists and reads stored and deflated entries with their modes', () => {
    const zip = makeZip(FILES)
    const entries = readZipDirectory(readFrom(zip), zip.length)
    expect(entries.map(({ name, mode }) => ({ name, mode }))).toEqual(FILES.map(({ name, mode }) => ({ name, mode })))
    for (const [index, entry] of entries.entries()) {
      expect(readZipEntry(readFrom(zip), entry)).toEqual(FILES[index]!.content)
    }
  })

  it('notices a changed byte', () => {
    const zip = makeZip(FILES)
    zip[zip.indexOf('as it is')]! ^= 1
    const [, stored] = readZipDirectory(readFrom(zip), zip.length)
    expect(() => readZipEntry(readFrom(zip), stored!)).toThrow('damaged in the zip: b.txt')
  })

  it('refuses what is no zip, and a cut directory', () => {
    expect(() => readZipDirectory(readFrom(Buffer.alloc(100)), 100)).toThrow('not a zip')
    const zip = makeZip(FILES)
    zip.writeUInt16LE(9, zip.length - 7 - 22 + 10)
    expect(() => readZipDirectory(readFrom(zip), zip.length)).toThrow('ends early')
  })
})

describe('asar', () => {
  it('gives back what was packed', () => {
    const contents = { 'main.js': Buffer.from('export {}'), 'package.json': Buffer.from('{"name":"é"}') }
    const read = readAsar(packAsar(contents))
    expect([...read.keys()]).toEqual(['main.js', 'package.json'])
    for (const [name, { content }] of read) expect(content).toEqual(contents[name as keyof typeof contents])
  })

  it('writes no folders', () => {
    expect(() => packAsar({ 'a/b': Buffer.alloc(1) })).toThrow('flat')
  })
})

describe('the registry runtime', () => {
  it.each([
    ['Cypress/Cypress', 'electron'],
    ['Cypress/LICENSE.electron.txt', 'LICENSE'],
    ['Cypress/locales/de.pak', 'locales/de.pak'],
    ['Cypress/libEGL.so', 'libEGL.so'],
    ['Cypress/resources/app/index.js', null],
    ['Cypress/browser_v8_context_snapshot.bin', null],
    ['Cypress/locales/../../x.pak', null],
    ['libEGL.so', null],
  ])('takes %s as %s', (path, expected) => {
    expect(runtimePathOf(path)).toBe(expected)
  })

  it('finds a file in a tar', () => {
    const member = (name: string, content: string) => {
      const header = Buffer.alloc(512)
      header.write(name)
      header.write(content.length.toString(8).padStart(11, '0'), 124)
      return Buffer.concat([header, Buffer.alloc(Math.ceil(content.length / 512) * 512, content.padEnd(512, '\0'))])
    }
    const tar = Buffer.concat([
      member('package/a.js', 'x'.repeat(512)),
      member('package/b.zip', 'zip'),
      Buffer.alloc(1024),
    ])
    expect(findInTar(readFrom(tar), '.zip')).toEqual({ offset: 1536, size: 3 })
    expect(() => findInTar(readFrom(tar), '.exe')).toThrow('no *.exe')
  })
})
