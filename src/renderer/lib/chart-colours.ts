/** What charts draw with; names of tokens. */
const TOKENS = {
  ink: '--ink-3',
  grid: '--line-1',
  base: '--line-2',
  ok: '--ok-fill',
  okArea: '--ok-area',
  failed: '--failed-fill',
  timed: '--timed-fill',
  cancelled: '--cancelled-fill',
  plane: '--bg',
  main: '--data-1',
  second: '--data-2',
} as const
export type ChartColours = Record<keyof typeof TOKENS, string> & { font: string; strongFont: string }

/** Tokens as a canvas understands them: it knows neither variables nor `light-dark()`, so the element resolves them. */
export function chartColours(element: HTMLElement): ChartColours {
  const own = element.style.color
  const resolved = Object.entries(TOKENS).map(([name, token]) => {
    element.style.color = `var(${token})`
    return [name, getComputedStyle(element).color] as const
  })
  element.style.color = own
  const mono = getComputedStyle(element).getPropertyValue('--font-mono').trim()
  const fonts = { font: `11px ${mono}`, strongFont: `600 11px ${mono}` }
  return { ...(Object.fromEntries(resolved) as Record<keyof typeof TOKENS, string>), ...fonts }
}
