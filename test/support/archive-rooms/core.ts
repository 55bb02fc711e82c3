/** What tests use of the room `core` of the archive's threads: so that a move within it touches this file only. */
export {
  APPLICATION_ID,
  archiveFailure,
  identifyArchive,
  openForReading,
  openForWriting,
} from '@main/archive/worker/core/connection'
export { lockArchive } from '@main/archive/worker/core/lock'
export { MIGRATIONS, copyName, migrate, newestSchema } from '@main/archive/worker/core/migrator'
export type { Migration } from '@main/archive/worker/core/migrator'
export { createYieldThread, createScheduler } from '@main/archive/worker/core/scheduling'
export { letterOf, outcomeBit } from '@main/archive/worker/core/run-codes'
export { serve } from '@main/archive/worker/core/serve'
export type { CallContext } from '@main/archive/worker/core/serve'
export {
  addDuration,
  clearHistogram,
  decodeHistogram,
  emptyHistogram,
  encodeHistogram,
  mergeEncoded,
  mergeHistogram,
  middleOf,
  percentiles,
  slotOf,
} from '@main/archive/worker/core/histogram'
export { zoneOf } from '@main/archive/worker/core/time-zone'
export type { Readable } from '@main/archive/worker/core/database'
export { createMetaReader, createMetaWriter } from '@main/archive/worker/core/meta'
