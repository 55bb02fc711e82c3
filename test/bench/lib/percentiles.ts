import { createBlocks, createAggregate, createAvailable, targetFigures, createTrendRows } from '@archive/queries'
import type { Readable } from '@archive/core'
import { CONTEXT } from './archive'

/** Counts and percentiles of every target of a tier over a span, as the tables get them; answers of how many it has some. */
export function targetPercentiles(db: Readable, { sourceId, nowUs }: { sourceId: number; nowUs: number }) {
  const rows = createTrendRows(db)
  const known = createAvailable(db, () => nowUs)
  const gather = createAggregate(db, { blocks: createBlocks(db), rows, known })
  const targetIds = db.prepare<[], number>(`SELECT id FROM targets WHERE tier = 'app'`).pluck().all()
  return async (span: { fromUs: number; toUs: null }): Promise<number> => {
    const question = { span, targetIds, jobs: [], sparks: false }
    const figures = await targetFigures(gather, { sourceId, tier: 'app', targetId: null }, question, CONTEXT)
    return [...figures.values()].filter(({ p95Us }) => p95Us !== null).length
  }
}
