import { formatCount, plural } from './format'

/** All strings of the tray: tooltip and menu. */
export const trayWords = {
  tooltip: (status: string): string => `Hassette: ${status}`,
  fine: 'all fine',
  recording: 'recording',
  noSource: 'no source is watched',
  incidents: (count: number): string => plural(count, 'incident'),
  openIncidents: (count: number): string => plural(count, 'open incident'),
  nothingOpen: 'Nothing open',
  more: (count: number): string => `${formatCount(count)} more`,
  since: (moment: string): string => `since ${moment}`,
  snoozedUntil: (moment: string): string => `snoozed until ${moment}`,
  snoozedUntilRecovery: 'snoozed until it recovers',
  notWatching: (source: string): string => `not watching ${source}`,
  archive: { closed: 'the archive cannot be opened', held: 'nothing is recorded for now' },
  live: 'live',
  stopped: 'stopped',
  down: 'down',
  unsure: 'no sign',
  noSignOf: (source: string): string => `no sign of ${source}`,
  blind: 'not watched',
  paused: 'notifications paused',
  pausedUntil: (moment: string): string => `notifications paused until ${moment}`,
  snooze: 'Snooze',
  endSnooze: 'End snooze',
  pause: 'Pause notifications',
  resume: 'Resume notifications',
  hour: 'For 1 hour',
  tomorrow: 'Until tomorrow 08:00',
  recovery: 'Until it recovers',
  untilResumed: 'Until resumed',
  open: 'Open Hassette Monitor',
  history: 'Open History',
  quit: 'Quit and stop recording',
}

/** What the app says where the system says nothing about a notification. */
export const noticeWords = {
  failures: {
    unsupported: 'This system shows no notifications',
    refused: 'The desktop took no notification: it runs no notification service',
    no_answer: 'The desktop did not answer',
    app_ended: 'Hassette Monitor ended before it was shown',
  },
  archive: {
    closed: 'The archive cannot be opened: nothing is recorded',
    held: 'Nothing is recorded for now',
    again: 'It is tried again by itself.',
  },
}

/** The tray's part of the Settings page. */
export const traySettingWords = {
  close: 'Closing the window',
  closing: { quit: 'Ends the app', tray: 'Keeps it in the tray' },
  closeHint: 'In the tray it goes on recording; the icon opens the window again.',
  missing: 'This desktop shows no tray icons now: closing the window ends the app.',
  panel: 'Tray icon',
  panels: { auto: 'Auto', light: 'Light panel', dark: 'Dark panel' },
  panelHint: 'Desktops do not tell how bright their panel is.',
}
