/** What tests use of the room `core` of the archive's threads: so that a move within it touches this file only. */
export {
  APPLICATION_ID,
  archiveFailure,
  identifyArchive,
  openForReading,
  openForWriting,
} from '@main/archive/worker/connection'
export { lockArchive } from '@main/archive/worker/lock'
export { MIGRATIONS, copyName, migrate, newestSchema } from '@main/archive/worker/migrator'
export type { Migration } from '@main/archive/worker/migrator'
export { createSlices } from '@main/archive/worker/queries/slices'
export { createZone } from '@main/archive/worker/queries/trends/zone'
export { letterOf, outcomeBit } from '@main/archive/worker/run-codes'
export { serve } from '@main/archive/worker/serve'
export type { CallContext } from '@main/archive/worker/serve'
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
} from '@main/archive/worker/trends/histogram'
export { zoneOf } from '@main/archive/worker/trends/zone'
export { createTurns } from '@main/archive/worker/turns'
