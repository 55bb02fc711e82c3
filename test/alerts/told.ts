import type { Told } from './scenarios/play'
import { notificationsOf } from './scenarios/play'

/** Kinds of notifications, in their order. */
export function kinds(told: Told[]): string[] {
  return notificationsOf(told).map(({ kind }) => kind)
}

/** Titles of notifications, in their order. */
export function titles(told: Told[]): string[] {
  return notificationsOf(told).map(({ title }) => title)
}

/** Notifications of new incidents. */
export function opened(told: Told[]) {
  return notificationsOf(told).filter(({ kind }) => kind === 'opened')
}

/** Why notifications were not sent, in their order. */
export function withheld(told: Told[]) {
  return told.flatMap(({ effect }) => (effect.kind === 'withheld' ? [effect.reason] : []))
}
