import { formatCount, formatShortCount, plural } from './format'
import { alertRuleWords } from './messages-alert-rules'
import { incidentWords } from './messages-alerts-page'
import { connectWords } from './messages-connect'
import { frameWords } from './messages-frame'
import { runWords } from './messages-run'
import { sessionWords } from './messages-sessions'
import { upkeepWords } from './messages-sources'
import { storageWords } from './messages-storage'
import { trendWords } from './messages-trends'
import { KIND_WORD, ORIGIN_WORD } from './names'
import type { TargetKind } from './run'
import type { SettingOrigin } from './settings'

/** All strings of the window that are no table above. */
export const words = {
  appName: 'Hassette Monitor',
  skip: 'Skip to the list',
  notices: 'Notices',
  pages: {
    nav: 'Pages',
    overview: 'Overview',
    handlers: 'Handlers',
    jobs: 'Jobs',
    history: 'History',
    sessions: 'Sessions',
    alerts: 'Alerts',
    storage: 'Storage',
    settings: 'Settings',
  },
  tryAgain: 'Try again',
  link: 'Link',
  markdown: 'Markdown',
  id: 'Id',
  close: 'Close',
  loading: 'Loading',
  showAll: (length: number): string => `Show all ${formatCount(length)} characters`,
  copied: (what: string): string => `${what} copied`,
  notCopied: 'Not copied: the system did not take it',

  ...frameWords,
  ...connectWords,
  ...storageWords,
  ...upkeepWords,
  ...sessionWords,
  ...incidentWords,
  ...alertRuleWords,

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
    jump: 'Jump to the newest',
    newer: 'Newer runs above',
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
    chip: (not: boolean, field: string, value: string): string => `${not ? 'not ' : ''}${field} ${value}`.trim(),
    clear: 'Remove all',
    bar: 'Filters',
    failuresOnly: 'Only failures',
    hint: 'Applies at once.',
    find: 'Find a field or a value, or the id of a run',
    set: (count: number): string => `${formatCount(count)} set`,
    operators: 'How it is compared',
    operator: { text: { is: 'contains', not: 'does not' }, errorType: { is: 'is', not: 'not' } },
    typed: {
      text: 'Part of the message or of the error’s class, in any case.',
      errorType: 'The class as Hassette wrote it. Below are those of the loaded rows.',
    },
    hideTarget: { handler: 'Hide this handler', job: 'Hide this job' },
    onlyTarget: { handler: 'Only this handler', job: 'Only this job' },
    hidden: (name: string): string => `${name} is hidden`,
    shownOnly: (name: string): string => `Only ${name} is shown`,
  },

  find: {
    go: 'Go to run',
    looking: 'Looking',
    notThere: 'No such run at the time that its id names.',
    scanning: 'Searching every run. Another id, or Esc, ends it.',
    nowhere: 'No run of this Hassette has this id. Successes of the framework are kept without one.',
    everything: 'Search everything',
  },

  ...runWords,
  ...trendWords,

  settings: {
    appearance: 'Appearance',
    theme: 'Theme',
    themeHint: 'System follows the desktop.',
    archive: 'Archive',
    archiveNote: 'what this app keeps of each Hassette',
    place: 'Place of the archive',
    sources: 'Hassette files to read',
    noSources: 'None: the sample is shown.',
    showInFolder: 'Show in folder',
    origin: (name: string, origin: SettingOrigin): string => `${name} · ${ORIGIN_WORD[origin]}`,
    differs: (value: string): string => ` · default ${value}`,
    fixed: 'it cannot be changed here',
    change: 'Sources are added and removed, and the archive is moved, in',
    files: 'Files and help',
    dataFolder: 'Data folder',
    logs: 'Logs',
    openLogs: 'Open logs',
    shortcuts: 'Keyboard shortcuts',
    shortcutsHint: 'The key ? opens them anywhere.',
    showShortcuts: 'Show shortcuts',
    version: (version: string): string => `Hassette Monitor ${version}`,
    about: ({ electron, electronMaintained: maintained }: { electron: string; electronMaintained: boolean }): string =>
      `MIT licence · Electron ${electron}${maintained ? '' : ' — no longer maintained by its makers, for testing only'}`,
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
