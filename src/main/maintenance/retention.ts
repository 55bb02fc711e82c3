import { toProblem } from '@shared/result'
import type { Settings } from '@shared/settings'
import type { SourceInfo } from '@shared/source'
import { MB_BYTES, PASS_PERIODS_US } from '@shared/storage'
import type { Limits, PassReason, Bound } from '@shared/storage'
import type { RetainReport, Remote, WriteApi, RetainRequest } from '../archive/api'
import { rerunMeanwhile } from '../util/concurrency'
import type { Service } from '../util/service'
import type { JobRunner, WorkJob } from './job-runner'

/** Keeps the archive within its limits by itself. */
export interface Retention extends Service {
  /** Something was told that may make a pass due: the archive became ready, new runs, other limits. */
  look: () => void
  /** What the sources are doing. */
  sourcesChanged: (sources: readonly Pick<SourceInfo, 'state'>[]) => void
  /** The limits may be others now; nothing happens if they are not. */
  settingsChanged: () => void
}

/** What the retention works with. */
interface RetentionOptions {
  /** The archive that is kept within limits; null while there is none, or while the sample is shown. */
  archive: () => { path: string; write: Pick<Remote<WriteApi>, 'retain' | 'retentionDue'> } | null
  limits: () => Limits
  jobs: Pick<JobRunner, 'run' | 'state' | 'onChange'>
  /** File, WAL and SHM of an archive together. */
  bytesOf: (path: string) => Promise<number>
  /** Calls back whenever the machine woke up; asked for once, at the start. */
  onResume: (work: () => void) => void
  info: (message: string) => void
  warn: (message: string, thrown?: unknown) => void
  clock?: RetentionClock
}

/** Where the time comes from. */
interface RetentionClock {
  /** Microseconds; may be set. */
  nowUs: () => number
  /** Milliseconds that only go forward. */
  elapsedMs: () => number
  /** Calls back again and again; returns how to stop. */
  every: (milliseconds: number, work: () => void) => () => void
}

/** What is due is looked up this often: timers stand still while a machine sleeps. */
const LOOK_MS = 30_000
/** After a pass that failed or was cancelled the next one waits so long. */
const REST_MS = 600_000

const REAL_CLOCK: RetentionClock = {
  nowUs: () => Date.now() * 1000,
  elapsedMs: () => performance.now(),
  every: (milliseconds, work) => {
    const timer = setInterval(work, milliseconds)
    return () => clearInterval(timer)
  },
}

/** Builds the service. It begins when the archive is ready, and runs one pass at a time. */
export function createRetention(options: RetentionOptions): Retention {
  const { jobs, info, warn, clock = REAL_CLOCK } = options
  /** What is known of the archive that is shown; another one starts anew. */
  let known: { path: string; started: boolean; floorBytes: number | null } | null = null
  let awakeSinceMs = clock.elapsedMs()
  let restUntilMs = -Infinity
  let importing = false
  let limits = JSON.stringify(options.limits())
  let limitsChanged = false
  let started = false
  const unsubscribes: (() => void)[] = []

  const limitBytes = (): number => options.limits().maxSizeMb * MB_BYTES

  async function choose(archive: NonNullable<ReturnType<RetentionOptions['archive']>>) {
    if (known?.path !== archive.path) known = { path: archive.path, started: false, floorBytes: null }
    const { started, floorBytes } = known
    const [due, bytes] = await Promise.all([archive.write.retentionDue(), options.bytesOf(archive.path)])
    return nextPass({
      nowUs: clock.nowUs(),
      awakeMs: clock.elapsedMs() - awakeSinceMs,
      due,
      importing,
      started,
      limitsChanged,
      bytes,
      limitBytes: limitBytes(),
      floorBytes,
    })
  }

  /** Runs the pass that is due; returns whether another may be. */
  async function runNext(): Promise<boolean> {
    const archive = options.archive()
    if (!started || archive === null || jobs.state() !== null || clock.elapsedMs() < restUntilMs) return false
    const pass = await choose(archive)
    // While this was found out, other work may have begun, or another archive may have been opened.
    if (pass === null || known?.path !== options.archive()?.path || jobs.state() !== null) return false
    const noted = known
    if (pass.reason === 'limits_changed') limitsChanged = false
    if (noted) noted.started = true
    const request = { ...pass, limits: options.limits() }
    const { outcome, problem } = await jobs.run(
      'clean',
      { automatic: true },
      retainJob(archive.write, request, (report) => {
        // What could not be brought under the limit is not tried again until it grew.
        if (noted && pass.rules.includes('size')) {
          noted.floorBytes = report.bytesAfter > limitBytes() ? report.bytesAfter : null
        }
        tell(pass, report)
      }),
    )
    if (outcome !== 'done') restUntilMs = clock.elapsedMs() + REST_MS
    if (problem !== null) warn(`cleaning up (${pass.reason}) failed: ${problem.code}`)
    return outcome === 'done'
  }

  function tell({ reason }: { reason: PassReason; rules: Bound[] }, report: RetainReport): void {
    const { runs, bytesBefore, bytesAfter, limitTooSmall } = report
    if (runs > 0 || bytesAfter < bytesBefore) {
      info(`cleaned up (${reason}): ${runs} runs deleted, ${bytesBefore} to ${bytesAfter} bytes`)
    }
    if (limitTooSmall) warn(`the size limit is too small: ${bytesAfter} bytes are left without a run that may go`)
  }

  const look = rerunMeanwhile(async () => {
    try {
      // One after the other until nothing is due.
      while (await runNext());
    } catch (thrown) {
      // An archive that is being opened or closed is looked at again soon.
      if (toProblem(thrown).code === 'internal') warn('the retention could not look at the archive', thrown)
    }
  })

  return {
    name: 'retention',
    start: () => {
      started = true
      unsubscribes.push(
        clock.every(LOOK_MS, look),
        jobs.onChange((state) => {
          if (state === null) look()
        }),
      )
      options.onResume(() => {
        awakeSinceMs = clock.elapsedMs()
        look()
      })
      look()
    },
    stop: () => {
      started = false
      for (const unsubscribe of unsubscribes) unsubscribe()
    },
    look,
    sourcesChanged: (sources) => {
      importing = sources.some(({ state }) => state.kind === 'catching_up')
    },
    settingsChanged: () => {
      const text = JSON.stringify(options.limits())
      if (text === limits) return
      limits = text
      limitsChanged = true
      restUntilMs = -Infinity
      look()
    },
  }
}

