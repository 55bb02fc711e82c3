import { formatDay, formatMinute, sameDay } from '@shared/format'
import { trayWords as words } from '@shared/messages-tray'
import type { QuietSpan } from '@shared/quiet-span'
import type { TrayIconChoice } from '@shared/settings'
import type { TrayIncident, TraySource, TrayState } from './state'

export const SHAPES = ['fine', 'attention', 'blind', 'stopped', 'paused'] as const
/** The silhouette of the icon; it tells the state without colour. */
export type Shape = (typeof SHAPES)[number]

/** What a click on a menu item asks for. */
export type TrayAction =
  | { do: 'open'; path: string | null }
  | { do: 'snooze' | 'pause'; span: QuietSpan }
  | { do: 'endSnooze' | 'resume' | 'quit' }

/** One line of the menu. Labels are plain text of one line. */
export type TrayItem =
  | { kind: 'text'; label: string }
  | { kind: 'action'; label: string; action: TrayAction }
  | { kind: 'submenu'; label: string; items: TrayItem[] }
  | { kind: 'separator' }

/** The tray as it looks now. */
export interface TrayView {
  shape: Shape
  /** One line that Windows does not cut (127 characters). */
  tooltip: string
  items: TrayItem[]
}

/** Most incidents, and most sources, that have a line of their own. */
const NAMED = 5
const MAX_NAME_CHARS = 48
/** Room for a path and what is wrong with it. */
const MAX_REASON_CHARS = 140

/** What the tray shows of a status at a moment (µs UTC). `mayQuiet`: somebody is there who can snooze and pause. */
export function trayView(status: TrayState, mayQuiet: boolean, nowUs: number): TrayView {
  const paused = pauseInForce(status, nowUs)
  const shape = shapeOf(status, paused, nowUs)
  return {
    shape,
    tooltip: words.tooltip(summary(status, shape, paused, nowUs)),
    items: [
      ...head(status, paused, nowUs),
      ...status.incidents.slice(0, NAMED).map((incident) => incidentItem(incident, nowUs)),
      ...moreItem(status.incidents.length - NAMED),
      { kind: 'separator' },
      ...sourceItems(status.sources, nowUs),
      { kind: 'action', label: words.open, action: { do: 'open', path: null } },
      { kind: 'action', label: words.history, action: { do: 'open', path: '/history' } },
      ...(mayQuiet ? [...snoozeItem(status.incidents, nowUs), pauseItem(paused)] : []),
      { kind: 'separator' },
      { kind: 'action', label: words.quit, action: { do: 'quit' } },
    ],
  }
}

function shapeOf(status: TrayState, paused: TrayState['paused'], nowUs: number): Shape {
  // First of all: nobody knows any more how the rest is.
  if (status.archive) return 'blind'
  if (status.incidents.some((incident) => !isSnoozed(incident, nowUs))) return 'attention'
  if (status.sources.some(({ state }) => state === 'blind' || state === 'down' || state === 'unsure')) return 'blind'
  if (status.sources.some(({ state }) => state === 'stopped')) return 'stopped'
  return paused === null ? 'fine' : 'paused'
}

function summary(status: TrayState, shape: Shape, paused: TrayState['paused'], nowUs: number): string {
  const { incidents, sources, archive } = status
  if (archive) return words.archive[archive.state]
  const named = incidents.find((incident) => !isSnoozed(incident, nowUs))
  if (named) return `${words.incidents(incidents.length)} · ${short(named.title)} ${since(named.sinceUs, nowUs)}`
  const worst = (['down', 'blind', 'unsure', 'stopped'] as const)
    .map((wanted) => sources.find(({ state }) => state === wanted))
    .find((source) => source !== undefined)
  if (worst) return withSince(sourceWords(worst), worst.sinceUs, nowUs)
  if (shape === 'paused') return pauseWords(paused, nowUs)
  const [first] = incidents
  if (first) return `${words.incidents(incidents.length)}, ${snoozeWords(first, nowUs)}`
  if (sources.length === 0) return words.noSource
  return status.judged ? words.fine : words.recording
}

function head(status: TrayState, paused: TrayState['paused'], nowUs: number): TrayItem[] {
  const { archive, incidents, judged } = status
  const open = incidents.length
  const calm = archive ? [] : [text(judged ? words.nothingOpen : capital(words.recording))]
  return [
    ...(archive ? [text(`${capital(words.archive[archive.state])}: ${short(archive.why, MAX_REASON_CHARS)}`)] : []),
    ...(open > 0 ? [text(words.openIncidents(open))] : calm),
    ...(paused === null ? [] : [text(capital(pauseWords(paused, nowUs)))]),
  ]
}

function incidentItem(incident: TrayIncident, nowUs: number): TrayItem {
  const state = isSnoozed(incident, nowUs) ? snoozeWords(incident, nowUs) : since(incident.sinceUs, nowUs)
  return {
    kind: 'action',
    label: label(incident.title, state),
    action: { do: 'open', path: incident.path },
  }
}

function moreItem(count: number): TrayItem[] {
  return count > 0 ? [{ kind: 'action', label: words.more(count), action: { do: 'open', path: '/alerts' } }] : []
}

