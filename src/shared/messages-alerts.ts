import { plural } from './format'

/** Strings of notifications, of the tray and of incidents. */
export const alertWords = {
  notice: {
    rate: (failures: number, window: string): string => `${plural(failures, 'dependency failure')} in ${window}`,
    streak: (failures: number): string => `${plural(failures, 'dependency failure')} in a row`,
    failures: (failures: number): string => `${plural(failures, 'failure')} in a row`,
    missed: (starts: number): string => `${plural(starts, 'start')} missed`,
    blind: (source: string, since: string): string => `Not watching ${source} since ${since}`,
    where: (what: string, where: string): string => `${what} — ${where}`,
    more: (first: string, others: number): string => `${first} and ${plural(others, 'other')}`,
    usual: (rate: string): string => `usual: ${rate} / h`,
    almostNever: 'usual: almost none',
    also: (names: string): string => `also: ${names}`,
    total: (failures: number, since: string): string => `${plural(failures, 'failure')} since ${since}`,
    still: (since: string, where: string): string => `Still failing since ${since} — ${where}`,
    louder: (failures: number, where: string): string => `Back and worse: ${failures} failures in 5 min — ${where}`,
    recovered: (where: string): string => `Recovered — ${where}`,
    usualAgain: (where: string): string => `No more failures than usual — ${where}`,
    lasted: (length: string, failures: number): string => `after ${length}, ${plural(failures, 'failure')}`,
    seenAgain: (source: string): string => `Watching ${source} again`,
    down: (source: string, since: string): string => `${source} is down since ${since}`,
    stopped: (source: string, since: string): string => `${source} is stopped since ${since}`,
    runsAgain: (source: string): string => `${source} runs again`,
    digest: (open: number): string => `${plural(open, 'incident')} still open after quiet hours`,
    capped: (open: number): string => `Notifications paused for 1 h — ${plural(open, 'incident')} open`,
    cappedBody: 'There were too many at once. All of them are listed in the window.',
    away: (spikes: number, open: number): string =>
      `While away: ${plural(spikes, 'spike')}, ${open === 0 ? 'none' : open} still open`,
    writtenLate: (spikes: number, open: number): string =>
      `Recorded late by Hassette: ${plural(spikes, 'spike')}, ${open === 0 ? 'none' : open} still open`,
  },
  title: {
    always: (where: string): string => `${where} fails every run`,
    rate: (where: string, failures: number): string => `${where}: ${plural(failures, 'dependency failure')}`,
    row: (where: string, failures: number): string => `${where}: ${plural(failures, 'failure')} in a row`,
    missed: (where: string, starts: number): string => `${where}: ${plural(starts, 'start')} missed`,
  },
  test: { title: 'Hassette Monitor can reach you', body: 'This is what a notification looks like. Nothing is wrong.' },
  /** Why a Hassette is taken for down, a sentence within a line. */
  downReason: {
    silent: 'No sign of it, and no clean stop',
    crashed: 'Its last session ended with a failure',
    killed: 'Its last session ended without a clean stop',
  },
  stoppedReason: 'It was stopped and has not started again',
  /** A sentence within a line. */
  blindReason: (sentence: string): string => sentence.replace(/\.$/, ''),
} as const
