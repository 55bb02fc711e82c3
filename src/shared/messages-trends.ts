import { formatCount, formatDuration, plural } from './format'

/** `handlers`, `jobs`, or both, as many as there are of each. */
function things(handlers: number, jobs: number): string {
  if (jobs === 0) return handlers === 1 ? 'handler' : 'handlers'
  if (handlers === 0) return jobs === 1 ? 'job' : 'jobs'
  return 'handlers and jobs'
}

/** Strings of what is made from trends: the overview, charts, columns, the coverage line, the mini-map. */
export const trendWords = {
  overview: {
    figures: 'Figures of the range',
    runs: 'Runs',
    failed: 'Failed',
    dependency: 'Dependency failures',
    timed: 'Timed out',
    p50: 'p50 duration',
    p95: 'p95 duration',
    missed: 'Missed job runs',
    missedOne: 'Missed runs',
    cancelled: 'Cancelled',
    skipped: 'Skipped',
    missedUnknown: 'no schedule that can be read',
    noDuration: 'no run with a duration',
    attention: 'Needs attention',
    attentionOf: (total: number, all: number): string => `${formatCount(total)} of ${formatCount(all)}`,
    attentionNone: 'Nothing. Every handler and job of this range is fine.',
    attentionMore: (more: number): string => `${plural(more, 'more row')} in Handlers and Jobs`,
    failures: 'Newest failures',
    failuresNone: (range: string): string => `No failure ${range}.`,
    failuresAll: (count: number): string => `All ${formatCount(count)} in History`,
    failuresLink: 'All in History',
    sessions: 'Sessions',
  },

  lead: {
    healthy: (handlers: number, jobs: number, range: string): string =>
      handlers + jobs === 1
        ? `The ${things(handlers, jobs)} is fine ${range}`
        : `All ${formatCount(handlers + jobs)} ${things(handlers, jobs)} fine ${range}`,
    nothing: 'No handler and no job yet',
    nothingHint: 'They appear as soon as an app of this Hassette has registered one.',
    idle: (range: string): string => `Nothing ran ${range}`,
    idleHint: 'A wider range may hold runs.',
    blind: (source: string, since: string): string => `Not watching ${source} since ${since}`,
    blindRest: 'Whether all is fine is not known.',
    down: (source: string, since: string): string => `${source} is down since ${since}`,
    downRest: (why: string): string => `${why}. Nothing of it runs until it is started again.`,
    noSign: (source: string, since: string): string => `No sign of ${source} since ${since}`,
    noSignRest: 'Whether it runs shows within some minutes of watching it.',
    stopped: (source: string, since: string): string => `${source} is stopped since ${since}`,
    stoppedRest: 'It ended cleanly. Nothing of it runs until it is started again.',
    unread: (source: string): string => `${source} is not read`,
    incidentOthers: (count: number): string => `${plural(count, 'other incident')} ${count === 1 ? 'is' : 'are'} open.`,
    failing: (runs: number, since: string): string =>
      runs === 1 ? `failed on its last run, ${since}` : `has failed on every run since ${since}`,
    newGroup: (since: string): string => `fails in a new way since ${since}`,
    slower: (times: string): string => `takes ${times} times as long as before`,
    neverRan: (since: string): string => `has not run since Hassette started, ${since}`,
    missed: (runs: number, expected: number): string =>
      `missed ${formatCount(runs)} of ${plural(expected, 'start')} of its schedule`,
    /** What else is to be said: the streak, the others, the healthy rest. */
    streak: (runs: number): string =>
      runs >= 50 ? 'At least its last 50 runs failed.' : `Its last ${formatCount(runs)} runs failed.`,
    others: (others: number, fine: number, handlers: number, jobs: number): string => {
      const rest = `${formatCount(fine)} other ${things(handlers, jobs)}`
      const tail = fine === 0 ? '' : fine === 1 ? `one is fine` : `the ${rest} are fine`
      if (others === 0) return fine === 0 ? '' : `${tail.charAt(0).toUpperCase()}${tail.slice(1)}.`
      const look = others === 1 ? 'One other needs a look' : `${formatCount(others)} others need a look`
      return tail === '' ? `${look}.` : `${look}; ${tail}.`
    },
    clean: (runs: number): string => `${plural(runs, 'run')}, none failed.`,
    recovered: (runs: number, failed: number): string =>
      `${plural(runs, 'run')}; ${formatCount(failed)} failed, and what failed has run well since.`,
  },

  reason: {
    failing: (runs: number): string => {
      if (runs === 1) return 'Last run failed'
      return runs >= 50 ? 'At least the last 50 runs failed' : `Last ${formatCount(runs)} runs failed`
    },
    newGroup: (title: string): string => `New error: ${title}`,
    slower: (now: number, before: number): string => `p95 ${formatDuration(now)}, was ${formatDuration(before)}`,
    neverRan: (since: string): string => `Has not run since the start, ${since}`,
    missed: (runs: number, expected: number): string => `${formatCount(runs)} of ${plural(expected, 'start')} missed`,
  },

  change: {
    from: (before: string): string => `from ${before}`,
    of: (before: string): string => `of ${before}`,
    none: 'none before either',
    same: 'as before',
    unknown: 'No change is shown: the archive does not reach back to the equal range before.',
  },

  spanWords: {
    /** The range in a sentence. */
    last: (length: string): string => `in the last ${length}`,
    recorded: (length: string): string => `in the last ${length} of the recording`,
    restart: 'since the last start of Hassette',
    between: 'in this range',
  },

  chart: {
    outcome: 'Runs by outcome',
    duration: 'Duration',
    heat: 'Failures by hour',
    heatRuns: 'Runs by hour',
    per: (step: string): string => `per ${step}`,
    steps: { minute: 'min', hour: 'h', day: 'day', week: 'week', oneHour: 'hour', oneMinute: 'min' },
    keys: 'Arrow keys move, Shift and arrows choose a range, Enter sets it.',
    keysRead: 'Arrow keys move.',
    time: 'Time',
    total: 'Runs',
    forming: 'forming',
    table: 'As table',
    empty: (range: string): string => `No run ${range}.`,
    emptyDuration: (range: string): string => `No run with a duration ${range}.`,
    chosen: (from: string, to: string): string => `${from} to ${to}`,
    chosenHint: 'Enter sets the range',
    log: 'log scale, ≈ from trends',
    beyond: 'dots: runs above p99 among the newest 200',
    percentile: 'within 3.1 %, from trends',
    counted: (from: string, to: string): string => `counted from ${from} to ${to}`,
    approximate: '≈ part of the range can no longer be told apart',
    heatZone: 'local hour × weekday',
    heatWhat: 'What the cells count',
    heatFailures: 'Failures',
    heatAll: 'Runs',
    heatNone: 'No failure and no time-out in this range.',
    heatNoRuns: 'No run in this range.',
    heatSentence: (what: string, day: string, hour: string, count: string, share: string): string =>
      `Most ${what} fall on ${day} between ${hour}: ${count}, ${share} of all.`,
    heatSpread: (count: string, hours: string): string => `${count} in ${hours} of the week; no time stands out.`,
    heatCell: (day: string, hour: string, count: string): string => `${day} ${hour}: ${count}`,
    weekdays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  },

  sessionStrip: {
    since: (start: string): string => `since ${start}`,
    ending: {
      running: 'running',
      clean: 'stopped cleanly',
      crashed: 'crashed',
      killed: 'ended without a clean stop',
    },
  },

  columns: {
    button: 'Columns',
    dialog: 'Columns of this table',
    p50: 'p50',
    p95: 'p95',
    p50Title: 'Median duration, ≈ within 3.1 %',
    p95Title: '95 % of the runs took at most this long, ≈ within 3.1 %',
    missed: 'Missed',
    missedTitle: 'Starts that the schedule foresaw and that were not',
    missedUnknown: 'Its schedule cannot be read, so its starts cannot be foreseen',
    spark: 'Trend',
    sparkTitle: 'Runs over the range; failures at the foot',
    reset: 'Reset columns',
    hint: 'Shift and ← or → on a column head make it narrower or wider.',
    noRoom: 'no room',
    width: (column: string, pixels: number): string => `${column}, ${pixels} pixels wide`,
    now: 'this range',
    before: 'before',
    change: 'change',
    sparkText: (total: number, failed: number): string =>
      `${plural(total, 'run')} over the range, ${failed === 0 ? 'none failed' : `${formatCount(failed)} failed`}`,
  },

  coverage: {
    label: 'What is known of this range',
    runsSince: (moment: string): string => `runs since ${moment}`,
    everyRun: 'every run of this range',
    noRuns: 'no runs of this range',
    trendsSince: (moment: string): string => `trends since ${moment}`,
    nothing: 'nothing is known of this range',
    bound: {
      time: (days: string): string => `limit that binds: ${days}`,
      size: (mb: string): string => `limit that binds: ${mb}`,
      source: 'Hassette had no older ones',
    },
    gap: {
      deleted: 'runs deleted by Hassette before they were read',
      dropped: 'dropped by Hassette',
      recreated: 'not read: Hassette’s database was replaced by another one',
      not_watching: 'not watching',
    },
    gapRuns: (what: string, runs: number): string => `${plural(runs, 'run')} ${what}`,
    gapAt: (from: string, to: string, what: string): string => `${from} to ${to}: ${what}`,
    gaps: (count: number): string => plural(count, 'gap'),
    now: 'now',
    failed: 'what is known of this range could not be read',
  },

  miniMap: {
    label: 'Where in the range the list stands',
    hint: 'Arrow keys move by a step, Page keys by ten; the list follows.',
    at: (moment: string, runs: number, failed: number): string =>
      `${moment}: ${plural(runs, 'run')}${failed === 0 ? '' : `, ${formatCount(failed)} failed`}`,
    jumped: (moment: string): string => `Runs from ${moment} back`,
  },

  trendErrors: {
    lead: 'What needs attention could not be read',
    figures: 'The figures could not be read',
    chart: 'The chart could not be read',
    failures: 'The failures could not be read',
    heat: 'The heat map could not be read',
    map: 'The map of the range could not be read',
  },
} as const
