/** What tests use of the room `ingest` of the archive's threads: so that a move within it touches this file only. */
export { createAppender } from '@main/archive/worker/ingest/append'
export type { Appender } from '@main/archive/worker/ingest/append'
export { createClockOffset, createSignReader } from '@main/archive/worker/ingest/hassette-signs'
export type { Findings } from '@main/archive/worker/ingest/hassette-signs'
export { createFileWatcher } from '@main/archive/worker/ingest/watch-file'
export type { Look, Sight } from '@main/archive/worker/ingest/watch-file'
export { createBlockingEvents } from '@main/archive/worker/ingest/blocking-events'
export { EPOCH_REASONS } from '@main/archive/worker/ingest/epochs'
