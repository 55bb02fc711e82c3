import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { compareExecutions } from '../support/compare-executions'
import { dataFolder, removeFolders, spawnApp } from '../support/electron-app'
import { FIXTURE_NAMES, openFixture } from '../support/fixtures'
import { waitFor } from '../support/wait'

afterEach(removeFolders)

/** In a process of its own: here, closing the file would drop locks. */
function sha256(path: string): string {
  const script = `process.stdout.write(require('crypto').hash('sha256', require('fs').readFileSync(process.argv[1])))`
  return execFileSync(process.execPath, ['-e', script, path], { encoding: 'utf8' })
}

/** The way a user does it: `--source F` on an empty data folder, then a look with another program. */
describe('the app reads', () => {
  it.each(FIXTURE_NAMES)('%s exactly, and leaves the file as it was', async (name) => {
    const dataDir = dataFolder()
    const source = openFixture(name, join(dataDir, 'hassette'))
    const before = sha256(source)
    const app = spawnApp(['--hidden', '--data-dir', dataDir, '--source', source])
    const log = join(dataDir, 'logs', 'main.log')
    await waitFor('the end of reading', () => existsSync(log) && readFileSync(log, 'utf8').includes('is up to date'))
    app.child.kill('SIGTERM')
    expect(await app.ended).toBe(0)
    const { equal, theirs, ours } = compareExecutions(join(dataDir, 'hassette.db'), source)
    expect(ours).toEqual(theirs)
    expect(equal).toBe(true)
    expect(sha256(source)).toBe(before)
  })
})
