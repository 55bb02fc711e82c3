import { formatBytes, formatCount, plural } from './format'

/** Strings about the sources on the Storage page: what can be done with one, and what Hassette itself still holds. */
export const upkeepWords = {
  upkeep: {
    test: 'Test',
    testOf: (name: string): string => `Test ${name}`,
    tested: (name: string): string => `${name} can be read`,
    more: (name: string): string => `More for ${name}`,
    rename: 'Rename…',
    name: 'Name',
    save: 'Save',
    never: 'Never mind',
    renamed: (name: string): string => `Now called ${name}`,
    toSnapshot: 'Treat as a snapshot…',
    toLive: 'Treat as live…',
    snapshotText:
      'A snapshot is a file that is not written to any more: its runs do not grow old, and only the size limit takes them. Should Hassette write to it again, it becomes live by itself.',
    snapshotDo: 'Treat as a snapshot',
    liveText: (days: number): string =>
      `A live source is watched, and its runs go after ${plural(days, 'day')}. Older ones that are here now go with the next check; trends stay.`,
    liveDo: 'Treat as live',
    switched: { live: 'Now treated as live', snapshot: 'Now treated as a snapshot' },
    remove: 'Remove…',
    deleteRuns: 'Delete its runs…',
    removeText: (name: string): string => `${name} is not read any more. Its file is not touched.`,
    removeRuns: 'Its runs in the archive',
    keep: 'Keep them',
    keepText: 'They can still be looked at, until a limit takes them.',
    delete: 'Delete them',
    deleteText: (runs: number): string => `${plural(runs, 'run')}, their errors and their trends go for good.`,
    removeKeep: 'Remove, keep the runs',
    removeDelete: 'Remove and delete…',
    sure: (name: string, runs: number): string =>
      `Delete ${plural(runs, 'run')} of ${name} and all trends of it? This cannot be undone.`,
    sureDo: (runs: number): string => `Delete ${plural(runs, 'run')} for good`,
    removed: (name: string): string => `${name} is removed`,
    failed: 'That did not work',

    facts: {
      sessions: (count: number): string => plural(count, 'session'),
      rows: (rows: number, framework: string | null): string =>
        `${plural(rows, 'run')}${framework === null ? '' : `, ${framework} framework`}`,
      archived: (app: number, framework: number): string =>
        `${formatCount(app)} app and ${formatCount(framework)} framework runs archived`,
      size: (bytes: number): string => formatBytes(bytes),
      looking: 'Looking at its file',
    },

    /** What Hassette itself still holds, and why not more. */
    holds: {
      nothing: 'Hassette itself holds no run yet.',
      days: (since: string, days: number): string => `Hassette itself holds runs since ${since}: its ${days} days.`,
      size: (length: string): string => `Hassette itself holds only the last ${length}:`,
      sizeFramework: 'its 500 MB cap is full of framework rows.',
      sizeFull: 'its 500 MB cap is full.',
      own: (since: string): string => `Hassette itself holds runs since ${since}: it is set to delete them early.`,
      more: (since: string, days: number): string =>
        `Hassette itself holds runs since ${since}: it is set to keep more than its usual ${days} days.`,
      all: (since: string, days: number): string =>
        `Hassette itself holds all its runs, since ${since}: its ${days} days are not over yet.`,
      copy: (from: string, to: string): string => `The copy holds runs from ${from} to ${to}.`,
      safe: 'What is in the archive is safe.',
      toKeep: 'To let it keep more, raise',
      copySetting: 'Copy',
      copySettingOf: (setting: string): string => `Copy ${setting}`,
    },
  },
} as const
