import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Desktop } from '@main/desktop'
import type { ArchiveClient } from '@main/archive/client'
import type { SystemNotification } from '@main/notifications/notifier'
import { plannedFile } from '@main/sources/planned-source'
import type { PlannedSource } from '@main/sources/planned-source'
import { discoveryOf } from './discovery'
import type { Discovered } from './discovery'
import { vi } from 'vitest'
import { Failure } from '@shared/result'
import { FIRST_VIEW } from '@shared/settings'
import type { SourceState } from '@shared/source'
import { createDevBackEnd } from '../../../dev/back-end'
import type { DevBackEnd, DevBackEndOptions } from '../../../dev/back-end'
import { faults } from '../../../dev/faults'
import type { Faults } from '../../../dev/faults'
import { HOUSE_THREADS } from './build-threads'
import { addBallast, commitRuns, giveSign, withholdNotification, writeHouse, writeUpkeep } from './rows'
import type { Judged } from './alerts'
import type { Ballast, HouseSource } from './rows'
import { makeHassette } from '../made-hassette'

/** How a test wants the house. */
export interface HouseOptions {
  /** The Hassettes whose runs are in the archive; the first one is read, by default at home and live. None = the sample home. */
  sources?: readonly (keyof typeof SOURCES)[]
  /** Runs of each; 0 = an archive that knows its sources and no runs yet. */
  runs?: number
  /** Sessions before those that have runs. */
  olderSessions?: number
  /** How far the failures of the first one were judged; where nobody looked at them yet, the alerts begin with all of them. */
  judged?: Judged
  /** Incidents before those of the days that have runs. */
  olderIncidents?: number
  /** What else takes room in the archive. */
  ballast?: Ballast
  /** The archive was cleaned up and compacted before. */
  upkeep?: boolean
  /** What a look for Hassettes on this computer finds. */
  discovered?: Discovered
  /** A real file of a Hassette that runs lies on this computer; `read` = it is the one that is read. */
  hassette?: 'found' | 'read'
  /** What the reading of the first source has come to. */
  state?: SourceState
  /** What else lies in the settings file; a text takes the place of all of it. */
  settings?: Record<string, unknown> | string
  /** Settings come from the environment and cannot be changed. */
  fixed?: boolean
  /** The archive's file is damaged. */
  broken?: boolean
  /** Somebody was told that failures are notified; by default so. */
  told?: boolean
  /** Services that change the archive by themselves. */
  services?: NonNullable<DevBackEndOptions['services']>
}

/** A back end on an archive of its own, with the strings that a test can pull. */
export interface House extends Pick<DevBackEnd, 'settings' | 'clock' | 'places' | 'archive' | 'alerts'> {
  faults: Faults
  emit: DevBackEndOptions['emit']
  /** Its file, where the house has a real one. */
  hassette: string
  /** Lets the reading of the first source come to its end, if that is its state. */
  finishReading: () => void
  /** Puts a sound archive in the place of the damaged one. */
  repair: () => void
  /** Adds finished runs to the first source. */
  commit: (count: number) => void
  /** Its Hassette gives a sign of life, by its own clock. */
  giveSign: () => void
  /** What was copied last. */
  copied: () => string
  /** What the dialogs of the system answer from now on; null = nothing is chosen. */
  choose: (path: string | null) => void
  /** Notes that an incident was not told an hour ago, since notifications were switched off. */
  withholdNotification: (incidentId: number) => void
  /** What the system says of notifications from now on. */
  answerNotes: (answer: Awaited<ReturnType<DevBackEndOptions['show']>>) => void
  notes: SystemNotification[]
  warnings: string[]
  close: () => Promise<void>
}

/** Mon 23 Nov 2026, 15:12 in Berlin. */
export const NOW = '2026-11-23T14:12:00Z'
const NOW_MS = Date.parse(NOW)
const DAY_MS = 86_400_000

const SOURCES = {
  home: { name: 'Home', mode: 'live', path: '/home/anna/.local/share/hassette/v1/hassette.db', endMs: NOW_MS, seed: 1 },
  cabin: {
    name: 'Cabin',
    mode: 'snapshot',
    path: '/home/anna/hassette-copy/hassette.db',
    endMs: NOW_MS - 2 * DAY_MS - 4_320_000,
    seed: 2,
  },
  /** The same, whose clock is ten days behind ours. */
  behind: {
    name: 'Home',
    mode: 'live',
    path: '/home/anna/.local/share/hassette/v1/hassette.db',
    endMs: NOW_MS - 10 * DAY_MS,
    seed: 1,
  },
  sample: { name: 'Sample home', mode: 'sample', path: null, endMs: NOW_MS, seed: 3 },
} as const satisfies Record<string, Partial<HouseSource>>

