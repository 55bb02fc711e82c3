import type { Database } from 'better-sqlite3'
import { createRetention } from './retention/retention'
import type { Retention } from './retention/retention'
import { createSourceUpkeep } from './source-upkeep'
import type { SourceUpkeep } from './source-upkeep'
import type { WriterMemory } from './writer-memory'

/** What the writer does beside reading sources. */
export type Upkeep = Retention & SourceUpkeep

export function createUpkeep(db: Database, memory: WriterMemory): Upkeep {
  return { ...createRetention(db, memory), ...createSourceUpkeep(db, memory) }
}
