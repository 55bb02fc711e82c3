/** What tests use of the room `copy` of the archive's threads: so that a move within it touches this file only. */
export { judgeArchive } from '@main/archive/worker/copy/check'
