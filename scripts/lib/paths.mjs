/** Where things lie: the repository and the few paths in it that more than one script needs. */
import { resolve } from 'node:path'

/** Absolute path of the repository's root. */
export const repositoryRoot = resolve(import.meta.dirname, '..', '..')

/**
 * Absolute path of something in the repository.
 * @param {...string} parts path below the root
 * @returns {string}
 */
export function inRepository(...parts) {
  return resolve(repositoryRoot, ...parts)
}
