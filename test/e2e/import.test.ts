import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { compareInChild, runsInArchive, sha256InChild } from '../support/children'
import { dataFolder, removeFolders, spawnApp } from '../support/electron-app'
import { FIXTURES, openFixture } from '../support/fixtures'
import { waitFor } from '../support/wait'

afterEach(removeFolders)

/** The way a user does it: `--source F` on an empty data folder, then a look with another program. */
describe('the app reads', () => {
  it.each(FIXTURES)('%s exactly, and leaves the file as it was', async (name) => {
    const source = openFixture(name)
    const before = await sha256InChild(source)
    const dataDir = dataFolder()
    const archive = join(dataDir, 'hassette.db')
    const app = spawnApp(['--hidden', '--data-dir', dataDir, '--source', source])
    await waitFor('the archive', () => existsSync(archive))
    await waitFor('the runs', async () => (await runsInArchive(archive)) === (await runsInArchive(source)))
    app.child.kill('SIGTERM')
    expect(await app.ended).toBe(0)
    expect(await compareInChild(archive, source)).toEqual({ agrees: true, differences: [] })
    expect(await sha256InChild(source)).toBe(before)
  })
})