/** Opens a house. `emit` hears its events; `made` is a folder where archives are kept for the next one like it. */
export async function openHouse(options: HouseOptions, made: string, emit: DevBackEndOptions['emit']): Promise<House> {
  const { sources = ['home'], runs = 7000, olderSessions = 0, settings = {} } = options
  const { judged, olderIncidents = 0 } = options
  const rows = sources.map((name, place): HouseSource => {
    const alerts = place === 0 && judged !== undefined ? { judged, olderIncidents } : {}
    return { ...SOURCES[name], runs, olderSessions, ...alerts }
  })
  const first = rows[0]
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-house-'))
  const dataDir = join(folder, 'data')
  mkdirSync(dataDir)
  const archivePath = join(dataDir, 'hassette.db')
  const sound = await madeArchive(made, rows)
  copyFileSync(sound, archivePath)
  if (options.ballast) addBallast(archivePath, options.ballast)
  if (options.upkeep) writeUpkeep(archivePath, NOW_MS * 1000)
  if (options.broken) damage(archivePath)
  const path = first?.path ?? null
  const hassette = join(folder, 'Home', 'v0', 'hassette.db')
  if (options.hassette) writeHassette(hassette)
  const file = options.hassette === 'read' ? hassette : path
  const read = file === null ? {} : { sources: [file] }
  const text = typeof settings === 'string' ? settings : JSON.stringify({ ...read, ...settings })
  writeFileSync(join(dataDir, 'settings.json'), text)
  const view = { ...FIRST_VIEW, notificationsTold: options.told ?? true }
  writeFileSync(join(dataDir, 'window-state.json'), JSON.stringify({ view, bounds: null }))

  let copied = ''
  let choice: string | null = null
  const warnings: string[] = []
  const notes: SystemNotification[] = []
  let answer: Awaited<ReturnType<DevBackEndOptions['show']>> = { kind: 'sent' }
  const choose = (): Promise<string> =>
    choice === null ? Promise.reject(new Failure('cancelled', 'Nothing was chosen.')) : Promise.resolve(choice)
  const desktop: Desktop = {
    version: '0.1.0-dev.1',
    showFile: () => undefined,
    openFolder: () => Promise.resolve(),
    openUrl: () => Promise.resolve(),
    copyText: (text) => {
      copied = text
      return Promise.resolve()
    },
    askFile: choose,
    askFolder: choose,
    askNewFile: choose,
  }
  const still: SourceState = { kind: first?.mode === 'live' ? 'live' : 'up_to_date', atMs: NOW_MS }
  const doing: Doing = { state: options.state ?? still, finish: () => undefined }
  const backEnd = createDevBackEnd({
    dataDir,
    recordingDir: resolve(import.meta.dirname, '../../../resources/sample'),
    threads: HOUSE_THREADS,
    desktop,
    show: (note) => {
      notes.push(note)
      return Promise.resolve(answer)
    },
    emit,
    warn: (message, thrown) => warnings.push(`${message} ${String(thrown ?? '')}`),
    environment: options.fixed ? { db_path: archivePath, db_retention_days: 30 } : {},
    planFile: (archive, one) =>
      one === path ? plannedHouse(archive, one, doing) : plannedFile(archive, one, () => undefined),
    ...(options.services && { services: options.services }),
  })
  const elsewhere = faults(backEnd.dispatch)
  const { discovered = 'found' } = options
  // Whatever lies on the computer that runs the tests is none of their business.
  elsewhere.override('sources.discover', () => {
    const found = discoveryOf(discovered, NOW_MS * 1000)
    return Promise.resolve(
      found.map((one, place) => (place === 0 && options.hassette ? { ...one, path: hassette } : one)),
    )
  })
  const broken = faults(elsewhere.dispatch)
  await backEnd.start()
  if (options.broken) await backEnd.archive.retry()
  else await vi.waitFor(() => untilRead(backEnd, first === undefined), { timeout: 30_000, interval: 10 })
  return {
    settings: backEnd.settings,
    clock: backEnd.clock,
    places: backEnd.places,
    archive: backEnd.archive,
    alerts: backEnd.alerts,
    faults: broken,
    emit,
    finishReading: () => {
      doing.state = still
      doing.finish()
    },
    hassette,
    repair: () => copyFileSync(sound, archivePath),
    commit: (count) => {
      if (!first) throw new Error('nobody runs here')
      commitRuns(archivePath, 1, first, count)
      backEnd.committed(1, count)
      backEnd.archive.announceSources()
    },
    giveSign: () => {
      if (!first) throw new Error('nobody lives here')
      giveSign(archivePath, 1, first.endMs * 1000)
      backEnd.committed(1, 0)
    },
    copied: () => copied,
    choose: (path) => {
      choice = path
    },
    withholdNotification: (incidentId) => withholdNotification(archivePath, incidentId, NOW_MS * 1000 - 3_600_000_000),
    answerNotes: (next) => {
      answer = next
    },
    notes,
    warnings,
    close: async () => {
      broken.clear()
      await backEnd.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Until the house stands as a test wants it: a window that opens earlier would have to wait for it. */
async function untilRead({ archive }: DevBackEnd, sample: boolean): Promise<void> {
  const [source] = await archive.sources()
  if (archive.isSample() !== sample || source === undefined) throw new Error('its sources are not known yet')
  const isBusy = source.state.kind === 'connecting' || (sample && source.state.kind !== 'up_to_date')
  if (isBusy) throw new Error(`its source is ${source.state.kind}`)
}

/** An archive of these sources; made once, since that takes a second. */
async function madeArchive(folder: string, sources: readonly HouseSource[]): Promise<string> {
  const name = sources.map(nameOf).join('+')
  const path = join(folder, `${name || 'nothing'}.db`)
  if (existsSync(path)) return path
  const unfinished = join(folder, `unfinished-${process.pid}.db`)
  await writeHouse(unfinished, sources)
  renameSync(unfinished, path)
  return path
}

function nameOf({ mode, endMs, runs, olderSessions, judged, olderIncidents }: HouseSource): string {
  return [mode, endMs, runs, olderSessions, judged ?? 'unjudged', olderIncidents ?? 0].join('-')
}

/** What the reading of the first source has come to, and how to end it. */
interface Doing {
  state: SourceState
  finish: () => void
}

/** The first source as something that is read: its runs are in the archive, and it is in whatever state a test wants. */
function plannedHouse(archive: ArchiveClient, path: string, doing: Doing): PlannedSource {
  return {
    path,
    name: SOURCES.home.name,
    prepare: async () => {
      const known = (await archive.read.sources()).find((source) => source.path === path)
      if (!known) throw new Failure('not_found', 'This source is not in the archive.')
      return { sourceId: known.id, same: false }
    },
    read: async (_sourceId, { signal, onProgress }) => {
      const { state } = doing
      if (state.kind === 'failed') throw new Failure(state.problem.code, state.problem.message, state.problem.hint)
      if (state.kind !== 'catching_up') return
      onProgress(state.done, state.total)
      await Promise.race([aborted(signal), new Promise<void>((resolve) => (doing.finish = resolve))])
    },
    watch: async (_sourceId, { signal, onState }) => {
      const { state } = doing
      if (state.kind === 'live') onState({ ...state, signs: SIGNS })
      if (state.kind === 'stale' || state.kind === 'up_to_date') onState(state)
      await aborted(signal)
    },
  }
}

/** A Hassette that was started an hour ago and runs. */
function writeHassette(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
  const hassette = makeHassette(path, { journal: 'delete' })
  const nowS = NOW_MS / 1000
  const session = hassette.session(nowS - 3600)
  for (let minute = 59; minute >= 0; minute--) hassette.run(session, nowS - 60 * minute - 4)
  hassette.db.prepare('UPDATE sessions SET last_heartbeat_at = ?').run(nowS - 4)
  hassette.close()
}

/** Its header says that it is an archive; what follows says nothing any more. */
function damage(path: string): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(3_900, 0x5a), 0, 3_900, 100)
  closeSync(file)
}

const SIGNS = { count: 1, newestUs: null, session: null, heartbeatUs: 0, offsetUs: null }

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
