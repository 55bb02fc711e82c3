/** What the fake can be told by the address of the page, e.g. `web.html?state=slow&source=sample&now=2026-11-23T14:12:00Z`. */
export interface FakeOptions {
  /** The clock stands at this moment; milliseconds since 1970. */
  nowMs: number
  state: 'ready' | 'empty' | 'error' | 'slow' | 'opening' | 'restarting' | 'unavailable' | 'sources-error' | 'no-source'
  source: 'live' | 'snapshot' | 'sample' | 'many' | 'reading' | 'cancelled' | 'failed' | 'stale'
  runs: number
  /** What is wrong with the settings file, nothing by default. */
  corrupt: 'all' | 'some' | null
  /** The Hassette file of the live source. */
  path: string
  /** What a look for Hassettes on this computer finds. */
  discover: 'found' | 'refused' | 'nothing'
  /** What limits Hassette's own history: its days, or its size. */
  hassette: 'days' | 'full'
  /** Work on the archive takes moments, or goes on when the test says so. */
  work: 'quick' | 'waits'
  /** Whether our clock can be believed, and why not. */
  clock: 'right' | 'unproven' | 'jumped' | 'differs'
  /** Settings come from the environment and cannot be changed. */
  fixed: boolean
  /** Sessions before those that have runs, and as many incidents that are over. */
  older: number
  /** What the alerts have to tell. */
  alerts: 'none' | 'open' | 'storm' | 'blind' | 'undelivered' | 'learning' | 'paused' | 'unjudged'
  /** Somebody was told that failures are notified. */
  told: boolean
}

const STATES = [
  'ready',
  'empty',
  'error',
  'slow',
  'opening',
  'restarting',
  'unavailable',
  'sources-error',
  'no-source',
] as const
const CLOCKS = ['right', 'unproven', 'jumped', 'differs'] as const
const DISCOVERIES = ['found', 'refused', 'nothing'] as const
const ALERTS = ['none', 'open', 'storm', 'blind', 'undelivered', 'learning', 'paused', 'unjudged'] as const
const SOURCES = ['live', 'snapshot', 'sample', 'many', 'reading', 'cancelled', 'failed', 'stale'] as const

/** Reads the options; what is unknown takes its default. */
export function fakeOptions(search: string): FakeOptions {
  const query = new URLSearchParams(search)
  const now = Date.parse(query.get('now') ?? '')
  return {
    nowMs: Number.isNaN(now) ? Date.now() : now,
    state: STATES.find((state) => state === query.get('state')) ?? 'ready',
    source: SOURCES.find((source) => source === query.get('source')) ?? 'live',
    runs: Math.min(100_000, Number(query.get('runs') ?? 7000) || 7000),
    path: '/home/anna/.local/share/hassette/v1/hassette.db',
    corrupt: query.get('corrupt') === 'some' ? 'some' : query.has('corrupt') ? 'all' : null,
    hassette: query.get('hassette') === 'full' ? 'full' : 'days',
    work: query.get('work') === 'waits' ? 'waits' : 'quick',
    clock: CLOCKS.find((clock) => clock === query.get('clock')) ?? 'right',
    fixed: query.has('fixed'),
    older: Math.min(500, Number(query.get('older') ?? 0) || 0),
    alerts: ALERTS.find((alerts) => alerts === query.get('alerts')) ?? 'none',
    told: query.get('told') !== 'no',
    discover: DISCOVERIES.find((found) => found === query.get('discover')) ?? 'found',
  }
}
