import type { Tier } from '@shared/run'
import type { Database } from 'better-sqlite3'
import { BLOCK_SIZE, blockOf, idsOfBlock, runId } from '../core/ids'
import { createArchiveSize } from './archive-size'
import { createLedger } from './retention-log'
import { PAUSE_MS, shrink } from './shrink'
import { createRunErasure } from '../derived/failures'
import type { CallContext } from '../core/serve'
import { prepareSourceErasure } from './source-erasure'
import type { WriterMemory } from '../derived/writer-memory'

/** Free pages that stay in the file for what comes. */
const FREE_PAGES = 500

/** Deletes sources with everything that is theirs. */
export interface SourceRemoval {
  /** From now on the source is gone for everybody; its rows go with `finish`. Within a transaction. */
  begin(sourceId: number, nowUs: number): void
  /**
   * Deletes the rows of all sources that are gone, a short transaction at a time; what is cut short goes on with the
   * next call, also after a restart. One at a time: who comes second waits for the first.
   */
  finish(context: Pick<CallContext, 'pause'>): Promise<void>
}

export function createSourceRemoval(db: Database, memory: WriterMemory): SourceRemoval {
  const erasure = prepareSourceErasure(db)
  const eraseRuns = createRunErasure(db)
  const size = createArchiveSize(db)
  const ledger = createLedger(db)
  let going: Promise<void> | null = null

  const atOnce = db.transaction((step: () => number): number => step()).immediate

  const eraseBlock = (block: number): number => {
    const { first, last } = idsOfBlock(block)
    const runs = eraseRuns(first, last)
    erasure.dropBlock(block)
    return runs
  }

  const eraseRunsOf = async (streamId: number, context: Pick<CallContext, 'pause'>): Promise<number> => {
    let runs = 0
    for (let block = nextBlock(streamId); block !== null; block = nextBlock(streamId)) {
      const going = block
      runs += atOnce(() => eraseBlock(going))
      await context.pause(PAUSE_MS)
    }
    return runs
  }

  const nextBlock = (streamId: number): number | null => {
    const id = erasure.firstRun(runId(streamId, 0), runId(streamId + 1, 0))
    return id === null ? null : blockOf(id)
  }

  /** Rows of trends lie by time, not by source: all are looked through, a slice a transaction. */
  const eraseTrends = async (sourceId: number, context: Pick<CallContext, 'pause'>): Promise<number> => {
    let rows = 0
    for (const table of erasure.trendTables(sourceId)) {
      while (!table.atEnd()) {
        rows += atOnce(() => table.eraseNext(BLOCK_SIZE))
        await context.pause(PAUSE_MS)
      }
    }
    return rows
  }

  const erase = async (sourceId: number, context: Pick<CallContext, 'pause'>): Promise<void> => {
    const [atUs, began, bytesBefore] = [Date.now() * 1000, performance.now(), size.bytes()]
    const runs: Record<Tier, number> = { app: 0, framework: 0 }
    for (const { id, tier } of erasure.streams(sourceId)) runs[tier] += await eraseRunsOf(id, context)
    const trendRows = await eraseTrends(sourceId, context)
    for (const step of erasure.steps) {
      while (atOnce(() => step(sourceId, BLOCK_SIZE)) > 0) await context.pause(PAUSE_MS)
    }
    atOnce(() => erasure.dropSource(sourceId))
    memory.forget()
    await shrink(db, size, FREE_PAGES, context)
    ledger.write({
      atUs,
      durationUs: Math.round((performance.now() - began) * 1000),
      reason: 'source_removed',
      bound: null,
      runs: runs.app + runs.framework,
      frameworkRuns: runs.framework,
      bytesBefore,
      bytesAfter: size.bytes(),
      upToUs: null,
      trendRows,
      cancelled: false,
    })
  }

  const eraseAll = async (context: Pick<CallContext, 'pause'>): Promise<void> => {
    for (let id = erasure.nextGone(); id !== null; id = erasure.nextGone()) await erase(id, context)
  }

  return {
    begin: (sourceId, nowUs) => {
      // Counts that wait in memory would otherwise be written after their targets are gone.
      memory.trends.flush()
      erasure.markGone(sourceId, nowUs)
    },
    finish: async (context) => {
      while (going) await going.catch(() => undefined)
      going = eraseAll(context).finally(() => (going = null))
      return going
    },
  }
}
