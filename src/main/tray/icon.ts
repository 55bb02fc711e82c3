import { join } from 'node:path'
import { Menu, Tray, nativeTheme } from 'electron'
import type { MenuItemConstructorOptions } from 'electron'
import type { TrayIconChoice } from '@shared/settings'
import { iconFile } from './model'
import type { TrayAction, TrayItem, TrayView } from './model'

/** The icon in the system's tray. */
export interface TrayIcon {
  /** Puts it there, or changes the one that is there. */
  show: (view: TrayView) => void
  remove: () => void
}

/** What the icon is made from. */
export interface TrayIconOptions {
  /** Folder of the drawings. */
  iconsDir: string
  choice: () => TrayIconChoice
  /** A click on a menu item, or on the icon itself where the desktop passes that on (`open`). */
  onAction: (action: TrayAction) => void
}

/** Builds the icon; there is never more than one. */
export function createTrayIcon({ iconsDir, choice, onAction }: TrayIconOptions): TrayIcon {
  let tray: Tray | null = null
  let drawn = { icon: '', tooltip: '', menu: '' }
  let last: TrayView | null = null

  function iconPath({ shape }: TrayView): string {
    const file = iconFile(shape, {
      platform: process.platform,
      choice: choice(),
      systemIsDark: systemIsDark(),
      desktop: process.env['XDG_CURRENT_DESKTOP'] ?? '',
    })
    return join(iconsDir, file)
  }

  function template(items: readonly TrayItem[]): MenuItemConstructorOptions[] {
    return items.map((item) => {
      if (item.kind === 'separator') return { type: 'separator' }
      // Electron takes & for the mark of an access key.
      const label = item.label.replaceAll('&', '&&')
      if (item.kind === 'text') return { label, enabled: false }
      if (item.kind === 'submenu') return { label, submenu: template(item.items) }
      return { label, click: () => onAction(item.action) }
    })
  }

  function draw(view: TrayView): void {
    const wanted = { icon: iconPath(view), tooltip: view.tooltip, menu: JSON.stringify(view.items) }
    if (tray === null) {
      tray = new Tray(wanted.icon)
      tray.on('click', () => onAction({ do: 'open', path: null }))
      drawn = { icon: wanted.icon, tooltip: '', menu: '' }
    }
    if (wanted.icon !== drawn.icon) tray.setImage(wanted.icon)
    if (wanted.tooltip !== drawn.tooltip) tray.setToolTip(wanted.tooltip)
    // Linux shows changes of a menu only when it is set again; one that is open would close, so not without a change.
    if (wanted.menu !== drawn.menu) tray.setContextMenu(Menu.buildFromTemplate(template(view.items)))
    drawn = wanted
  }

  const onTheme = (): void => {
    if (last !== null) draw(last)
  }

  return {
    show: (view) => {
      if (last === null) nativeTheme.on('updated', onTheme)
      last = view
      draw(view)
    },
    remove: () => {
      nativeTheme.off('updated', onTheme)
      last = null
      tray?.destroy()
      tray = null
    },
  }
}

/** The panel's theme and not the window's; only newer versions of Electron tell them apart. */
function systemIsDark(): boolean {
  const theme: object = nativeTheme
  return 'shouldUseDarkColorsForSystemIntegratedUI' in theme
    ? Boolean(theme.shouldUseDarkColorsForSystemIntegratedUI)
    : nativeTheme.shouldUseDarkColors
}
