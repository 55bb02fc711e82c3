import { formatCount, plural } from './format'

/** Strings of the pane that finds a Hassette, and of the page that repairs the archive. */
export const connectWords = {
  connect: {
    open: 'Connect your Hassette',
    add: 'Add a Hassette file…',
    pane: 'Connect a Hassette',
    title: { none: 'No Hassette found on this computer', one: 'A Hassette is on this computer' },
    titleMany: (count: number): string => `${plural(count, 'Hassette')} on this computer`,
    looking: 'Looking for a Hassette on this computer',
    harmless: 'Hassette Monitor reads its file and never writes to it.',
    noneText:
      'Looked in the usual data folders and where Hassette’s variables and configuration point. If yours keeps its file elsewhere, name it below.',
    notLooked: 'Could not look for a Hassette',
    choices: 'Hassette files',
    another: 'Another file',
    path: 'Path of hassette.db',
    pathHint: 'A live file or a copy of one. It is checked before anything is read.',
    versions: (versions: string): string => `Hassette ${versions}`,
    newer: 'newer than this app knows',
    schema: (version: number): string => `schema ${version}`,
    sessions: (count: number): string => plural(count, 'session'),
    runs: (app: number, framework: number): string => `${plural(app, 'app run')}, ${formatCount(framework)} framework`,
    noRuns: 'no runs yet',
    since: (moment: string): string => `oldest ${moment}`,
    until: (moment: string): string => `newest ${moment}`,
    mode: { live: 'in use', snapshot: 'a copy: it does not change any more' },
    copied: 'read through a copy, since its folder cannot be written to',
    because: (why: string): string => `found here: ${why}`,
    keepTitle: 'How long runs are kept',
    keep: (days: number, mb: number): string =>
      `${plural(days, 'day')} of a Hassette that is in use, within ${formatCount(mb)} MB in all.`,
    keepHint: 'Everything it still holds is read first. A copy is kept whole.',
    watch: 'Watch it',
    sampleFirst: 'Look at the sample first',
    lookAgain: 'Look again',
    refused: 'It is not watched',
    watching: (name: string): string => `Watching ${name}`,
  },

  repair: {
    ways: 'Ways out',
    restore: 'Restore the copy from before the last update',
    restoreText:
      'The archive as it was then. What is missing since is read again from Hassette, as far as it still has it.',
    restoreDo: 'Restore the copy',
    other: 'Open another archive',
    otherText: 'A file of Hassette Monitor from elsewhere, or from a backup of yours. This one stays where it is.',
    otherDo: 'Choose a file…',
    fresh: 'Start fresh',
    freshText:
      'The file is kept beside the new one under another name. The new archive reads what Hassette still has; older runs are then only in the kept file.',
    freshDo: 'Start fresh',
    until: 'Until one of these works, nothing is recorded. Hassette itself goes on.',
  },
} as const
