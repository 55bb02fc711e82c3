import type { Output } from '@shared/contract'
import type { Tier } from '@shared/run'
import type { SourceMode } from '@shared/source'
import type { AppRow } from '@shared/target'
import type { Readable } from '../core/database'
import type { KnownSource } from '../../api'
import { SESSIONS, STREAMS, blocksOfStream } from '../core/ids'
import { IS_GONE } from '../core/meta'

interface SourceRow {
  id: number
  name: string
  mode: SourceMode
  path: string | null
  schemaVersion: number | null
  sessions: number
  restartUs: number | null
  removed: 0 | 1
}

interface StreamTotals {
  tier: Tier
  n: number
  oldestUs: number | null
  newestUs: number | null
}

/** The queries about sources and their apps; totals come from the zone map, not from the runs. */
export function createSourceQueries(db: Readable) {
  const selectSources = db.prepare<[], SourceRow>(
    `SELECT s.id, s.name, s.mode, iif(s.mode = 'sample', NULL, s.file_path) AS path, s.schema_version AS schemaVersion,
       (SELECT count(*) FROM ${SESSIONS} WHERE e.source_id = s.id) AS sessions,
       (SELECT max(x.started_us) FROM ${SESSIONS} WHERE e.source_id = s.id) AS restartUs,
       s.removed_us IS NOT NULL AS removed
     FROM sources s WHERE NOT ${IS_GONE} ORDER BY removed, s.id`,
  )
  const selectStreams = db.prepare<[number], { id: number; tier: Tier }>(
    `SELECT st.id, st.tier FROM ${STREAMS} WHERE e.source_id = ?`,
  )
  const selectTotals = db.prepare<[number, number], Omit<StreamTotals, 'tier'>>(
    `SELECT coalesce(sum(n), 0) AS n, min(min_start_us) AS oldestUs, max(max_end_us) AS newestUs
     FROM blocks WHERE block BETWEEN ? AND ?`,
  )
  const selectApps = db.prepare<[number], AppRow>(
    `SELECT a.app_key AS appKey, a.display_name AS name,
       iif(sum(t.tier = 'app') > 0, 'app', 'framework') AS tier,
       count(DISTINCT t.instance_index) AS instances, count(*) AS targets
     FROM apps a JOIN targets t ON t.app_id = a.id WHERE a.source_id = ?
     GROUP BY a.id ORDER BY a.app_key`,
  )

  const totalsOf = (sourceId: number): StreamTotals[] =>
    selectStreams.all(sourceId).flatMap(({ id, tier }) => {
      const totals = selectTotals.get(...blocksOfStream(id))
      return totals ? [{ tier, ...totals }] : []
    })

  return {
    list: (): KnownSource[] =>
      selectSources.all().map(({ removed, ...source }) => {
        const totals = totalsOf(source.id)
        const runsOf = (tier: Tier) =>
          totals.filter((stream) => stream.tier === tier).reduce((sum, stream) => sum + stream.n, 0)
        return {
          ...source,
          ...(removed ? { removed: true } : {}),
          appRuns: runsOf('app'),
          frameworkRuns: runsOf('framework'),
          oldestRunUs: extreme(
            totals.map((stream) => stream.oldestUs),
            Math.min,
          ),
          newestRunUs: extreme(
            totals.map((stream) => stream.newestUs),
            Math.max,
          ),
        }
      }),
    apps: ({ sourceId }: { sourceId: number }): Output<'apps.list'> => selectApps.all(sourceId),
  }
}

function extreme(values: (number | null)[], pick: (...values: number[]) => number): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : pick(...known)
}
