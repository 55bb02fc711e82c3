import type { FinishedRun, SourceEvent, UserEvent } from '@main/alerts/engine/events'
import type { AlertSettings } from '@shared/alert-settings'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { SourceMode } from '@shared/source'
import { EPOCH_US } from './scenarios/home'
import type { Seen, Timeline } from './scenarios/play'
import { DAY, HOUR, MINUTE, numbered, play, run, SECOND } from './scenarios/play'

/** When we begin to look: a Sunday, 00:00 UTC. */
export const BEGIN_US = EPOCH_US + 7 * DAY

/** A home told step by step. All times are microseconds since `BEGIN_US`; the clock of Hassette is ours. */
export interface Story {
  /** One run, read two seconds after its end (or `readAfterUs`). */
  run(us: number, of: Partial<FinishedRun> & { targetId: number }, readAfterUs?: number): void
  ok(targetId: number, us: number): void
  /** Dependency failures of a handler, one every `everyUs`. */
  fails(targetId: number, fromUs: number, toUs: number, everyUs: number, of?: Partial<FinishedRun>): void
  event(us: number, event: SourceEvent | UserEvent): void
  timeline(toUs: number, of?: Pick<Timeline, 'asleep' | 'utcOffsetMinutes'>): Timeline
}

/**
 * A home of five handlers that ran well every ten minutes for a week, unless `history` says otherwise. Handlers 1 and 2
 * then run no more by themselves; 3 to 5 go on while the story lasts.
 */
export function tellStory({ history = 7 * DAY, mode = 'live' as SourceMode } = {}): Story {
  const events: Seen[] = []
  const at = (us: number) => BEGIN_US + us
  const story: Story = {
    run: (us, of, readAfterUs = 2 * SECOND) => {
      events.push({ visibleUs: at(us + readAfterUs), event: run({ runId: 0, endUs: at(us), ...of }) })
    },
    ok: (targetId, us) => story.run(us, { targetId }),
    fails: (targetId, fromUs, toUs, everyUs, of = {}) => {
      for (let us = fromUs; us < toUs; us += everyUs) story.run(us, { targetId, dependencyFailure: true, ...of })
    },
    event: (us, event) => events.push({ visibleUs: at(us), event }),
    timeline: (toUs, of = {}) => {
      for (let us = 0; us < toUs; us += 10 * MINUTE) for (const targetId of [3, 4, 5]) story.ok(targetId, us)
      return { events: numbered(events), beginUs: BEGIN_US, endUs: BEGIN_US + toUs, ...of }
    },
  }
  story.event(-history, { kind: 'source', sourceId: 1, name: 'Hassette', mode })
  story.event(-history, { kind: 'sessionStarted', sourceId: 1, atUs: at(-history) })
  for (let us = -history; us < -2 * SECOND; us += 10 * MINUTE) {
    for (const targetId of [1, 2, 3, 4, 5]) story.ok(targetId, us)
  }
  return story
}

/** Tells a story and plays it. */
export function played(tell: (story: Story) => void, toUs = 6 * HOUR, of?: Parameters<typeof tellStory>[0]) {
  const story = tellStory(of)
  tell(story)
  return play(story.timeline(toUs))
}

/** The default settings but for some. */
export function withSettings(change: Partial<AlertSettings>): { kind: 'settings'; settings: AlertSettings } {
  return { kind: 'settings', settings: { ...DEFAULT_ALERT_SETTINGS, ...change } }
}

export { DAY, HOUR, MINUTE, SECOND }
