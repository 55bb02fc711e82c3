import type { SourceAlertState } from './engine-state'

/**
 * A clock that was set back by `stepUs` to `nowUs`: what lies beyond it moves back too, so that failures keep their
 * distance to one another and to what comes. A clock that was set forward needs nothing: what was seems older.
 */
export function stepBack(source: SourceAlertState, stepUs: number, nowUs: number): void {
  if (source.watermarkUs <= nowUs) return
  const back = (us: number): number => (us > nowUs ? us - stepUs : us)
  source.watermarkUs = Math.min(nowUs, back(source.watermarkUs))
  source.askedUs = back(source.askedUs)
  source.clearedUs = back(source.clearedUs)
  source.resumedUs = back(source.resumedUs)
  if (source.unaskedUs !== null) source.unaskedUs = back(source.unaskedUs)
  if (source.sessionStartedUs !== null) source.sessionStartedUs = back(source.sessionStartedUs)
  for (const failures of source.recent) failures.atUs -= stepUs
  for (const record of source.open) {
    record.firstUs = back(record.firstUs)
    record.beganUs = back(record.beganUs)
    record.openedUs = back(record.openedUs)
    record.loudUs = back(record.loudUs)
    record.usualUs = back(record.usualUs)
    record.lastUs = back(record.lastUs)
    record.minutes = []
    for (const member of record.members) {
      member.lastUs = back(member.lastUs)
      if (member.recoveredUs !== null) member.recoveredUs = back(member.recoveredUs)
    }
  }
  for (const record of source.closed) if (record.clearedUs !== null) record.clearedUs = back(record.clearedUs)
  for (const target of Object.values(source.targets)) {
    target.succeededUs = back(target.succeededUs)
    target.failedUs = back(target.failedUs)
    target.seenUs = back(target.seenUs)
    target.dependency.firstUs -= stepUs
    target.any.firstUs -= stepUs
  }
  for (const covered of source.coverage) covered[1] = Math.max(covered[0], Math.min(covered[1], nowUs))
}
