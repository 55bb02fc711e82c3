import { STREAM_SIZE } from '@shared/run'
import type { EngineState, SourceAlertState } from './engine-state'
import type { AlertBatch, FinishedRun, SourceEvent, UserEvent } from './events'

type Events = AlertBatch['events']

interface Place {
  event: SourceEvent
  us: number
  rank: number
  id: number
}

const MOST_STREAMS = 16
const RUN_RANK = 5
const OF_USER: ReadonlySet<string> = new Set<UserEvent['kind']>([
  'settings',
  'snooze',
  'muteGroup',
  'muteTarget',
  'pause',
])

/** What somebody did, in the order it came. */
export function userEvents(events: Events): UserEvent[] {
  return events.filter(isOfUser)
}

/**
 * Events of sources by time, then by kind, then by number: the order in which they came does not matter. The runs of a
 * source go by their numbers, as Hassette wrote them down, so that it does not matter either how many are told at once; what
 * else happened comes before the first run that is not earlier. Runs that were fed before are left out.
 */
export function eventsInOrder(state: EngineState, events: Events): SourceEvent[] {
  const fresh = freshRuns(state, events)
  const runs = events.flatMap((event) => (event.kind === 'run' && fresh.delete(event.runId) ? [event] : []))
  runs.sort((a, b) => a.runId - b.runId)
  const newest = new Map<number, number>()
  const places: Place[] = runs.map((event) => {
    const us = Math.max(event.endUs, newest.get(event.sourceId) ?? -Infinity)
    newest.set(event.sourceId, us)
    return { event, us, rank: RUN_RANK, id: event.runId }
  })
  for (const event of events) if (!isOfUser(event) && event.kind !== 'run') places.push({ event, ...placeOf(event) })
  places.sort((a, b) => a.us - b.us || a.rank - b.rank || a.id - b.id)
  return places.map(({ event }) => event)
}

/** Numbers of the runs that are new; within a stream they rise from batch to batch. */
function freshRuns(state: EngineState, events: Events): Set<number> {
  const fresh = new Set<number>()
  const newest = new Map<SourceAlertState, Map<number, number>>()
  for (const event of events) {
    if (event.kind !== 'run') continue
    const stream = Math.floor(event.runId / STREAM_SIZE)
    const sequence = event.runId % STREAM_SIZE
    const source = state.sources[event.sourceId]
    if (source && sequence <= (source.streams[stream] ?? -1)) continue
    fresh.add(event.runId)
    if (!source) continue
    const ofSource = newest.get(source) ?? new Map<number, number>()
    newest.set(source, ofSource.set(stream, Math.max(sequence, ofSource.get(stream) ?? -1)))
  }
  for (const [source, streams] of newest) {
    const known = { ...source.streams, ...Object.fromEntries(streams) }
    source.streams = Object.fromEntries(Object.entries(known).slice(-MOST_STREAMS))
  }
  return fresh
}

function isOfUser(event: SourceEvent | UserEvent): event is UserEvent {
  return OF_USER.has(event.kind)
}

/** When an event that is no run is taken: its time, and among those of one time by kind and number. */
function placeOf(event: Exclude<SourceEvent, FinishedRun>): Omit<Place, 'event'> {
  switch (event.kind) {
    case 'source':
    case 'seen':
      return { us: -Infinity, rank: event.kind === 'source' ? 0 : 1, id: event.sourceId }
    case 'importing':
      return { us: event.now ? -Infinity : Infinity, rank: 2, id: event.sourceId }
    case 'covered':
      return { us: event.fromUs, rank: 3, id: event.sourceId }
    case 'sessionStarted':
      return { us: event.atUs, rank: 4, id: event.sourceId }
    case 'missed':
      return { us: event.dueUs, rank: 6, id: event.targetId }
    case 'sessionEnded':
      return { us: event.atUs, rank: 7, id: event.sourceId }
    case 'blind':
    case 'hassette':
    case 'sourceRemoved':
      return { us: Infinity, rank: event.kind === 'sourceRemoved' ? 9 : 8, id: event.sourceId }
  }
}
