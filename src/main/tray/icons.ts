import type { TrayIconChoice } from '@shared/settings'
import type { Shape } from './model'

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
