import type { ReadApi } from '@main/archive/api'
import { openReader, openWriter } from '@archive/threads'
import type { OpenReader, OpenWriter } from '@archive/threads'
import { Failure } from '@shared/result'
import type { Condition, RunFilter } from '@shared/filter'
import SQLite from 'better-sqlite3'
import { vi } from 'vitest'
import { CONTEXT } from '../support/archive'
import { openFixture } from '../support/fixtures'
import { LIMITS, request } from './retention-checks'

/** A statement as it was prepared, and whether only on the archive: else (also) on the file of a Hassette or on a lock. */
export interface CollectedStatement {
  sql: string
  ofArchive: boolean
}

/**
 * Every statement that the threads prepare: reads a Hassette file into `archive.db` of an empty folder, asks every
 * question of the window and does what the writer does beside reading. `source` = path of the Hassette file.
 */
export async function collectStatements(folder: {
  path: (name: string) => string
}): Promise<{ source: string; statements: CollectedStatement[] }> {
  const archive = folder.path('archive.db')
  const prepare = vi.spyOn(SQLite.prototype, 'prepare')
  const source = openFixture('live-v13', folder.path('source'))
  const writer = openWriter(archive, () => undefined)
  const { sourceId } = await writer.sources.addFile({ path: source, name: 'x', mode: 'auto', shiftUs: 0 })
  await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
  writer.sources.setPace('visible')
  await writer.sources.identifyFile({ path: source }, CONTEXT)
  const reader = openReader(archive)
  await useReader(reader, sourceId)
  reader.close()
  await useWriter(writer, sourceId)
  writer.close()
  const collected = new Map<string, boolean>()
  for (const [index, [sql]] of prepare.mock.calls.entries()) {
    const on = prepare.mock.contexts[index]
    const ofArchive = on instanceof SQLite && on.name === archive
    collected.set(sql, ofArchive && collected.get(sql) !== false)
  }
  prepare.mockRestore()
  return { source, statements: [...collected].map(([sql, ofArchive]) => ({ sql, ofArchive })) }
}

/** A chip of every kind. */
const CONDITIONS: Condition[] = [
  { field: 'status', op: 'not', value: 'ok' },
  { field: 'app', op: 'not', value: 'none' },
  { field: 'kind', op: 'is', value: 'handler' },
  { field: 'target', op: 'not', value: 1 },
  { field: 'errorType', op: 'not', value: 'none' },
  { field: 'dependencyFailure', op: 'not', value: true },
  { field: 'text', op: 'not', value: 'none' },
]

/** Asks every question of the window, so that what is prepared on first use is seen. */
async function useReader(reader: OpenReader, sourceId: number): Promise<void> {
  const span = { fromUs: null, toUs: null }
  const lately = { fromUs: Date.now() * 1000 - 3_600_000_000, toUs: null }
  const filter: RunFilter = { sourceId, tier: 'all', span, targetId: null, conditions: [] }
  const scope = { sourceId, tier: 'all' as const, span, targetId: null }
  const limits = LIMITS
  const all: { [Verb in keyof ReadApi]: Parameters<ReadApi[Verb]>[] } = {
    sources: [[]],
    'runs.page': [
      [{ filter, direction: 'older', from: null, limit: 50 }],
      [{ filter, direction: 'newer', from: null, limit: 50 }],
    ],
    'runs.get': [[{ runId: 1 }]],
    'runs.find': [[{ sourceId, executionId: 'none', scan: false }], [{ sourceId, executionId: 'none', scan: true }]],
    'runs.count': [[{ filter }], [{ filter: { ...filter, conditions: CONDITIONS } }]],
    'runs.countByTier': [[{ sourceId, span }], [{ sourceId, span: lately }]],
    'runs.values': (['status', 'app', 'kind', 'target', 'errorType'] as const).map((field) => [{ filter, field }]),
    'targets.list': (['handler', 'job'] as const).map((kind) => [{ sourceId, kind, tier: 'all', span }]),
    'targets.get': [[{ targetId: 1, span }]],
    'apps.list': [[{ sourceId }]],
    'trends.summary': [[scope], [{ ...scope, span: lately }], [{ ...scope, targetId: 1 }]],
    'trends.series': [
      [{ ...scope, points: 100, timeZone: 'UTC' }],
      [{ ...scope, targetId: 1, points: 100, timeZone: 'UTC' }],
    ],
    'trends.heatmap': [[{ ...scope, timeZone: 'UTC' }]],
    'trends.attention': [[{ sourceId, tier: 'all', span }]],
    'sessions.list': [[{ sourceId, span, beforeUs: null, limit: 50 }]],
    'coverage.get': [[{ sourceId, tier: 'all', span }]],
    'alerts.list': [[{ sourceId: null, beforeId: null, limit: 50 }], [{ sourceId, beforeId: 5, limit: 50 }]],
    'alerts.get': [[{ incidentId: 1 }]],
    'alerts.notifications': [[{ limit: 50 }]],
    'alerts.replay': [[{ sourceId, sensitivity: { level: 'medium' } }]],
    'storage.info': [[{ limits }]],
    'storage.log': [[{ limit: 50 }]],
    'storage.preview': [[{ ...limits, retentionDays: 1 }]],
  }
  for (const [verb, inputs] of Object.entries(all)) {
    const ask = reader.verbs[verb as keyof ReadApi] as (input: unknown, context: unknown) => unknown
    for (const [input] of inputs as unknown[][]) await (async () => ask(input, CONTEXT))().catch(isNotThere)
  }
}

/** Does what the writer does beside reading: judging, trimming, removing. */
async function useWriter({ alerts, upkeep }: OpenWriter, sourceId: number): Promise<void> {
  const sight = { kind: 'seen' as const, caughtUp: true }
  const step = { nowUs: Date.now() * 1000, utcOffsetMinutes: 0, events: [] }
  await alerts.step({ ...step, sources: [{ sourceId, name: 'x', mode: 'live', sight }] }, CONTEXT)
  upkeep.setSourceMode({ sourceId, mode: 'live' })
  upkeep.setLimits({ limits: LIMITS })
  upkeep.retentionDue()
  await upkeep.retain(request({ rules: ['time', 'size'] }), CONTEXT)
  upkeep.renameSource({ sourceId, name: 'y' })
  upkeep.removeSource({ sourceId, runs: 'delete' })
  await upkeep.finishRemovals(undefined, CONTEXT)
}

function isNotThere(thrown: unknown): void {
  if (!(thrown instanceof Failure)) throw thrown
}