function sourceItems(sources: readonly TraySource[], nowUs: number): TrayItem[] {
  if (sources.length === 0) return []
  // What is wrong is named even where there is no room for all.
  const order = { down: 0, blind: 1, unsure: 2, stopped: 3, live: 4 }
  const named = [...sources].sort((a, b) => order[a.state] - order[b.state]).slice(0, NAMED)
  return [
    ...named.map(({ name, state, sinceUs }) =>
      text(label(name, state === 'live' ? words.live : withSince(words[state], sinceUs, nowUs))),
    ),
    ...(sources.length > NAMED ? [text(words.more(sources.length - NAMED))] : []),
    { kind: 'separator' },
  ]
}

/** What is wrong with one that is not simply live. */
function sourceWords({ name, state }: TraySource): string {
  if (state === 'blind') return words.notWatching(short(name))
  return state === 'unsure' ? words.noSignOf(short(name)) : `${short(name)} ${words[state]}`
}

function snoozeItem(incidents: readonly TrayIncident[], nowUs: number): TrayItem[] {
  if (incidents.length === 0) return []
  if (incidents.every((incident) => isSnoozed(incident, nowUs)))
    return [{ kind: 'action', label: words.endSnooze, action: { do: 'endSnooze' } }]
  return [{ kind: 'submenu', label: words.snooze, items: spans('snooze', words.recovery) }]
}

function pauseItem(paused: TrayState['paused']): TrayItem {
  return paused === null
    ? { kind: 'submenu', label: words.pause, items: spans('pause', words.untilResumed) }
    : { kind: 'action', label: words.resume, action: { do: 'resume' } }
}

function spans(act: 'snooze' | 'pause', open: string): TrayItem[] {
  const item = (name: string, span: QuietSpan): TrayItem => ({
    kind: 'action',
    label: name,
    action: { do: act, span },
  })
  return [item(words.hour, 'hour'), item(words.tomorrow, 'tomorrow'), item(open, 'open')]
}

function pauseInForce({ paused }: TrayState, nowUs: number): TrayState['paused'] {
  return typeof paused === 'number' && paused <= nowUs ? null : paused
}

function isSnoozed({ snooze }: TrayIncident, nowUs: number): boolean {
  return snooze !== null && (snooze.kind === 'recovery' || snooze.us > nowUs)
}

function snoozeWords({ snooze }: TrayIncident, nowUs: number): string {
  return snooze?.kind === 'until' ? words.snoozedUntil(moment(snooze.us, nowUs)) : words.snoozedUntilRecovery
}

function pauseWords(paused: TrayState['paused'], nowUs: number): string {
  return typeof paused === 'number' ? words.pausedUntil(moment(paused, nowUs)) : words.paused
}

function since(us: number, nowUs: number): string {
  return words.since(moment(us, nowUs))
}

function withSince(what: string, sinceUs: number | null, nowUs: number): string {
  return sinceUs === null ? what : `${what} ${since(sinceUs, nowUs)}`
}

/** Local `14:02`; with the day when it is not today. */
function moment(us: number, nowUs: number): string {
  return sameDay(us, nowUs) ? formatMinute(us) : `${formatDay(us, nowUs)} ${formatMinute(us)}`
}

function text(label: string): TrayItem {
  return { kind: 'text', label }
}

function label(name: string, state: string): string {
  return `${short(name)} · ${state}`
}

/**
 * Names come out of somebody's code: no line breaks, no control or direction characters in a menu of the system, and
 * what is said of a long one stays in view.
 */
function short(name: string, maxChars = MAX_NAME_CHARS): string {
  const characters = Array.from(name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
  if (characters.length <= maxChars) return characters.join('')
  return `${characters
    .slice(0, maxChars - 1)
    .join('')
    .trimEnd()}…`
}

function capital(content: string): string {
  return content.slice(0, 1).toUpperCase() + content.slice(1)
}

/** What decides which drawing of a shape fits. */
export interface PanelFacts {
  platform: NodeJS.Platform
  choice: TrayIconChoice
  /** The system's own theme is dark, whatever theme the window has. */
  systemIsDark: boolean
  /** `XDG_CURRENT_DESKTOP`, empty where it is not set. */
  desktop: string
}

/** Desktops whose panel is dark whatever the theme. */
const DARK_PANELS = /gnome|unity|ubuntu|cinnamon/i

/**
 * The file of a shape in `build/tray`. macOS tints a template by itself; elsewhere there is one drawing for light
 * panels and one for dark ones.
 */
export function iconFile(shape: Shape, panel: PanelFacts): string {
  if (panel.platform === 'darwin') return `${shape}Template.png`
  const ground = panelIsDark(panel) ? 'dark' : 'light'
  return `${shape}-on-${ground}.${panel.platform === 'win32' ? 'ico' : 'png'}`
}

/** Nobody tells a panel's colour on Linux: the setting decides, and without it what the desktop usually has. */
function panelIsDark({ platform, choice, systemIsDark, desktop }: PanelFacts): boolean {
  if (choice !== 'auto') return choice === 'dark'
  return systemIsDark || (platform === 'linux' && DARK_PANELS.test(desktop))
}
