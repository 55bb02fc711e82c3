import * as v from 'valibot'
import type { ViewState } from '@shared/settings'
import { FIRST_VIEW, viewStateSchema } from '@shared/settings'
import { goodParts, readJson, writeJson } from './json-file'

const boundsSchema = v.object({
  x: v.number(),
  y: v.number(),
  width: v.number(),
  height: v.number(),
  maximized: v.optional(v.boolean(), false),
})
export type SavedBounds = v.InferOutput<typeof boundsSchema>

const fileSchema = v.object({
  view: viewStateSchema,
  bounds: v.nullable(boundsSchema),
})
const NOTHING: v.InferOutput<typeof fileSchema> = { view: FIRST_VIEW, bounds: null }

/** The parts of the view state that changed; an undefined one did not. */
export type ViewStateChange = { [K in keyof ViewState]?: ViewState[K] | undefined }

/** What the window remembers by itself; a damaged file only costs the memory. */
export interface ViewStateStore {
  view: () => ViewState
  bounds: () => SavedBounds | null
  remember: (change: ViewStateChange) => void
  rememberBounds: (bounds: SavedBounds) => void
  /** Writes what is pending; called when the app ends. */
  flush: () => void
}

const WRITE_DELAY_MS = 500

/** Opens the store; changes reach the file half a second later, so that a dragged edge costs one write. */
export function createViewStateStore(path: string, warn: (message: string) => void): ViewStateStore {
  const read = readJson(path)
  const raw = read.kind === 'ok' ? read.content : {}
  const state = v.parse(fileSchema, goodParts(fileSchema, raw, NOTHING, 'window', []))
  // What nobody could read is not replaced either.
  const isLost = read.kind === 'unreadable' || (read.kind === 'corrupt' && read.copy === null)
  if (read.kind === 'unreadable') warn(`window state cannot be read (${read.reason}); nothing of it is remembered`)
  let timer: NodeJS.Timeout | null = null

  function flush(): void {
    if (timer === null) return
    clearTimeout(timer)
    timer = null
    if (isLost) return
    try {
      writeJson(path, state)
    } catch (thrown) {
      warn(`window state could not be written: ${String(thrown)}`)
    }
  }

  function later(): void {
    timer ??= setTimeout(flush, WRITE_DELAY_MS)
  }

  return {
    view: () => state.view,
    bounds: () => state.bounds,
    remember: (change) => {
      Object.assign(state.view, Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)))
      later()
    },
    rememberBounds: (bounds) => {
      state.bounds = bounds
      later()
    },
    flush,
  }
}
