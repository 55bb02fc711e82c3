import { BrowserWindow, Menu, nativeTheme, screen } from 'electron'
import type { WebPreferences } from 'electron'
import type { SettingsStore } from '../settings/settings'
import type { SavedBounds } from '../settings/view-state'
import type { Service } from '../util/service'
import { MIN_SIZE, openingBounds } from './bounds'
import type { RendererEvents } from '../ipc/renderer-events'

/** What the window is made from. */
export interface MainWindowOptions {
  url: string
  preload: string
  icon: string | null
  bounds: () => SavedBounds | null
  rememberBounds: (bounds: SavedBounds) => void
  devTools: boolean
}

/** The one window of the app; it comes and goes while the app runs. */
export interface MainWindow {
  /** Opens it, or brings the open one to the front. `path` is the page to show (`/history?…`). */
  show: (path?: string) => void
  current: () => BrowserWindow | null
  /** Hears whether somebody can see the window; nobody can when it is hidden, minimized or closed. */
  onVisibility: (listener: (visible: boolean) => void) => void
  close: () => void
}

// The planes of tokens.css, so that the first frame is not a white flash.
const BACKGROUND = { light: '#fcfcfd', dark: '#15171b' }

/** Builds the opener; every window it opens is sandboxed, isolated and without Node. */
export function createMainWindow(options: MainWindowOptions): MainWindow {
  let window: BrowserWindow | null = null
  const listeners: ((visible: boolean) => void)[] = []
  const tellVisible = (visible: boolean): void => listeners.forEach((listener) => listener(visible))

  function open(path: string | undefined): void {
    const saved = options.bounds()
    const bounds = openingBounds(
      saved,
      screen.getAllDisplays().map((display) => display.workArea),
    )
    window = new BrowserWindow({
      ...bounds,
      minWidth: MIN_SIZE.width,
      minHeight: MIN_SIZE.height,
      title: 'Hassette Monitor',
      show: false,
      autoHideMenuBar: true,
      backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      ...(options.icon === null ? {} : { icon: options.icon }),
      webPreferences: lockedPreferences(options),
    })
    const opened = window
    if (saved?.maximized) opened.maximize()
    opened.once('ready-to-show', () => opened.show())
    const remember = (): void => {
      if (!opened.isDestroyed() && !opened.isMinimized())
        options.rememberBounds({ ...opened.getNormalBounds(), maximized: opened.isMaximized() })
    }
    opened.on('resize', remember)
    opened.on('move', remember)
    opened.on('close', remember)
    opened.on('show', () => tellVisible(true))
    opened.on('restore', () => tellVisible(true))
    opened.on('hide', () => tellVisible(false))
    opened.on('minimize', () => tellVisible(false))
    opened.on('closed', () => {
      if (window === opened) window = null
      tellVisible(false)
    })
    void opened.loadURL(path === undefined ? options.url : `${options.url}#${path}`)
  }

  return {
    show: (path) => {
      if (window === null) {
        open(path)
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
    },
    current: () => window,
    onVisibility: (listener) => void listeners.push(listener),
    close: () => window?.close(),
  }
}

/** A page that is sandboxed, isolated, and has nothing of Node. */
function lockedPreferences({ preload, devTools }: MainWindowOptions): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    webviewTag: false,
    experimentalFeatures: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools,
  }
}

/** Opens the window, or brings the open one to the front; `path`: the page to show, null for the one it is on. */
export type OpenWindow = (path: string | null) => void

/** Builds the one way in which a link, the tray and a notification open the window. */
export function createOpener(window: MainWindow, news: Pick<RendererEvents, 'navigate'>): OpenWindow {
  return (path) => {
    const wasOpen = window.current() !== null
    window.show(path ?? undefined)
    if (wasOpen && path !== null) news.navigate(path)
  }
}

/** Light, dark or the system's choice: Electron's own theme follows the setting, and with it every `light-dark()`. */
export function createTheme(settings: SettingsStore): Service {
  let unsubscribe = (): void => undefined
  return {
    name: 'theme',
    start: () => {
      nativeTheme.themeSource = settings.values().theme
      unsubscribe = settings.onChange(({ values }) => {
        nativeTheme.themeSource = values.theme
      })
    },
    stop: () => unsubscribe(),
  }
}

/** macOS needs a menu for copy, paste and quit to work at all; elsewhere the window has none. */
export function installMenu(): void {
  if (process.platform !== 'darwin') {
    Menu.setApplicationMenu(null)
    return
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }]))
}
