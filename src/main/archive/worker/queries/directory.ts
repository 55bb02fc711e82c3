import type { TargetKind, Tier } from '@shared/run'
import type { Readable } from '../core/database'

/** A target with what every list says of it. */
export interface KnownTarget {
  id: number
  sourceId: number
  kind: TargetKind
  tier: Tier
  appKey: string
  instanceIndex: number
  instanceCount: number
  name: string
}

/** A stream of a source. */
export interface KnownStream {
  id: number
  tier: Tier
  lastSequence: number
}

/** Small tables kept in the reader's memory until somebody commits. */
export interface Directory {
  target(id: number): KnownTarget | undefined
  targetsOf(sourceId: number): KnownTarget[]
  /** Streams of a source as they are now, oldest first. */
  streamsOf(sourceId: number): KnownStream[]
}

export function createDirectory(db: Readable): Directory {
  const version = db.prepare<[], number>('PRAGMA data_version').pluck()
  const selectTargets = db.prepare<[], Omit<KnownTarget, 'instanceCount'>>(
    `SELECT t.id, a.source_id AS sourceId, t.kind, t.tier, a.app_key AS appKey, t.instance_index AS instanceIndex, t.name
     FROM targets t JOIN apps a ON a.id = t.app_id`,
  )
  const selectStreams = db.prepare<[number], KnownStream>(
    `SELECT st.id, st.tier, st.last_sequence AS lastSequence FROM streams st JOIN epochs e ON e.id = st.epoch_id
     WHERE e.source_id = ? ORDER BY st.id`,
  )
  let seen = -1
  let targets = new Map<number, KnownTarget>()

  const refresh = (): void => {
    const now = version.get() ?? 0
    if (now === seen) return
    seen = now
    const rows = selectTargets.all()
    const instances = new Map<string, Set<number>>()
    for (const row of rows) {
      const key = `${row.sourceId}:${row.appKey}`
      instances.set(key, (instances.get(key) ?? new Set()).add(row.instanceIndex))
    }
    targets = new Map(
      rows.map((row) => [row.id, { ...row, instanceCount: instances.get(`${row.sourceId}:${row.appKey}`)?.size ?? 1 }]),
    )
  }

  return {
    target: (id) => {
      refresh()
      return targets.get(id)
    },
    targetsOf: (sourceId) => {
      refresh()
      return [...targets.values()].filter((target) => target.sourceId === sourceId)
    },
    streamsOf: (sourceId) => selectStreams.all(sourceId),
  }
}