/** A pass of the retention as long work; `onDone` hears what it did. */
export function retainJob(
  write: Pick<Remote<WriteApi>, 'retain'>,
  request: RetainRequest,
  onDone: (report: RetainReport) => void = () => undefined,
): WorkJob {
  return async (say, signal) => {
    const report = await write.retain(request, {
      signal,
      // When the last run is gone, what it took is given back.
      onProgress: ({ done, total }) =>
        say(
          done < total
            ? { step: 'deleting', share: done / total, runs: done }
            : { step: 'shrinking', share: null, runs: done },
        ),
    })
    const { runs, bytesBefore, bytesAfter, timeWaits } = report
    say({ runs, bytesBefore, bytesAfter, timeWaits })
    onDone(report)
  }
}

/** The limits of the archive that settings say. */
export function limitsFrom(settings: Settings): Limits {
  const {
    db_retention_days: retentionDays,
    db_framework_retention_days: framework,
    db_max_size_mb: maxSizeMb,
  } = settings
  return { retentionDays, frameworkRetentionDays: framework ?? retentionDays, maxSizeMb }
}

/** So long after the start, and after the machine slept, only what cannot wait is done, milliseconds. */
const GRACE_MS = 20_000
/** An import that lasts longer than this does not hold up the passes any more, microseconds. */
const PATIENCE_US = PASS_PERIODS_US.time
/** Beyond this the archive does not wait for the daily pass: a pass and what comes meanwhile keep below 105 %. */
const GROWTH = 1.03

/** What the schedule looks at. */
export interface Moment {
  /** The clock, microseconds; it may be set. */
  nowUs: number
  /** Since the app started, or the machine woke up, milliseconds. */
  awakeMs: number
  /** When passes are due by the archive, microseconds; null = there was none yet. `timeWaits`: not before the clock is proven. */
  due: { timeUs: number | null; sizeUs: number | null; timeWaits: boolean }
  /** A source is being read to its end. */
  importing: boolean
  /** The pass at the start was done. */
  started: boolean
  /** Limits were changed since the last pass. */
  limitsChanged: boolean
  /** File, WAL and SHM together, bytes. */
  bytes: number
  limitBytes: number
  /** Bytes that the last pass left if it could not get under the limit; null when it could. */
  floorBytes: number | null
}

/** The pass to run now; null for none. */
export function nextPass(moment: Moment): { reason: PassReason; rules: Bound[] } | null {
  const { nowUs, due, bytes, limitBytes } = moment
  if (!moment.started) return { reason: 'start', rules: ['size'] }
  if (moment.limitsChanged) return { reason: 'limits_changed', rules: ['time', 'size'] }
  if (bytes > GROWTH * Math.max(limitBytes, moment.floorBytes ?? 0)) {
    return { reason: 'growth', rules: ['size'] }
  }
  if (moment.awakeMs < GRACE_MS) return null
  const [time, size] = [!due.timeWaits && isDue(due.timeUs, 'time', nowUs), isDue(due.sizeUs, 'size', nowUs)]
  const waits = moment.importing && nowUs - (due.timeUs ?? nowUs) < PATIENCE_US
  if (waits || (!time && !size)) return null
  if (!size) return { reason: 'hourly', rules: ['time'] }
  return { reason: 'daily', rules: time ? ['time', 'size'] : ['size'] }
}

/** A due time further away than a period is none of ours: the clock was set back since. */
function isDue(dueUs: number | null, rule: Bound, nowUs: number): boolean {
  return dueUs === null || dueUs <= nowUs || dueUs - nowUs > PASS_PERIODS_US[rule]
}
