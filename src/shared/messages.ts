import type { Condition } from './filter'
import { formatCount, formatDuration, formatShortCount } from './format'
import type { RunOrigin, RunStatus, SessionEnding, TargetKind } from './run'
import type { SettingOrigin, Theme } from './settings'
import type { TargetState } from './target'

/** Status in words. */
export const STATUS_WORD: Record<RunStatus, string> = {
  ok: 'ok',
  failed: 'failed',
  timed_out: 'timed out',
  cancelled: 'cancelled',
  skipped: 'skipped',
}

/** Kinds of targets in words, one and many. */
export const KIND_WORD: Record<TargetKind, string> = { handler: 'handler', job: 'job' }

/** Ranges offered as buttons. */
export const RANGE_WORD: Record<string, string> = {
  restart: 'Since restart',
  '15m': '15 m',
  '1h': '1 h',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
  '90d': '90 d',
}

/** Tiers in words. */
export const TIER_WORD = { app: 'Apps', framework: 'Framework', all: 'All' } as const

/** States of a target that has left Hassette. */
export const TARGET_STATE: Record<TargetState, { word: string; sentence: string } | null> = {
  active: null,
  retired: { word: 'retired', sentence: 'Retired: it is no longer in the code of its app.' },
  removed: { word: 'removed', sentence: 'Removed: its app cancelled it.' },
}

/** Themes in words. */
export const THEME_WORD: Record<Theme, string> = { system: 'System', light: 'Light', dark: 'Dark' }

/** Names of the fields that a filter can hold, and of their values. */
export const FIELD_WORD: Record<Condition['field'], string> = { status: 'Status', app: 'App', kind: 'Kind' }

const ORIGIN_WORD: Record<SettingOrigin, string> = {
  flag: 'set by a start option',
  environment: 'set by an environment variable',
  file: 'set in the settings file',
  default: 'the default',
}

const ENDING_WORD: Record<SessionEnding, string> = {
  running: 'still running',
  clean: 'stopped cleanly',
  crashed: 'crashed',
  killed: 'ended without a clean stop',
}

const RUN_ORIGIN_WORD: Record<NonNullable<RunOrigin>, string> = {
  LOCAL: 'Home Assistant itself',
  REMOTE: 'another Home Assistant',
  HASSETTE: 'Hassette',
  HASSETTE_SYNTHETIC: 'Hassette, made up at start',
  other: 'elsewhere',
}

