/** A reader for plain zip files (no zip64, no encryption): enough for one known archive. */
import { crc32, inflateRawSync } from 'node:zlib'

const END_OF_DIRECTORY = 0x06054b50
const DIRECTORY_ENTRY = 0x02014b50
const LONGEST_TAIL = 22 + 0xffff
const STORED = 0
const DEFLATED = 8
const ZIP64_MARK = 0xffffffff

/**
 * @typedef {(offset: number, length: number) => Buffer} ReadAt reads from the zip; offset 0 is its first byte
 * @typedef {{ name: string, method: number, crc: number, packedSize: number, size: number, mode: number, offset: number }} ZipEntry
 */

/**
 * Lists a zip's entries from its central directory.
 * @param {ReadAt} readAt
 * @param {number} size bytes of the whole zip
 * @returns {ZipEntry[]} `mode` holds the Unix permission bits, 0 if the zip has none
 */
export function readZipDirectory(readAt, size) {
  const tail = readAt(Math.max(0, size - LONGEST_TAIL), Math.min(size, LONGEST_TAIL))
  let end = tail.length - 22
  while (end >= 0 && tail.readUInt32LE(end) !== END_OF_DIRECTORY) end--
  if (end < 0) throw new Error('not a zip file: no central directory')
  const count = tail.readUInt16LE(end + 10)
  const directory = readAt(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
  const entries = []
  for (let at = 0, index = 0; index < count; index++) {
    if (at + 46 > directory.length || directory.readUInt32LE(at) !== DIRECTORY_ENTRY) {
      throw new Error('damaged zip file: the central directory ends early')
    }
    const nameLength = directory.readUInt16LE(at + 28)
    const entry = {
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      crc: directory.readUInt32LE(at + 16),
      packedSize: directory.readUInt32LE(at + 20),
      size: directory.readUInt32LE(at + 24),
      mode: (directory.readUInt32LE(at + 38) >>> 16) & 0o777,
      offset: directory.readUInt32LE(at + 42),
    }
    if ([entry.packedSize, entry.size, entry.offset].includes(ZIP64_MARK)) throw new Error('zip64 is not supported')
    entries.push(entry)
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
  }
  return entries
}

/**
 * Reads one entry's content and checks its length and CRC.
 * @param {ReadAt} readAt
 * @param {ZipEntry} entry
 * @returns {Buffer}
 */
export function readZipEntry(readAt, entry) {
  const header = readAt(entry.offset, 30)
  const start = entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
  const packed = readAt(start, entry.packedSize)
  if (entry.method !== STORED && entry.method !== DEFLATED) throw new Error(`unknown zip method for ${entry.name}`)
  const content =
    entry.method === STORED ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.size + 1) })
  if (content.length !== entry.size || crc32(content) !== entry.crc)
    throw new Error(`damaged in the zip: ${entry.name}`)
  return content
}
