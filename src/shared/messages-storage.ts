import { formatBytes, formatCount, plural } from './format'
import type { Limits, PassReason, StorageWork, WorkKind } from './storage'

/** Strings of the Storage page and of the limits, which the Settings page shows too. */
export const storageWords = {
  storage: {
    sources: 'Sources',
    add: 'Add a source',
    noSources: 'No Hassette yet. Add its file, and what it still holds is read first.',
    archive: 'Archive',
    notRead: 'The figures of the archive could not be read',
    logNotRead: 'The log could not be read',

    sample: {
      title: 'This page is about your own archive; you are looking at the sample home.',
      text: 'The sample lies in an archive of its own and is thrown away with it. Sources, figures, cleaning, compacting, backups and moving are here as soon as you connect your Hassette. The limits can be set now: they hold from then on.',
    },

    use: {
      of: (reusable: number, limit: number): string =>
        ` in use, ${formatBytes(reusable)} reusable, of a limit of ${formatBytes(limit)}.`,
      sizeBinds: (perDay: number, when: string): string =>
        `At ${formatBytes(perDay)} a day the size limit binds ${when}, before the days do.`,
      timeBinds: (days: string, when: string): string => `The ${days} bind ${when}, before the size does.`,
      nothingBinds: 'At this rate no limit binds within ten years.',
      snapshots: 'Snapshots do not grow, so no limit will bind.',
      noRuns: 'Nothing is recorded yet, so nothing can be said of the days ahead.',
      about: (length: string): string => `in about ${length}`,
      now: 'already',
      tooSmall: 'The limit is too small.',
      tooSmallText: (used: number): string =>
        `Even without a run, what is kept for ever takes ${formatBytes(used)}. New runs are deleted as soon as they are counted. Raise the size, or compact the archive.`,
      timeWaits: {
        title: 'Nothing is removed by its days for now.',
        clock_unproven: (since: string): string =>
          `Since the start (${since}) nothing has confirmed that the clock of this computer is right. A running Hassette does so within minutes; without one it takes a day. The size limit holds meanwhile.`,
        clock_jumped: (at: string): string =>
          `The clock of this computer went forward by more than an hour (${at}). A running Hassette confirms it within minutes; without one it takes a day. The size limit holds meanwhile.`,
        clock_differs: (length: string, ahead: boolean): string =>
          `The clock of this computer is ${length} ${ahead ? 'ahead of' : 'behind'} that of Hassette. Set the one that is wrong. The size limit holds meanwhile.`,
      },
      disk: (free: number): string => `${formatBytes(free)} free on this disk`,
      bar: 'What the archive holds',
      content: {
        runs: 'Runs',
        failures: 'Errors',
        logs: 'Log lines',
        trends: 'Trends',
        other: 'Other',
        reusable: 'Reusable',
        free: 'Free',
      },
      contentTitle: {
        failures: 'Error messages and tracebacks',
        other: 'Lists of handlers and jobs, sessions, and what is being written',
        reusable: 'Room of deleted rows, used again or given back',
        free: 'Up to the limit',
      },
    },

    kept: {
      title: 'What is kept',
      note: 'runs until a limit binds, trends for ever',
      table: 'What is kept of each source',
      source: 'Source',
      kind: 'Runs of',
      tier: { app: 'Apps', framework: 'Framework' },
      since: 'Since',
      reaches: 'Reaches',
      span: (from: string): string => `${from} to now`,
      spanTitle: 'Thick: every run. Thin: trends only.',
      runs: 'Runs',
      perDay: 'A day',
      size: 'Size',
      empty: 'No run yet. This fills as soon as Hassette has finished one.',
      snapshot: 'A snapshot: its runs do not grow old',
      bar: (runs: string, trends: string): string => `runs since ${runs}, trends since ${trends}`,
    },

    log: {
      title: 'Retention log',
      table: 'What was removed, newest first',
      when: 'When',
      why: 'Why',
      what: 'What was done',
      freed: 'Freed',
      took: 'Took',
      empty: 'Nothing was cleaned up yet. The first check comes with the next start, at the latest in an hour.',
      older: 'Show older entries',
      reason: {
        start: 'at start',
        hourly: 'hourly',
        daily: 'daily',
        growth: 'it grew',
        by_hand: 'by you',
        limits_changed: 'new limits',
      } satisfies Record<PassReason, string>,
      byYou: 'by you',
      nothing: 'nothing had to go',
      removed: (what: string, upTo: string | null): string => `${what}${upTo === null ? '' : `, up to ${upTo}`}`,
      app: (count: number): string => plural(count, 'app run'),
      framework: (count: number): string => plural(count, 'framework run'),
      both: (app: string, framework: string): string => `${app} and ${framework}`,
      bound: { time: 'past their days', size: 'over the size' },
      cancelled: 'stopped early, the rest follows',
      work: {
        compact: 'compacted',
        backup: 'backed up',
        restore: 'a backup was put in its place',
        move: 'moved here',
        source_removed: 'a source was removed',
      },
    },

    limits: {
      title: 'Limits',
      note: 'the tighter one binds',
      keeps: (limits: Limits): string => `Keeps ${plural(limits.retentionDays, 'day')} of runs, trends for ever.`,
      holds: (mb: number, days: number): string =>
        `At your rate ${formatCount(mb)} MB would hold about ${plural(Math.max(1, Math.round(days)), 'day')}.`,
      keep: (days: number): string => `Keep ${days} days`,
    },

    limit: {
      db_retention_days: { title: 'Keep runs for', hint: 'checked every hour' },
      db_framework_retention_days: { title: 'Keep framework runs for', hint: 'checked every hour' },
      db_max_size_mb: { title: 'Size of the archive', hint: 'at start and daily, oldest first' },
    },
    unit: { days: 'days', day: 'day', mb: 'MB' },
    field: (title: string, unit: string): string => `${title}, ${unit}`,
    same: 'as app runs',
    sameDo: 'As app runs',
    whole: (least: number, most: number | null): string =>
      most === null
        ? `A whole number from ${formatCount(least)} on.`
        : `A whole number from ${formatCount(least)} to ${formatCount(most)}.`,
    reset: 'Reset',
    resetOf: (title: string): string => `Reset: ${title}`,
    asking: 'Looking what that would remove',
    removes: (what: string): string => `Removes ${what}.`,
    older: (what: string, moment: string): string => `${what} older than ${moment}`,
    trendsStay: 'Trends stay.',
    gives: (bytes: number): string => `About ${formatBytes(bytes)} become free.`,
    unknownLoss:
      'Your own archive is not open, so what this removes cannot be said now. It is trimmed when it is opened next; trends stay.',
    lower: 'Lower and remove',
    lowerOnly: 'Lower it',
    keepValue: (value: string): string => `Keep ${value}`,
    notAsked: 'What that would remove could not be found out',
    changed: (title: string, value: string): string => `${title}: ${value}`,
    nothingGoes: (title: string, value: string): string => `${title}: ${value}. Nothing has to go.`,

    work: {
      waits: (kind: WorkKind): string => `The other actions wait until ${storageWords.storage.work.during[kind]} ends.`,
      during: {
        clean: 'cleaning up',
        compact: 'compacting',
        backup: 'the backup',
        restore: 'restoring',
        move: 'moving',
      } satisfies Record<WorkKind, string>,
      title: {
        clean: 'Cleaning up',
        compact: 'Compacting',
        backup: 'Backing up',
        restore: 'Restoring a backup',
        move: 'Moving the archive',
      } satisfies Record<WorkKind, string>,
      automatic: 'on its own',
      step: {
        deleting: 'deleting what is past a limit',
        shrinking: 'giving room back',
        copying: 'copying',
        checking: 'checking the copy',
        replacing: 'putting it in place',
      } satisfies Record<StorageWork['step'], string>,
      cancel: 'Cancel',
      cancelOf: (title: string): string => `Cancel: ${title}`,
      cancelling: 'Cancelling',
      cancellingCopy: 'Cancelled when the copy ends; nothing is changed then.',
      cancellingClean: 'Ends after this step; what was deleted stays deleted, the rest follows later.',
      ended: {
        clean: 'Cleaned up',
        compact: 'Compacted',
        backup: 'Backed up',
        restore: 'The backup is in place',
        move: 'Moved',
      } satisfies Record<WorkKind, string>,
      cancelled: 'Cancelled; nothing was changed.',
      cancelledClean: 'Stopped early; the rest follows with the next check.',
      failed: 'It did not work',
      timeWaits: 'what is past its days stays until the clock is confirmed',
      removed: (runs: number): string => (runs === 0 ? 'Nothing had to go' : `${plural(runs, 'run')} removed`),
      /** What lies there now. */
      file: {
        clean: (path: string): string => path,
        compact: (path: string): string => path,
        backup: (path: string): string => `to ${path}`,
        restore: (path: string): string => `what was here is now ${path}`,
        move: (path: string): string => `the old file is still ${path}`,
      } satisfies Record<WorkKind, (path: string) => string>,
      sizes: (before: number, after: number): string => `${formatBytes(before)} before, ${formatBytes(after)} now`,
    },

    actions: {
      label: 'Work on the archive',
      clean: 'Clean up now',
      compact: 'Compact now',
      backUp: 'Back up…',
      restore: 'Restore…',
      move: 'Move…',
      openFolder: 'Open folder',
      never: 'Never mind',
      compactAsk: (reusable: number): string =>
        `Writes the archive anew without gaps: about ${formatBytes(reusable)} become free.`,
      compactNeeds: (used: number, free: number | null): string =>
        `Needs ${formatBytes(used)} beside it for a while; ${free === null ? 'how much is free here is not known' : `${formatBytes(free)} are free`}.`,
      compactLong:
        'Everything can be read meanwhile, new runs wait at Hassette. The copy itself cannot be interrupted: Cancel takes effect when it ends.',
      compactDo: 'Compact now',
      compactNoRoom: 'There is not enough free space for that.',
      restoreAsk:
        'A backup that you choose takes the place of the archive. The one that is here now stays beside it under another name.',
      restoreNext: 'What is missing in the backup is read again from Hassette, as far as it still has it.',
      restoreDo: 'Choose a backup…',
      moveAsk: 'The archive is kept in a place of your choice from now on, at every start.',
      moveCopy: 'Copy it there…',
      moveCopyText: 'Everything goes along. The old file stays where it is until you remove it.',
      moveFresh: 'Start fresh there…',
      moveFreshText: 'Opens the archive that is there, or makes a new one. This one stays where it is.',
      moveFixed: (origin: string): string => `The place is ${origin} (db_path) and cannot be changed here.`,
    },
  },
} as const
