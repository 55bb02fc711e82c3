/** A rectangle in screen coordinates (device-independent pixels). */
export interface Rectangle {
  x: number
  y: number
  width: number
  height: number
}

export const DEFAULT_SIZE = { width: 1440, height: 900 }
/** The layout works down to here. */
export const MIN_SIZE = { width: 640, height: 480 }
/** At least this much of the title bar's height and width must lie on a screen, else the window cannot be grabbed. */
const GRIP = 64

/**
 * Where to open the window: the saved place if its upper edge can still be reached on one of the work areas, else the
 * middle of the first one; never larger than the area.
 */
export function openingBounds(saved: Rectangle | null, workAreas: readonly Rectangle[]): Rectangle {
  const first = workAreas[0] ?? { x: 0, y: 0, ...DEFAULT_SIZE }
  const area = saved ? (workAreas.find((candidate) => reachable(saved, candidate)) ?? null) : null
  if (saved && area) return fit(saved, area)
  const size = fit({ ...first, ...DEFAULT_SIZE }, first)
  return {
    ...size,
    x: Math.round(first.x + (first.width - size.width) / 2),
    y: Math.round(first.y + (first.height - size.height) / 2),
  }
}

function reachable(window: Rectangle, area: Rectangle): boolean {
  const width = Math.min(window.x + window.width, area.x + area.width) - Math.max(window.x, area.x)
  return width >= GRIP && window.y >= area.y - 8 && window.y <= area.y + area.height - GRIP
}

function fit(window: Rectangle, area: Rectangle): Rectangle {
  const width = Math.max(MIN_SIZE.width, Math.min(window.width, area.width))
  const height = Math.max(MIN_SIZE.height, Math.min(window.height, area.height))
  return { x: window.x, y: window.y, width, height }
}
