/** What tests use of the room `retention` of the archive's threads: so that a move within it touches this file only. */
export { createRetentionLog } from '@main/archive/worker/retention/retention-log'
export { createArchiveSize, setWalLimit } from '@main/archive/worker/retention/size'
export { createClockJudge } from '@main/archive/worker/retention/trusted-time'
export type { ClockVerdict, SourceSign, TrustedTime } from '@main/archive/worker/retention/trusted-time'
export { createRetentionPasses } from '@main/archive/worker/retention/pass'
export { createSourceChanges } from '@main/archive/worker/retention/source-changes'
