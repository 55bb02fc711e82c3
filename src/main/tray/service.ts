import { quietEnd, snoozeFor } from '@shared/quiet-span'
import type { SettingsStore } from '../settings/settings'
import type { Service } from '../util/service'
import type { TrayHost } from './host'
import { trayView } from './model'
import type { TrayAction } from './model'
import type { TrayStateStore } from './state'
import type { TrayIcon } from './icon'

/** The tray as a service, and what the window needs to know of it. */
export interface TrayService extends Service {
  /** Whether the system shows tray icons. */
  isShown: () => boolean
  /** Whether the app goes on without a window now: somebody chose it and the icon is there to bring the window back. */
  closesToTray: () => boolean
}

/** What the service is made from. */
export interface TrayServiceOptions {
  trayState: TrayStateStore
  host: TrayHost
  /** `onAction` hears of clicks. */
  createIcon: (onAction: (action: TrayAction) => void) => TrayIcon
  settings: Pick<SettingsStore, 'values' | 'onChange'>
  /** Opens the window, on a page where one is named. */
  open: (path: string | null) => void
  hasWindow: () => boolean
  /** The place for icons came or went. */
  onPlace: (isThere: boolean) => void
  quit: () => void
  nowUs: () => number
}

/** "since 14:02" is no longer right the day after, and a pause ends by itself. */
const REDRAW_MS = 60_000
/** A panel that is started again comes back sooner. */
const LOST_TRAY_MS = 5000

/** Shows the icon while the system has a place for it, and keeps it true to what it is told, the settings and the time. */
export function createTrayService(options: TrayServiceOptions): TrayService {
  const { trayState, host, createIcon, settings, open, hasWindow, onPlace, quit, nowUs } = options
  const icon = createIcon(act)
  let redraw: NodeJS.Timeout | undefined
  let lost: NodeJS.Timeout | undefined
  let leftToTray = false
  let wasThere = host.isThere()
  let unsubscribe: (() => void)[] = []

  function draw(): void {
    if (host.isThere()) icon.show(trayView(trayState.current(), trayState.controls() !== null, nowUs()))
    else icon.remove()
  }

  function onHost(): void {
    draw()
    const isThere = host.isThere()
    if (isThere === wasThere) return
    wasThere = isThere
    onPlace(isThere)
    clearTimeout(lost)
    if (!isThere && leftToTray) lost = setTimeout(bringBack, LOST_TRAY_MS)
  }

  /** Without the icon nobody could reach a window that was closed into the tray. */
  function bringBack(): void {
    leftToTray = false
    if (!hasWindow()) open(null)
  }

  function act(action: TrayAction): void {
    const controls = trayState.controls()
    if (action.do === 'open') open(action.path)
    else if (action.do === 'quit') quit()
    else if (action.do === 'snooze') controls?.snooze(snoozeFor(action.span, nowUs()))
    else if (action.do === 'pause') controls?.pause(quietEnd(action.span, nowUs()))
    else if (action.do === 'endSnooze') controls?.endSnooze()
    else controls?.resume()
  }

  return {
    name: 'tray',
    start: () => {
      unsubscribe = [trayState.onChange(draw), settings.onChange(draw)]
      redraw = setInterval(draw, REDRAW_MS)
      host.onChange(onHost)
      host.start()
      draw()
    },
    stop: async () => {
      unsubscribe.forEach((end) => end())
      clearInterval(redraw)
      clearTimeout(lost)
      await host.stop()
      icon.remove()
    },
    isShown: host.isThere,
    closesToTray: () => {
      leftToTray = settings.values().close_to_tray && host.isThere() && host.holdsOurs()
      return leftToTray
    },
  }
}
