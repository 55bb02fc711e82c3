import { formatCount, plural } from './format'

/** Strings of the Sessions page. */
export const sessionWords = {
  sessions: {
    table: 'Sessions, newest first',
    start: 'Start',
    end: 'End',
    length: 'Length',
    ending: 'How it ended',
    runs: 'Runs',
    failed: 'Failed',
    dependency: 'Depend.',
    dependencyTitle: 'Dependency failures',
    dropped: 'Dropped',
    droppedTitle: 'Rows that Hassette itself could not write',
    blocking: 'Blocking',
    blockingTitle: 'Times its event loop stood still',
    how: { running: 'running', clean: 'clean stop', crashed: 'crashed', killed: 'killed' },
    killedTitle: 'No stop was recorded; its end is the last sign of life',
    noError: 'Hassette recorded no error',
    details: (start: string): string => `Why the session of ${start} crashed`,
    message: 'Error',
    open: 'Its runs in History',
    notRead: 'The sessions could not be read',
    empty: 'No session in this range. One begins each time Hassette starts.',
    summary: (count: number, more: boolean, unclean: number): string =>
      `${more ? `the newest ${plural(count, 'session')}` : plural(count, 'session')}, ${unclean === 0 ? 'none crashed or killed' : `${formatCount(unclean)} without a clean stop`}`,
    older: 'Older sessions',
    ribbon: 'Share of failed runs, by session',
    highest: (share: string, start: string): string => `highest ${share}, the session of ${start}`,
    noneFailed: 'none failed',
    width: 'a bar is as wide as its session was long',
    expand: 'Show why, hide it',
  },
} as const
