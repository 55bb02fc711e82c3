import { spawnSync } from 'node:child_process'
import { openArchive } from './archive'
import { copyOf } from './data-set'
import type { DataSet } from './data-set'
import { inTempFolder } from './archive'

/** Milliseconds from the start of the threads until every answer is there. */
export interface Cold {
  openMs: number
  answeredMs: number
  /** The system did not have the file in memory either. */
  fromDisk: boolean
}

/** Opens an archive that nobody has open, and asks what the overview asks over 24 hours, all at once. */
export function measureCold(set: DataSet): Promise<Cold> {
  return inTempFolder(async (folder) => {
    const { path, sourceId, endUs } = copyOf(set, folder)
    const fromDisk = dropCached(path)
    const span = { fromUs: endUs - 86_400_000_000, toUs: null }
    const scope = { sourceId, tier: 'app', span, targetId: null } as const
    const began = performance.now()
    const client = openArchive(path, endUs)
    try {
      await client.read.sources()
      const openMs = performance.now() - began
      const answers = await Promise.all([
        client.read['trends.summary'](scope),
        client.read['trends.series']({ ...scope, points: 100, timeZone: 'Europe/Berlin' }),
        client.read['trends.attention']({ sourceId, tier: 'app', span }),
        client.read['sessions.list']({ sourceId, span, beforeUs: null, limit: 50 }),
        client.read['runs.page']({
          filter: { ...scope, conditions: FAILED },
          direction: 'older',
          from: null,
          limit: 8,
        }),
      ])
      const answeredMs = performance.now() - began
      if (answers[0].figures.runs === 0 || answers[4].rows.length < 8) throw new Error('the overview is empty')
      return { openMs, answeredMs, fromDisk }
    } finally {
      await client.close()
    }
  })
}

const FAILED: { field: 'status'; op: 'is'; value: 'failed' | 'timed_out' }[] = [
  { field: 'status', op: 'is', value: 'failed' },
  { field: 'status', op: 'is', value: 'timed_out' },
]

/** Lets the system forget a file that is written through to the disk, where GNU dd is there; says whether it could. */
function dropCached(path: string): boolean {
  const written = spawnSync('dd', [`of=${path}`, 'conv=notrunc,fdatasync', 'count=0'], { stdio: 'ignore' })
  const dropped = spawnSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' })
  return written.status === 0 && dropped.status === 0
}
