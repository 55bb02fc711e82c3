/** What tests use of the room `threads` of the archive's threads: so that a move within it touches this file only. */
export { openReader } from '@main/archive/worker/threads/open-reader'
export type { OpenReader } from '@main/archive/worker/threads/open-reader'
export { openWriter } from '@main/archive/worker/threads/open-writer'
export type { OpenWriter } from '@main/archive/worker/threads/open-writer'
