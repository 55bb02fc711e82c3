import * as v from 'valibot'

/** The system hands over links that begin with `hassette-monitor://`. */
export const LINK_SCHEME = 'hassette-monitor'
/** The pages a link may open. */
const PAGES = ['alerts', 'handlers', 'jobs', 'history', 'settings']
const pathSchema = v.pipe(v.string(), v.maxLength(2000), v.regex(/^\/[a-z]+(\/\d{1,16})?(\?[\w\-.~%=&+:,!*'()]*)?$/i))

/**
 * The page that a `hassette-monitor://` link names, as the window's router knows it (`/history?…`); null when it names
 * none. A link comes from anywhere, so nothing but page, number and query passes.
 */
export function pathOfLink(link: string): string | null {
  const prefix = `${LINK_SCHEME}://`
  if (!link.startsWith(prefix)) return null
  const rest = link
    .slice(prefix.length)
    .replace(/^\/*/, '/')
    .replace(/\/(?=\?|$)/, '')
  const path = v.safeParse(pathSchema, rest)
  if (!path.success) return null
  return PAGES.includes(path.output.split(/[/?]/)[1] ?? '') ? path.output : null
}
