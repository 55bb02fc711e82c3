/** What tests use of the room `retention` of the archive's threads: so that a move within it touches this file only. */
export { createArchiveSize } from '@main/archive/worker/retention/archive-size'
export { createClockJudge } from '@main/archive/worker/retention/clock-judge'
export type { ClockVerdict, SourceSign } from '@main/archive/worker/retention/clock-judge'
export { createRetention } from '@main/archive/worker/retention/retention'
export { createTerms } from '@main/archive/worker/retention/terms'
export type { TrustedTime } from '@main/archive/worker/retention/trusted-time'
export { createSourceUpkeep } from '@main/archive/worker/retention/source-changes'
