import type { AlertRule, Sensitivity } from './alert-settings'
import { formatCount, plural } from './format'

/** Strings of what people choose about alerts. */
export const alertRuleWords = {
  rules: {
    title: 'What you are told about',
    note: 'Incidents are kept whatever is off here; the switches say what is notified.',
    notify: (rule: string): string => `Notify: ${rule}`,
    names: {
      rate: 'Dependency failures',
      streak: 'Dependency failures in a row',
      failures: 'Other failures in a row',
      missed: 'Missed job runs',
      blind: 'Hassette not watched',
      down: 'Hassette down',
      stopped: 'Hassette stopped',
    } satisfies Record<AlertRule, string>,
    level: 'How soon',
    levels: { low: 'Low', medium: 'Medium', high: 'High', custom: 'Custom' } satisfies Record<
      Sensitivity['level'],
      string
    >,
    rate: {
      low: 'When there are far more than is usual at this time: from 6 in 5 minutes, 8 in half an hour or 12 in 3 hours.',
      medium:
        'When there are far more than is usual at this time: from 4 in 5 minutes, 5 in half an hour or 8 in 3 hours.',
      high: 'When there are more than is usual at this time: from 3 in 5 minutes, 4 in half an hour or 6 in 3 hours.',
    },
    custom: (failures: number, minutes: number): string =>
      `When there are ${formatCount(failures)} within ${plural(minutes, 'minute')}, whatever is usual.`,
    streak: (from: number, to: number): string =>
      `When the last ${from} to ${to} runs of a handler or job that has worked before all ended in one; it takes more where it often fails.`,
    failures: 'When the last five runs of a handler or job that worked before failed or timed out.',
    missed: 'When a job does not start at a time that its schedule foresaw, while Hassette runs.',
    blind: 'When a Hassette cannot be watched for 10 minutes: its file is gone or cannot be read.',
    down: 'When a Hassette gives no sign for 11 minutes though it did not say that it stops (longer where its heartbeats come seldomer), or has ended by a failure for 10 minutes.',
    stopped: 'When a Hassette was stopped and is not started again for half an hour.',
    customFailures: 'Failures',
    customMinutes: 'Minutes',
    within: 'within',
    min: 'min',
    customInvalid: 'From 1 to 1000 failures within 1 to 180 minutes.',
    replay: (level: string, known: string, times: number): string =>
      `With ${level}, ${known} would have alerted ${times === 1 ? 'once' : `${formatCount(times)} times`}.`,
    replayOf: (source: string, sentence: string): string => `${source}: ${sentence}`,
    replayDays: (days: number): string => `the last ${plural(days, 'day')}`,
    replayToday: 'the history there is, less than a day,',
    replayBusy: 'Looking at the last 7 days…',
    replayFailed: (why: string): string => `The last days could not be looked at: ${why}`,
  },

  delivery: {
    title: 'Delivery',
    enabled: 'Notifications',
    enabledHint: 'Shown by this desktop, without a sound. Off, incidents still open and colour the tray.',
    last: (moment: string, what: string): string => `The newest is of ${moment}, ${what}.`,
    paused: 'Pause',
    pause: 'Pause notifications',
    pauseHint: 'Nothing is notified for a while; recording goes on.',
    pausedUntil: (moment: string): string => `Paused until ${moment}.`,
    pausedOpen: 'Paused until somebody resumes.',
    resume: 'Resume',
    resumed: 'Notifications go on',
    untilResumed: 'Until resumed',
    quiet: 'Quiet hours',
    quietHint: 'Nothing is notified in these hours, and incidents still open.',
    quietEnd: (at: string): string => `At ${at} one notification says what is still open.`,
    quietTo: 'to',
    quietFromLabel: 'Quiet hours from',
    quietToLabel: 'Quiet hours to',
    quietInvalid: 'Write times as 22:00.',
    quietSame: 'From and to are the same: there are no quiet hours.',
    remind: 'Reminders',
    remindHint: 'Says again after 4 hours, then once a day, that an incident is still open.',
    test: 'Send a test notification',
    testing: 'Asking the system…',
    tested: (moment: string): string => `taken by the system at ${moment}`,
    mutedTitle: 'Muted',
    mutedNone: 'Nothing is muted.',
  },

  notificationSettings: {
    title: 'Notifications',
    enabled: 'Notify of failures',
    rest: 'What is notified, quiet hours and a test are in',
    on: 'on',
  },
} as const
