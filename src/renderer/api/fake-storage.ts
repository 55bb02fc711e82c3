import type { Api } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import type { Settings } from '@shared/settings'
import type { SourceInfo } from '@shared/source'
import type { Limits, PassReason, RetentionLogRow, StorageWork, TimeWait, WorkDone } from '@shared/storage'
import { limitsOf } from '../lib/limits'
import type { FakeOptions } from './fake-options'
import type { FakeRoom } from './fake-room'
import { cutTo, roomOf } from './fake-room'
import type { FakeRun } from './fake-runs'
import { createFakeWorks } from './fake-work'

type Answer = <T>(work: () => T | Problem | Promise<T | Problem>, reads?: boolean) => Promise<Result<T>>

/** What the archive's file depends on. */
export interface FakeStorageHouse {
  options: FakeOptions
  settings: () => Settings
  sources: () => SourceInfo[]
  runsOf: (sourceId: number) => readonly FakeRun[]
  /** Puts other runs in a source's place. */
  keep: (sourceId: number, runs: FakeRun[]) => void
  say: (work: StorageWork | null) => void
  /** The runs of sources are others now. */
  changed: () => void
}

/** The archive's file with what can be done to it, and the strings a test can pull. */
export interface FakeStorage {
  verbs: Api['storage']
  /** Limits were changed: a pass follows. */
  limitsChanged: () => void
  advance: () => void
}

const MB = 1_000_000
const HOUR_US = 3_600_000_000

/** The archive of the invented house: limits, cleaning, compacting and the rest really change its runs and figures. */
export function fakeStorage(answer: Answer, house: FakeStorageHouse): FakeStorage {
  const { options } = house
  const nowUs = options.nowMs * 1000
  const works = createFakeWorks(options.work === 'waits', house.say)
  const limits = (): Limits => limitsOf(house.settings())
  const room = (): FakeRoom => ({ sources: house.sources(), runsOf: house.runsOf, nowUs })
  let path = '/home/anna/.local/share/hassette-monitor/hassette.db'
  let reusableBytes = options.state === 'empty' ? 0 : 31 * MB
  let id = 0
  const log: RetentionLogRow[] = []
  const waiting = (): TimeWait | null => {
    const wait = { sinceUs: nowUs - HOUR_US / 4, aheadUs: null }
    if (options.clock === 'right') return null
    if (options.clock === 'differs') return { ...wait, reason: 'clock_differs', aheadUs: 10 * 24 * HOUR_US }
    return { ...wait, reason: `clock_${options.clock}` }
  }
  const file = () => ({ path, reusableBytes, diskFreeBytes: 121_000 * MB, timeWaits: waiting() })
  const bytes = (): number => roomOf(room(), limits(), file()).bytes

  /** A row of the log; what is not said did not happen. */
  function note(row: Partial<RetentionLogRow> & Pick<RetentionLogRow, 'reason'>): void {
    const now = bytes()
    const nothing = { atUs: nowUs, durationUs: 212_000, bound: null, runs: 0, frameworkRuns: 0, upToUs: null }
    log.unshift({ id: ++id, ...nothing, bytesBefore: now, bytesAfter: now, cancelled: false, ...row })
  }
  if (options.state !== 'empty') remember()

  function remember(): void {
    const at = (hours: number): number => nowUs - hours * HOUR_US
    note({ atUs: at(41), durationUs: 4_800_000, reason: 'compact', bytesBefore: 362 * MB, bytesAfter: 298 * MB })
    note({ atUs: at(12.2), durationUs: 61_000, reason: 'daily' })
    const pass = { bound: 'time' as const, bytesBefore: 301 * MB, bytesAfter: 298 * MB }
    const before = { runs: 812, frameworkRuns: 790, upToUs: at(7 * 24 + 2.2) }
    note({ atUs: at(2.2), reason: 'hourly', ...pass, ...before })
    note({ atUs: at(1.2), reason: 'hourly', ...pass, ...before, runs: 806, frameworkRuns: 806, cancelled: true })
  }

  function clean(reason: PassReason, cancelled = false): WorkDone {
    const bytesBefore = bytes()
    const timeWaits = waiting() !== null
    const cut = cutTo(room(), limits(), !timeWaits)
    if (!cancelled) {
      for (const [sourceId, runs] of cut.kept) house.keep(sourceId, runs)
      reusableBytes = Math.min(reusableBytes, 2 * MB)
    }
    const { runs, frameworkRuns, appUpToUs, frameworkUpToUs } = cut.preview
    const figures = { bytesBefore, bytesAfter: bytes(), runs: cancelled ? 0 : runs }
    const upToUs = runs === 0 || cancelled ? null : Math.max(appUpToUs ?? 0, frameworkUpToUs ?? 0)
    note({
      reason,
      ...figures,
      frameworkRuns: cancelled ? 0 : frameworkRuns,
      upToUs,
      bound: cancelled ? null : cut.bound,
      cancelled,
    })
    house.changed()
    const outcome = cancelled ? 'cancelled' : 'done'
    return { kind: 'clean', outcome, ...figures, timeWaits, file: null, problem: null }
  }

  function copied(kind: 'compact' | 'backup' | 'restore' | 'move', done: () => string | null) {
    return (cancelled: boolean): WorkDone => {
      const bytesBefore = bytes()
      const file = cancelled ? null : done()
      const bytesAfter = bytes()
      if (!cancelled) note({ reason: kind, durationUs: 4_100_000, bytesBefore, bytesAfter })
      const figures = { bytesBefore, bytesAfter, runs: 0, timeWaits: false }
      return { kind, outcome: cancelled ? 'cancelled' : 'done', ...figures, file, problem: null }
    }
  }

  function compacted(): null {
    reusableBytes = 0
    return null
  }

  function moved(to: string): string {
    const left = path
    path = to
    return left
  }

  return {
    verbs: {
      info: () => answer(() => roomOf(room(), limits(), file())),
      log: ({ limit }) => answer(() => log.slice(0, limit)),
      preview: (wanted) => answer(() => cutTo(room(), wanted).preview),
      work: () => answer(() => works.state(), false),
      clean: () => answer(() => works.run('clean', (cancelled) => clean('by_hand', cancelled))),
      compact: () => answer(() => works.run('compact', copied('compact', compacted))),
      // The dialogs of the fake answer at once.
      backUp: () =>
        answer(() =>
          works.run(
            'backup',
            copied('backup', () => '/home/anna/hassette-copy.db'),
          ),
        ),
      restore: () =>
        answer(() =>
          works.run(
            'restore',
            copied('restore', () => `${path}.before-restore`),
          ),
        ),
      move: () =>
        answer(() =>
          works.run(
            'move',
            copied('move', () => moved('/srv/archive/hassette.db')),
          ),
        ),
      cancel: () =>
        answer(() => {
          works.cancel()
          return null
        }, false),
    },
    limitsChanged: () => {
      clean('limits_changed')
    },
    advance: works.advance,
  }
}
