import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { SourceSight } from '@main/archive/api'
import { archiveFailure, openForWriting } from '@archive/core'
import { createWriterMemory } from '@archive/derived'
import { createRetentionPasses } from '@archive/retention'
import type { OpenWriter } from '@archive/threads'
import { openWriter } from '@archive/threads'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import { toProblem } from '@shared/result'
import Database from 'better-sqlite3'
import { lookAt } from './alerts-look'
import { appendForEver } from './endless-appender'
import { trusted } from './trusted'

/**
 * What tests do in a process of its own (built beside the threads); each prints a line of JSON for what happens:
 * - `read <hassette file>`: opens it as a source
 * - `open <archive>`: holds it until its input ends
 * - `sync <archive> <hassette file>`: reads the file into the archive
 * - `judge <archive> <hassette file>`: reads the file into the archive as one that lives, with the alerts beside it, and
 *   tells of every batch and slice
 * - `identify <archive> <hassette file>`: says what the file holds
 * - `append <archive>`: appends made-up runs until it is killed
 * - `retain <archive> <megabytes>`: brings it under a size limit, and tells of every slice
 * - `lock <database>`: tries to begin to write
 * - `visit <database>`: opens it for writing, reads, closes
 * - `lose <database>`: begins to write, reads the file with `fs`, and lets a `lock` try: what our code must never do
 */
const say = (what: unknown): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
const [task, path = '', source = ''] = process.argv.slice(2)

async function run(): Promise<void> {
  if (task === 'read') {
    createHassetteReader({ path }, 0).close()
    return say({ ok: true })
  }
  if (task === 'lock') return say({ locked: isLocked() })
  if (task === 'visit') {
    const db = new Database(path)
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    db.close()
    return say({ ok: true })
  }
  if (task === 'lose') {
    const db = new Database(path)
    db.exec('BEGIN IMMEDIATE')
    readFileSync(path)
    process.stdout.write(execFileSync(process.execPath, [process.argv[1] ?? '', 'lock', path], { encoding: 'utf8' }))
    return void db.close()
  }
  if (task === 'append') return appendForEver(path, (committed) => say({ committed }))
  if (task === 'retain') return retain(Number(source))
  const writer = openWriter(path, () => undefined)
  say({ ok: true, facts: writer.facts })
  if (task === 'open') {
    await new Promise((resolve) => process.stdin.on('end', resolve).resume())
    return writer.close()
  }
  if (task === 'identify') {
    const facts = await writer.sources.identifyFile(
      { path: source },
      { progress: say, state: () => undefined, pause: () => new Promise((resume) => setImmediate(resume)) },
    )
    writer.close()
    return say({ identified: facts })
  }
  if (task === 'judge') return judge(writer)
  const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
  const report = await writer.sources.syncFile(
    { sourceId, shiftUs: 0 },
    { progress: say, state: () => undefined, pause: () => new Promise((resume) => setImmediate(resume)) },
  )
  writer.close()
  say({ report })
}

async function judge({ sources, alerts, close }: OpenWriter): Promise<void> {
  const { sourceId } = await sources.addFile({ path: source, name: 'home', mode: 'live', shiftUs: 0 })
  /** Slowly, so that there is time to be killed everywhere. */
  const pause = async (): Promise<void> => {
    say({ slice: true })
    await new Promise<void>((resume) => setTimeout(resume, 5))
  }
  const look = (sight: SourceSight['sight']) => alerts.step(lookAt(source, sourceId, 'live', sight), { pause })
  const context = {
    progress: () => undefined,
    state: () => undefined,
    pause: async () => {
      await pause()
      await look({ kind: 'unknown' })
    },
  }
  await sources.syncFile({ sourceId, shiftUs: 0 }, context)
  await look({ kind: 'seen', caughtUp: true })
  await look({ kind: 'seen', caughtUp: true })
  close()
  say({ ended: true })
}

async function retain(maxSizeMb: number): Promise<void> {
  const db = openForWriting(path)
  const { retain: pass } = createRetentionPasses(
    db,
    createWriterMemory(db),
    trusted(() => 0),
  )
  const limits = { retentionDays: 7, frameworkRetentionDays: 7, maxSizeMb }
  const context = {
    progress: () => undefined,
    state: () => undefined,
    // Slowly, so that there is time to be killed everywhere.
    pause: () => {
      say({ slice: true })
      return new Promise<void>((resume) => setTimeout(resume, 5))
    },
  }
  await pass({ reason: 'by_hand', rules: ['size'], limits }, context)
  db.close()
  say({ ended: true })
}

function isLocked(): boolean {
  const db = new Database(path, { timeout: 0 })
  try {
    db.exec('BEGIN IMMEDIATE')
    return false
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    db.close()
  }
}

run().catch((error: unknown) => {
  say({ ok: false, problem: toProblem(archiveFailure(error, path)) })
  process.exitCode = 1
})
