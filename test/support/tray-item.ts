import { createHash } from 'node:crypto'
import type { SessionBus } from './session-bus'
import { WATCHER } from './session-bus'
import { waitFor } from './wait'

const ITEM = 'org.kde.StatusNotifierItem'
const MENU = 'com.canonical.dbusmenu'
const MENU_PATH = '/com/canonical/dbusmenu'

/** One line of a menu as a tray host gets it: Electron's marks of access keys (`_`) taken away. */
export interface MenuLine {
  id: number
  label: string
  enabled: boolean
  isSeparator: boolean
  children: MenuLine[]
}

/** The icon that an app has in the tray, read and used as a tray host does it. */
export interface TrayItem {
  tooltip: () => Promise<string>
  /** Hash of the picture; the same for the same picture. */
  picture: () => Promise<string>
  menu: () => Promise<MenuLine[]>
  /** Labels in order, `-` for a separator; a submenu's below it, indented. */
  labels: () => Promise<string[]>
  /** Clicks the item with this label, in whatever submenu. */
  click: (label: string) => Promise<void>
  /** A click on the icon itself. */
  activate: () => Promise<void>
}

/** What the tray says it holds: `:1.26/StatusNotifierItem`. */
export async function registeredItems({ property }: SessionBus): Promise<string[]> {
  const items = await property(WATCHER, '/StatusNotifierWatcher', WATCHER, 'RegisteredStatusNotifierItems')
  return items as string[]
}

/** Waits for the one icon in the tray. */
export async function trayItem(session: SessionBus): Promise<TrayItem> {
  const item = await waitFor('an icon in the tray', async () => (await registeredItems(session))[0])
  const slash = item.indexOf('/')
  const [destination, path] = [item.slice(0, slash), item.slice(slash)]

  async function menu(): Promise<MenuLine[]> {
    const answer = await session.call({
      destination,
      path: MENU_PATH,
      iface: MENU,
      member: 'GetLayout',
      signature: 'iias',
      body: [0, -1, []],
    })
    const [, root] = answer as [number, Layout]
    return linesOf(root)
  }

  return {
    tooltip: async () => ((await session.property(destination, path, ITEM, 'ToolTip')) as string[])[2] ?? '',
    picture: async () => {
      const pixmaps = (await session.property(destination, path, ITEM, 'IconPixmap')) as [number, number, Buffer][]
      const hash = createHash('sha256')
      for (const [width, height, bytes] of pixmaps) hash.update(`${width}x${height} `).update(bytes)
      return hash.digest('hex')
    },
    menu,
    labels: async () => labelsOf(await menu(), ''),
    click: async (label) => {
      const line = find(await menu(), label)
      if (!line) throw new Error(`the tray's menu has no "${label}"`)
      await session.call({
        destination,
        path: MENU_PATH,
        iface: MENU,
        member: 'Event',
        signature: 'isvu',
        body: [line.id, 'clicked', ['i', 0], 0],
      })
    },
    activate: async () => {
      await session.call({ destination, path, iface: ITEM, member: 'Activate', signature: 'ii', body: [0, 0] })
    },
  }
}

type Layout = [number, Record<string, unknown>, Layout[]]

function linesOf([, , children]: Layout): MenuLine[] {
  return children.map((child) => ({
    id: child[0],
    label: String(child[1]['label'] ?? '').replace(/_(.)/g, '$1'),
    enabled: child[1]['enabled'] !== false,
    isSeparator: child[1]['type'] === 'separator',
    children: linesOf(child),
  }))
}

function labelsOf(lines: MenuLine[], indent: string): string[] {
  return lines.flatMap(({ label, isSeparator, children }) => [
    isSeparator ? '-' : `${indent}${label}`,
    ...labelsOf(children, `${indent}  `),
  ])
}

function find(lines: MenuLine[], label: string): MenuLine | undefined {
  for (const line of lines) {
    const found = line.label === label ? line : find(line.children, label)
    if (found) return found
  }
  return undefined
}
