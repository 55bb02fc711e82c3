import { resolve } from 'node:path'
import { buildThreads, threadsIn } from '../../../dev/threads'

const folder = resolve(import.meta.dirname, '../../../node_modules/.cache/hassette-monitor-tests/house-threads')

/** The archive's threads with the clock of the invented house. */
export const HOUSE_THREADS = threadsIn(folder)

/** Builds them. */
export async function buildHouseThreads(): Promise<void> {
  await buildThreads(folder, 'test/support/house/threads')
}
