import type { TierChoice } from '@shared/filter'
import { Failure } from '@shared/result'
import type { Directory } from '../directory'
import type { Scope } from './aggregate'

/** Whose runs are counted; a target's own tier takes the place of the one asked for. Throws `not_found`. */
export function scopeOf(
  { sourceId, tier, targetId }: { sourceId: number; tier: TierChoice; targetId: number | null },
  directory: Directory,
): Scope {
  if (targetId === null) return { sourceId, tier, targetId }
  const target = directory.target(targetId)
  if (!target) throw new Failure('not_found', 'This handler or job is not in the archive.')
  return { sourceId: target.sourceId, tier: target.tier, targetId }
}
