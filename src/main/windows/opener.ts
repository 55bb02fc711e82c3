import type { WindowNews } from './events'
import type { MainWindow } from './main-window'

/** Opens the window, or brings the open one to the front; `path`: the page to show, null for the one it is on. */
export type OpenWindow = (path: string | null) => void

/** Builds the one way in which a link, the tray and a notification open the window. */
export function createOpener(window: MainWindow, news: Pick<WindowNews, 'navigate'>): OpenWindow {
  return (path) => {
    const wasOpen = window.current() !== null
    window.show(path ?? undefined)
    if (wasOpen && path !== null) news.navigate(path)
  }
}