const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`

/** All strings of the window that are no table above. */
export const words = {
  appName: 'Hassette Monitor',
  skip: 'Skip to the list',
  notices: 'Notices',
  pages: { nav: 'Pages', handlers: 'Handlers', jobs: 'Jobs', history: 'History', settings: 'Settings' },
  tryAgain: 'Try again',
  link: 'Link',
  markdown: 'Markdown',
  id: 'Id',
  close: 'Close',
  loading: 'Loading',
  showAll: (length: number): string => `Show all ${formatCount(length)} characters`,
  copied: (what: string): string => `${what} copied`,
  notCopied: 'Not copied: the system did not take it',

  sidebar: {
    collapse: 'Make the sidebar small',
    expand: 'Make the sidebar wide',
    failing: (count: number): string => `${count} failing`,
  },

  source: {
    choose: 'Choose the Hassette to look at',
    none: 'No Hassette yet',
    unknown: 'Hassette',
    noneHint: 'nothing to read',
    noneText: 'The archive holds no Hassette yet. To read yours, start with',
    notListed: 'The list of sources could not be read',
    sample: 'Sample home',
    state: {
      connecting: 'opening its file',
      reading: (done: number, total: number): string => `reading ${formatCount(done)} of ${formatCount(total)}`,
      upToDate: 'up to date',
      live: 'live',
      stale: (since: string): string => `not watching since ${since}`,
      snapshot: 'snapshot, read completely',
      sample: 'sample, a recording',
      notRead: 'not read in this run of the app',
      failed: 'not readable',
    },
    runs: (app: number, framework: number): string => `${plural(app, 'app run')}, ${formatCount(framework)} framework`,
    retry: 'Read it again',
  },

  range: {
    label: 'Range',
    typed: 'Range as text',
    placeholder: '6h, 14:00..15:30',
    invalid: 'Not a range. Write 30m, 6h, 2d or 2026-11-20 14:00..15:30.',
    until: (moment: string): string => `until ${moment}`,
    untilTitle: (moment: string): string => `This source is a recording; its time ends ${moment}.`,
    in: (range: string): string => (range === 'restart' ? 'since the restart' : `in this range (${range})`),
  },

  tier: {
    label: 'Rows',
    hidden: (count: number): string => `${formatShortCount(count)} hidden`,
    title: (count: number): string => `${plural(count, 'run')} of Hassette itself are not shown`,
  },

  sampleBanner: {
    title: 'Sample data.',
    /** Null while its length is not known. */
    text: (days: number | null): string =>
      `A recording ${days === null ? '' : `of ${plural(days, 'day')} `}of a real Hassette in an invented house, moved so that it ends now.`,
    connect: 'To read your own, start with',
    option: '--source <path to hassette.db>',
  },
  corrupt: {
    title: 'The settings file could not be read; the defaults are in force.',
    kept: 'The old file was kept as',
  },
  sourceFailed: (name: string): string => `${name} is not read:`,
  sourceStale: (name: string, since: string): string => `${name}: not watching since ${since}.`,
  sourceStaleHint: 'What happens meanwhile is read when it is back, as far as Hassette keeps it.',

  archive: {
    opening: 'Opening the archive',
    openingHint: 'This takes a moment, longer after an update.',
    restarting: 'The archive is being started again',
    restartingHint: 'A part of the app stopped. What was stored is safe; this page comes back by itself.',
    unavailable: 'The archive cannot be opened',
    untouched: 'Hassette’s own files are not affected: this app only reads them.',
    openLogs: 'Open logs',
  },

  targets: {
    handler: {
      name: 'Handler',
      trigger: 'Trigger',
      find: 'Filter by name, app or trigger',
      table: 'Handlers',
      empty: 'No handler yet. Handlers appear as soon as an app of this Hassette has registered one.',
    },
    job: {
      name: 'Job',
      trigger: 'Schedule',
      find: 'Filter by name, app or schedule',
      table: 'Jobs',
      empty: 'No job yet. Jobs appear as soon as an app of this Hassette has scheduled one.',
    },
    attention: 'What needs a look',
    app: 'App',
    runs: 'Runs',
    failed: 'Failed',
    dependency: 'Depend.',
    dependencyTitle: 'Dependency failures',
    timed: 'Timed out',
    skipped: 'Skipped',
    strip: (count: number): string => `Last ${count} runs`,
    last: 'Last run',
    never: 'never',
    neverRan: 'never ran',
    allApps: 'All apps',
    someApps: (count: number): string => plural(count, 'app'),
    anyApp: 'Show all apps',
    failingOnly: 'Failing only',
    gone: 'Retired and removed',
    noMatch: 'No row matches.',
    clear: 'Clear the filter',
    summary: (kind: TargetKind, total: number, clean: number): string =>
      `${plural(total, KIND_WORD[kind])}, ${clean === total ? 'none with a failure' : `${formatCount(clean)} with no failure`}`,
    instance: (index: number): string => `instance ${index}`,
    open: 'Open',
  },

  strip: {
    none: 'No run yet',
    text: (total: number, failed: number, other: string): string =>
      `Last ${plural(total, 'run')}: ${failed === 0 ? 'none failed' : `${failed} failed`}${other}`,
    timed: (count: number): string => `, ${count} timed out`,
    cancelled: (count: number): string => `, ${count} cancelled`,
    skipped: (count: number): string => `, ${count} skipped`,
  },

  runs: {
    table: 'Runs, newest finished first',
    time: 'Time',
    status: 'Status',
    kind: 'Kind',
    app: 'App',
    target: 'Target',
    duration: 'Duration',
    error: 'Error',
    manual: 'manual',
    manualTitle: 'Started by hand',
    leaked: 'thread leaked',
    new: (count: number, more: boolean): string =>
      `${formatCount(count)}${more ? ' or more' : ''} new ${count === 1 ? 'run' : 'runs'}`,
    jump: 'Jump to the newest',
    newer: 'Newer runs above',
    current: 'Up to the newest run',
    currentEnd: 'Up to the end of the recording',
    empty: (range: string): string =>
      `No run ${words.range.in(range)}. Runs appear as soon as Hassette has finished one.`,
    emptyHint: 'A wider range may hold some.',
    noMatch: (range: string): string => `No run matches ${words.range.in(range)}.`,
    without: 'Remove',
    end: 'No older runs in this range.',
    loaded: (count: number): string => `${plural(count, 'run')} loaded`,
  },

  filter: {
    add: 'Filter',
    dialog: 'Add a filter',
    fields: 'Fields',
    is: 'is',
    not: 'not',
    only: (value: string): string => `is ${value}`,
    without: (value: string): string => `not ${value}`,
    flip: (chip: string): string => `${chip}: turn round`,
    drop: (chip: string): string => `${chip}: remove`,
    chip: (not: boolean, field: string, value: string): string => `${not ? 'not ' : ''}${field} ${value}`,
    clear: 'Remove all',
    bar: 'Filters',
    failuresOnly: 'Only failures',
    hint: 'Applies at once.',
  },

  target: {
    runsWhen: 'Runs:',
    missing: 'This handler or job is not in the archive.',
    missingHint: 'The link may come from another archive, or what it points to was removed with its source.',
    mode: (mode: string): string => `mode ${mode}`,
    backpressure: (value: string): string => `backpressure ${value}`,
    debounce: (value: string): string => `debounce ${value}`,
    throttle: (value: string): string => `throttle ${value}`,
    holds: (value: string): string => `must hold ${value}`,
    priority: (value: number): string => `priority ${value}`,
    once: 'once',
    immediate: 'immediate',
    framework: 'framework',
    registration: 'How the app registered it',
    number: (kind: TargetKind, id: number): string => `${kind === 'handler' ? 'listener' : 'job'} ${id}`,
    figures: 'Figures of the range',
    runs: 'Runs',
    failed: 'Failed',
    dependency: 'Dependency failures',
    timed: 'Timed out',
    cancelled: 'Cancelled',
    skipped: 'Skipped',
    history: 'Its runs',
    back: { handler: 'Handlers', job: 'Jobs' },
    lastRun: 'last run',
  },

  run: {
    inspector: 'Run',
    resize: 'Width of the inspector',
    previous: 'Previous run of it',
    next: 'Next run of it',
    backToList: 'List',
    missing: 'This run is not in the archive any more.',
    missingHint: 'Old runs leave the archive when a limit binds.',
    copyMarkdown: 'Copy as Markdown',
    copyLink: 'Copy link',
    copyId: 'Copy id',
    title: {
      ok: 'Finished',
      failed: (type: string | null): string => (type ? `Failed: ${type}` : 'Failed'),
      timed_out: 'Timed out',
      cancelled: 'Cancelled',
      skipped: 'Skipped',
      convertEntity: 'Failed: an attribute has the wrong type',
      convertMissing: 'Failed: a value is missing from the event',
      convert: 'Failed: a value has the wrong type',
      extract: 'Failed: a value could not be read from the event',
      none: 'Failed: a required value was not there',
      noSource: 'Failed: nothing provides a parameter',
      dependency: 'Failed: a dependency could not be provided',
    },
    /** What follows `name of app`. */
    sentence: {
      ok: (duration: string): string => ` ran for ${duration}.`,
      failed: (duration: string): string => ` raised an error after ${duration}.`,
      timed_out: (duration: string): string => ` was stopped by its time limit after ${duration}.`,
      cancelled: (duration: string): string => ` was cancelled after ${duration}, before it was done.`,
      skipped: ' was due, and Hassette did not run it.',
      convertEntity: (entity: string, type: string): string =>
        ` got ${entity}, but its data does not fit a ${type}. The body did not run.`,
      convertMissing: (parameter: string, type: string): string =>
        ` asks for ${parameter} as ${type}, and the event did not carry it. The body did not run.`,
      convert: (parameter: string, type: string): string =>
        ` got a value for ${parameter} that does not fit ${type}. The body did not run.`,
      extract: (parameter: string): string => ` asks for ${parameter}, which could not be read. The body did not run.`,
      none: ' needed a value and got none. Most often the entity was removed: the event then has no new state. The body did not run.',
      noSource: (type: string): string =>
        ` asks for ${type}, and Hassette has nothing of this kind. The body did not run.`,
      dependency: ' did not get what its parameters ask for. The body did not run.',
    },
    of: ' of ',
    parameter: 'Parameter',
    unnamed: 'not named by Hassette',
    entity: 'Entity',
    from: 'From',
    to: 'To',
    converter: 'Converter',
    inner: 'Inner error',
    field: 'Field',
    error: 'Error',
    expected: (got: string): string => `${got}, expected a value`,
    nothing: 'nothing (MISSING_VALUE)',
    message: 'Message',
    noMessage: 'Hassette recorded no message.',
    traceback: 'Traceback',
    noTraceback: 'Hassette recorded no traceback.',
    noDependencyTraceback: 'Hassette records none for dependency failures.',
    libraryFrames: (count: number): string => plural(count, 'library frame'),
    strip: (kind: TargetKind): string => `This ${KIND_WORD[kind]}`,
    streak: (count: number): string => `${formatCount(count)} failed in a row`,
    facts: 'Where it came from',
    trigger: 'Triggered by',
    noTrigger: 'not recorded',
    origin: (origin: NonNullable<RunOrigin>): string => RUN_ORIGIN_WORD[origin],
    id: 'Run',
    noId: 'Hassette keeps no id for it',
    started: 'Started',
    took: 'Took',
    session: 'Session',
    sessionText: (start: string, ending: SessionEnding): string => `since ${start}, ${ENDING_WORD[ending]}`,
    manual: 'By hand',
    manualText: 'someone started it by hand',
    leaked: 'Thread',
    leakedText: 'its thread kept running after it ended',
  },

  settings: {
    appearance: 'Appearance',
    theme: 'Theme',
    themeHint: 'System follows the desktop.',
    archive: 'Archive',
    archiveNote: 'what this app keeps of each Hassette',
    retention: 'Keep runs for',
    retentionValue: (days: number): string => plural(days, 'day'),
    size: 'Size of the archive',
    sizeValue: (mb: number): string => `${formatCount(mb)} MB`,
    place: 'Place of the archive',
    sources: 'Hassette files to read',
    noSources: 'None: the sample is shown.',
    showInFolder: 'Show in folder',
    origin: (name: string, origin: SettingOrigin): string => `${name} · ${ORIGIN_WORD[origin]}`,
    differs: (value: string): string => ` · default ${value}`,
    change:
      'To change: a start option, an environment variable, or settings.json in the data folder, then start again.',
    files: 'Files and help',
    dataFolder: 'Data folder',
    logs: 'Logs',
    openLogs: 'Open logs',
    shortcuts: 'Keyboard shortcuts',
    shortcutsHint: 'The key ? opens them anywhere.',
    showShortcuts: 'Show shortcuts',
    version: (version: string): string => `Hassette Monitor ${version}`,
    about: (electron: string): string => `MIT licence · Electron ${electron}`,
    notLoaded: 'The settings could not be read',
  },

  keys: {
    title: 'Keyboard shortcuts',
    here: 'the page you are on',
    letters: 'Letters do nothing while you type in a field.',
    groups: { page: 'This page', list: 'In any list', go: 'Go to', window: 'Window' },
    then: 'then',
    or: 'or',
    down: 'Down',
    up: 'Up',
    first: 'First, last',
    open: 'Open',
    back: 'Back, close',
    find: 'Filter',
    failures: 'Only failures',
    previousNext: 'Previous, next run of it',
    copyLink: 'Copy link',
    sidebar: 'Sidebar',
    inspector: 'Inspector',
    theme: 'Theme',
    sheet: 'This sheet',
    newest: 'Newest runs',
    move: 'move',
    all: 'all keys',
  },

  errors: {
    targets: 'This list could not be read',
    runs: 'The runs could not be read',
    run: 'This run could not be read',
    target: 'This page could not be read',
  },
} as const

/** How a value of a condition is written. */
export function conditionValue(condition: Condition): string {
  if (condition.field === 'status') return STATUS_WORD[condition.value]
  return condition.field === 'kind' ? KIND_WORD[condition.value] : condition.value
}

/** `2 s` or `0.5 s` of a duration in seconds. */
export function secondsWord(seconds: number): string {
  return formatDuration(seconds * 1_000_000)
}
