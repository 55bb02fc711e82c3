import { rmSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { openFixture, useTempFolder } from '../support/fixtures'
import { onSmallDisk } from '../support/small-disk'
import { limitedWriter } from './limited-writer'

describe('a full disk', () => {
  const folder = useTempFolder()

  it('pauses the writing and says so; reading goes on, and writing resumes when there is room', async () => {
    const path = folder.path('hassette.db')
    const full = folder.path('full')
    const source = openFixture('live-v9', folder.path('source'))
    const client = openClient(path, { writer: limitedWriter(folder.path('writer.mjs'), full) })
    const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
    const sync = () => client.write.syncFileSource({ sourceId, shiftUs: 0 })
    writeFileSync(full, '')
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(sync()).rejects.toMatchObject({ code: 'disk_full' })
      expect(client.state()).toMatchObject({
        kind: 'ready',
        paused: { code: 'disk_full', message: expect.stringContaining('no room'), hint: expect.any(String) },
      })
      expect(await client.read.sources()).toHaveLength(1)
    }
    // Another source that has nothing to write says nothing about the disk.
    const other = openFixture('seed-empty', folder.path('other'))
    rmSync(full)
    const added = await client.write.addFileSource({ path: other, name: 'y', mode: 'snapshot', shiftUs: 0 })
    await client.write.syncFileSource({ sourceId: added.sourceId, shiftUs: 0 })
    expect(client.state()).toMatchObject({ kind: 'ready', paused: { code: 'disk_full' } })
    await sync()
    expect(client.state()).toEqual({ kind: 'ready' })
    expect(rowsOf(path, 'SELECT 1 FROM runs')).toHaveLength(2949)
    expect(client.states.map((state) => state.kind)).toEqual(Array.from(client.states, () => 'ready'))
  })

  it('is survived for real, on a small file system', ({ skip }) =>
    onSmallDisk(folder.path('disk'), '1m', skip, async (disk) => {
      const path = `${disk.path}/hassette.db`
      const source = openFixture('live-0.52', folder.path('source'))
      writeFileSync(`${disk.path}/ballast`, Buffer.alloc(256 * 1024))
      const client = openClient(path)
      const { sourceId } = await client.write.addFileSource({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
      await expect(client.write.syncFileSource({ sourceId, shiftUs: 0 })).rejects.toMatchObject({ code: 'disk_full' })
      expect(client.state()).toMatchObject({ kind: 'ready', paused: { code: 'disk_full' } })
      const [{ appRuns = 0, frameworkRuns = 0 } = {}] = await client.read.sources()
      disk.grow('64m')
      const rest = await client.write.syncFileSource({ sourceId, shiftUs: 0 })
      expect(appRuns + frameworkRuns + rest.runs).toBe(16_795)
      expect(client.state()).toEqual({ kind: 'ready' })
      expect(statSync(path).size).toBeGreaterThan(0)
      await client.close()
      expect(rowsOf(path, 'SELECT count(*) AS n FROM runs')).toEqual([{ n: 16_795 }])
    }))
})
