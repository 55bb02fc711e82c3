import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Database from 'better-sqlite3'
import type { Page } from 'playwright'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { words } from '@shared/messages'
import { choose, dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { openFixture } from '../support/fixtures'

afterAll(removeFolders)

const RUNS = 2949

/** An archive with the runs of a small recording, closed, and the file it was read from. */
async function madeArchive(): Promise<{ dataDir: string; archive: string; source: string }> {
  const source = openFixture('live-v9', dataFolder())
  const { page, dataDir, close } = await launchApp(['--source', source])
  await runsAre(page, RUNS)
  await close()
  return { dataDir, archive: join(dataDir, 'hassette.db'), source }
}

function damage(archive: string): Buffer {
  const damaged = Buffer.concat([Buffer.from('this is no database any more'), readFileSync(archive).subarray(28)])
  writeFileSync(archive, damaged)
  return damaged
}

async function runsAre(page: Page, runs: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const sources = await page.evaluate(() => window.hassetteMonitor.sources.list())
        const [source] = sources.ok ? sources.value : []
        return (source?.appRuns ?? 0) + (source?.frameworkRuns ?? 0)
      },
      { timeout: 20_000 },
    )
    .toBe(runs)
}

describe('an archive that cannot be used', () => {
  it('start fresh: what was damaged lies aside, byte for byte, and the source is read anew', async () => {
    const { dataDir, archive, source } = await madeArchive()
    const damaged = damage(archive)
    const { page, close } = await launchApp(['--source', source], { dataDir })
    await page.getByRole('heading', { name: words.archive.unavailable }).waitFor()
    await page.getByText(archive, { exact: true }).waitFor()
    await page.getByRole('button', { name: words.repair.freshDo }).click()
    await page.getByRole('heading', { name: words.archive.unavailable }).waitFor({ state: 'detached' })
    await runsAre(page, RUNS)
    await close()
    const [aside = ''] = readdirSync(dataDir).filter((name) => /^hassette\.db\.damaged-[\d:T-]+$/.test(name))
    expect(readFileSync(join(dataDir, aside))).toEqual(damaged)
  })

  it('with a damaged lock is opened; with one that cannot be mended it stays where it is, sound as it is', async () => {
    const { dataDir, archive } = await madeArchive()
    writeFileSync(`${archive}.lock`, Buffer.alloc(4096))
    const opened = await launchApp([], { dataDir })
    await runsAre(opened.page, RUNS)
    await opened.close()
    expect(readdirSync(dataDir)).toContainEqual(expect.stringMatching(/^hassette\.db\.lock\.damaged-/))

    writeFileSync(`${archive}.lock`, Buffer.alloc(4096))
    mkdirSync(`${archive}.lock-journal`)
    const before = readFileSync(archive)
    const { page, close } = await launchApp([], { dataDir })
    await page.getByRole('heading', { name: words.archive.unavailable }).waitFor()
    await page.getByText(`${archive}.lock, which keeps two programs`).waitFor()
    await page.getByRole('button', { name: words.repair.freshDo }).click()
    await page.getByText(`Nothing is wrong with ${archive}.`).waitFor()
    expect(readFileSync(archive)).toEqual(before)
    rmdirSync(`${archive}.lock-journal`)
    await page.getByRole('button', { name: words.tryAgain }).click()
    await runsAre(page, RUNS)
    await close()
  })

  it('of a development version is named as one; start fresh keeps it whole under a name of its own', async () => {
    const source = openFixture('live-v9', dataFolder())
    const dataDir = dataFolder()
    const archive = join(dataDir, 'hassette.db')
    const db = new Database(archive)
    db.exec(readFileSync(resolve(import.meta.dirname, '../support/unreleased-schema.sql'), 'utf8'))
    db.pragma('user_version = 1')
    db.close()
    const before = readFileSync(archive)
    const { page, close } = await launchApp(['--source', source], { dataDir })
    await page.getByRole('heading', { name: words.archive.unavailable }).waitFor()
    await page.getByText('made by a development version of Hassette Monitor from before 0.1.0').waitFor()
    await page.getByText('It stays as it is. Start fresh keeps it under another name').waitFor()
    expect(await page.getByRole('button', { name: words.repair.restoreDo }).count()).toBe(0)
    await page.getByRole('button', { name: words.repair.freshDo }).click()
    await runsAre(page, RUNS)
    await close()
    const [aside = ''] = readdirSync(dataDir).filter((name) => /^hassette\.db\.before-0\.1\.0-[\d:T-]+$/.test(name))
    expect(readFileSync(join(dataDir, aside))).toEqual(before)
  })

  it('the copy from before the last update takes its place', async () => {
    const { dataDir, archive } = await madeArchive()
    copyFileSync(archive, `${archive}.before-0001`)
    damage(archive)
    const damaged = await launchApp([], { dataDir })
    await damaged.page.getByRole('heading', { name: words.archive.unavailable }).waitFor()
    await damaged.page.getByRole('button', { name: words.repair.restoreDo }).click()
    await runsAre(damaged.page, RUNS)
    await damaged.close()
    expect(readdirSync(dataDir)).toContainEqual(expect.stringMatching(/^hassette\.db\.damaged-/))
    expect(readdirSync(dataDir)).not.toContain('hassette.db.before-0001')
  })

  it('another archive is opened, now and at the next start', async () => {
    const { dataDir, archive } = await madeArchive()
    const elsewhere = join(dataFolder(), 'mine.db')
    copyFileSync(archive, elsewhere)
    const damaged = damage(archive)
    const { app, page, close } = await launchApp([], { dataDir })
    await page.getByRole('heading', { name: words.archive.unavailable }).waitFor()
    await choose(app, elsewhere)
    await page.getByRole('button', { name: words.repair.otherDo }).click()
    await runsAre(page, RUNS)
    await close()
    expect(readFileSync(archive)).toEqual(damaged)

    const again = await launchApp([], { dataDir })
    await runsAre(again.page, RUNS)
    await again.close()
  })

  it('in a folder that nothing may be written to it says so, and works again when that is mended', async ({ skip }) => {
    const disk = dataFolder()
    mkdirSync(join(disk, 'archive'))
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', join(disk, 'archive')], { stdio: 'ignore' })
    } catch {
      return skip('no right to mount a file system')
    }
    onTestFinished(() => void execFileSync('umount', ['-l', join(disk, 'archive')], { stdio: 'ignore' }))
    const archive = join(disk, 'archive', 'hassette.db')
    const { archive: made } = await madeArchive()
    copyFileSync(made, archive)
    execFileSync('mount', ['-o', 'remount,ro', join(disk, 'archive')])
    const { page, close } = await launchApp(['--db-path', archive])
    await page.getByText(`${archive} may not be read and written.`).waitFor()
    execFileSync('mount', ['-o', 'remount,rw', join(disk, 'archive')])
    await page.getByRole('button', { name: words.tryAgain }).click()
    await runsAre(page, RUNS)
    await close()
  })
})
