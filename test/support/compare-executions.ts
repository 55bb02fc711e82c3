import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/** One side of a comparison: how many rows, an order-independent hash of them, and counts by tier, kind, outcome and class. */
export interface Summary {
  total: number
  hash: string
  counts: Record<string, number>
}

export interface Comparison {
  equal: boolean
  theirs: Summary
  ours: Summary
}

/**
 * Compares the archive's view `executions` with a Hassette file, in a process of its own. Of a file that is open
 * elsewhere give a copy: the comparison opens it.
 */
export function compareExecutions(
  archive: string,
  hassetteFile: string,
  options: { source?: string; shiftUs?: number } = {},
): Comparison {
  const args = [resolve(import.meta.dirname, 'compare.mjs'), archive, hassetteFile]
  if (options.source !== undefined) args.push('--source', options.source)
  if (options.shiftUs !== undefined) args.push('--shift-us', String(options.shiftUs))
  try {
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e8 })) as Comparison
  } catch (error) {
    const { status, stdout } = error as { status?: number; stdout?: string }
    if (status === 1 && stdout) return JSON.parse(stdout) as Comparison
    throw error
  }
}
