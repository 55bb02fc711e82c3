import { formatCount, plural } from './format'
import type { HassetteState } from './source'

/** How a Hassette came to be down, in brackets. */
const DOWN: Record<Extract<HassetteState, { kind: 'down' }>['how'], string> = {
  silent: 'no clean stop',
  killed: 'no clean stop',
  crashed: 'ended with a failure',
}

/** Strings of what stands around every page: sidebar, sources, banners, the live line, the archive's state. */
export const frameWords = {
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
    noneText: 'The archive holds no Hassette yet.',
    notListed: 'The list of sources could not be read',
    sample: 'Sample home',
    state: {
      connecting: 'opening its file',
      reading: (done: number, total: number): string => `reading ${formatCount(done)} of ${formatCount(total)}`,
      upToDate: 'up to date',
      live: 'live',
      running: (since: string): string => `running since ${since}`,
      noSign: (since: string): string => `no sign since ${since}`,
      stopped: (since: string): string => `stopped since ${since}`,
      down: (since: string, how: keyof typeof DOWN): string => `down since ${since} (${DOWN[how]})`,
      stale: (since: string): string => `not watching since ${since}`,
      snapshot: 'snapshot, read completely',
      sample: 'sample, up to date',
      notRead: 'not read in this run of the app',
      removed: 'removed; its runs are kept',
      failed: 'not readable',
      cancelled: 'stopped by you; what was read stays',
    },
    runs: (app: number, framework: number): string => `${plural(app, 'app run')}, ${formatCount(framework)} framework`,
    retry: 'Read it again',
    clock: (length: string, isBehind: boolean): string => `its clock is ${length} ${isBehind ? 'behind' : 'ahead'}`,
  },

  sampleBanner: {
    title: 'Sample data.',
    /** Null while its length is not known. */
    text: (days: number | null): string =>
      `A recording ${days === null ? '' : `of ${plural(days, 'day')} `}of a real Hassette in an invented house, moved so that it ends now.`,
  },
  settingsTrouble: {
    unreadable: (path: string, reason: string): string => `${path} cannot be read: ${reason}.`,
    unreadableHint: 'The defaults are in force. No setting can be changed until the file can be read.',
    corrupt: (path: string): string => `${path} holds no settings.`,
    kept: 'The defaults are in force. What it held was kept as',
    notKept: 'The defaults are in force. No copy of it can be made, so no setting can be changed: move the file away.',
    invalid: (path: string): string => `Some of ${path} is not valid:`,
    invalidHint: 'The rest is in force, and these stay in the file until you change them.',
    more: (count: number): string => `${formatCount(count)} more`,
  },
  sourceFailed: (name: string): string => `${name} is not read:`,
  sourceStale: (name: string, since: string): string => `${name}: not watching since ${since}.`,
  sourceStaleHint: 'What happens meanwhile is read when it is back, as far as Hassette keeps it.',

  live: {
    live: 'Live',
    paused: 'Paused',
    pause: 'Pause: new runs wait and are counted',
    resume: 'Go on: new runs come in',
    key: 'Pause, go on',
    pausedAt: (clock: string): string => `Paused at ${clock}, nothing is dropped`,
    stale: (since: string, why: string): string => `not watching since ${since}: ${why}`,
    new: (count: number): string => `${formatCount(count)} new`,
    counting: 'counting…',
    runs: (count: number): string => plural(count, 'run'),
    runsOf: (count: number, all: number): string => `${formatCount(count)} of ${plural(all, 'run')}`,
    announcePaused: 'Paused',
    announceLive: 'Live again',
  },
  reading: {
    label: 'Reading the history that Hassette still has',
    text: (done: number, total: number): string => `reading ${formatCount(done)} of ${formatCount(total)} runs`,
    cancel: 'Cancel',
    cancelOf: (name: string): string => `Cancel reading ${name}`,
    cancelled: 'Stopped by you; what was read stays',
    goOn: 'Go on',
    goOnOf: (name: string): string => `Go on reading ${name}`,
  },

  archive: {
    opening: 'Opening the archive',
    openingHint: 'This takes a moment, longer after an update.',
    restarting: 'The archive is being started again',
    restartingHint: 'A part of the app stopped. What was stored is safe; this page comes back by itself.',
    unavailable: 'The archive cannot be opened',
    again: 'It is tried again by itself, at least once a minute.',
    held: 'Nothing is recorded for now.',
    untouched: 'Nothing here has been changed. Hassette’s own files are not affected: this app only reads them.',
    openLogs: 'Open logs',
  },
} as const
