/** Electron's asar archives: a JSON header in Chromium's pickle format, then the files one after another. */
import { createHash } from 'node:crypto'

const INTEGRITY_BLOCK_SIZE = 4 * 1024 * 1024

/**
 * Packs files of one folder, without subfolders, into an asar.
 * @param {Record<string, Buffer>} contents file name → content
 * @returns {Buffer}
 */
export function packAsar(contents) {
  const files = {}
  const bodies = []
  let offset = 0
  for (const name of Object.keys(contents).sort()) {
    const body = contents[name]
    if (name.includes('/')) throw new Error('packAsar writes one flat folder')
    if (body.length > INTEGRITY_BLOCK_SIZE) throw new Error('packAsar writes files of one integrity block')
    const hash = createHash('sha256').update(body).digest('hex')
    const integrity = { algorithm: 'SHA256', hash, blockSize: INTEGRITY_BLOCK_SIZE, blocks: [hash] }
    files[name] = { size: body.length, offset: String(offset), integrity }
    bodies.push(body)
    offset += body.length
  }
  const json = Buffer.from(JSON.stringify({ files }))
  const padded = Math.ceil(json.length / 4) * 4
  const header = Buffer.alloc(16 + padded)
  header.writeUInt32LE(4, 0)
  header.writeUInt32LE(8 + padded, 4)
  header.writeUInt32LE(4 + padded, 8)
  header.writeUInt32LE(json.length, 12)
  json.copy(header, 16)
  return Buffer.concat([header, ...bodies])
}

/**
 * Reads an asar's table of contents, also one with folders.
 * @param {Buffer} asar
 * @returns {Map<string, { unpacked: boolean, content: Buffer | null }>} path with slashes → content, null if it lies in
 * the `.unpacked` folder beside the archive
 */
export function readAsar(asar) {
  const bodyStart = 8 + asar.readUInt32LE(4)
  const header = JSON.parse(asar.toString('utf8', 16, 16 + asar.readUInt32LE(12)))
  const found = new Map()
  const visit = (folder, prefix) => {
    for (const [name, entry] of Object.entries(folder.files)) {
      const path = `${prefix}${name}`
      if (entry.files) visit(entry, `${path}/`)
      else if (entry.unpacked) found.set(path, { unpacked: true, content: null })
      else if (entry.size !== undefined) {
        const start = bodyStart + Number(entry.offset)
        found.set(path, { unpacked: false, content: asar.subarray(start, start + entry.size) })
      }
    }
  }
  visit(header, '')
  return found
}
