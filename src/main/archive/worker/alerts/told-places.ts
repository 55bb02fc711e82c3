/** How far the engine was told; kept with what it remembers, so that nothing is told twice. */
export interface ToldPlaces {
  /** By stream: id of the newest run. */
  cursors: Record<string, number>
  /** By source: newest used time of a run, microseconds. */
  newestUs: Record<string, number>
  /** By source: epoch and number of the newest session that was told to have started. */
  sessions: Record<string, [epochId: number, number: number]>
  /** By source: start of the first hour whose missed starts were not told, seconds. */
  missedTo: Record<string, number>
}

/** Nothing was told. */
export function noPlaces(): ToldPlaces {
  return { cursors: {}, newestUs: {}, sessions: {}, missedTo: {} }
}

/** The same places, which may move on without the others. */
export function copyOf({ cursors, newestUs, sessions, missedTo }: ToldPlaces): ToldPlaces {
  return {
    cursors: { ...cursors },
    newestUs: { ...newestUs },
    sessions: { ...sessions },
    missedTo: { ...missedTo },
  }
}
