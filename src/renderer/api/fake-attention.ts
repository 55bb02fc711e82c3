import type { Span } from '@shared/filter'
import type { TargetRow } from '@shared/target'
import type { Attention, AttentionReason, AttentionRow } from '@shared/trends'
import { targetRow } from './fake-archive'
import { inSpan } from './fake-figures'
import type { FakeRun } from './fake-runs'
import type { FakeTarget } from './fake-targets'

const MOST = 8
const ORDER: AttentionReason['kind'][] = ['failing', 'new_group', 'slower', 'never_ran', 'missed']

/** Which targets of the invented house need attention, and why, gravest first. */
export function attentionOf(targets: readonly FakeTarget[], runs: readonly FakeRun[], span: Span): Attention {
  const active = targets.filter(({ state }) => state === 'active')
  const rows = active
    .map((target) => attentionRow(targetRow(target, runs, span), runs, span))
    .filter(({ reasons }) => reasons.length > 0)
    .sort((a, b) => rank(a) - rank(b))
  return {
    rows: rows.slice(0, MOST),
    total: rows.length,
    handlers: active.filter(({ kind }) => kind === 'handler').length,
    jobs: active.filter(({ kind }) => kind === 'job').length,
  }
}

function rank({ reasons: [first] }: AttentionRow): number {
  return first ? ORDER.indexOf(first.kind) : ORDER.length
}

function attentionRow(row: TargetRow, runs: readonly FakeRun[], span: Span): AttentionRow {
  const { kind, tier, appKey, instanceIndex, instanceCount, name, strip } = row
  const own = runs.filter((run) => run.targetId === row.id)
  const reasons: AttentionReason[] = []
  const streak = /[fd]+$/.exec(strip)?.[0].length ?? 0
  const since = own.at(-streak)
  if (streak > 0 && since) reasons.push({ kind: 'failing', runs: streak, sinceUs: since.startedUs })
  const firstError = own.find((run) => run.errorType === 'ConnectionClosedError')
  if (firstError && inSpan(firstError, span)) {
    const title = `ConnectionClosedError ${firstError.errorLine ?? ''}`
    reasons.push({ kind: 'new_group', groupId: row.id, title, firstUs: firstError.startedUs })
  }
  const { p95Us, before } = row
  if (p95Us !== null && before?.p95Us && row.runs >= 20 && p95Us >= 2 * before.p95Us) {
    reasons.push({ kind: 'slower', p95Us, beforeUs: before.p95Us })
  }
  const session = runs.at(-1)?.session
  const newest = own.at(-1)
  if (session && (!newest || newest.startedUs < session.startedUs)) {
    reasons.push({ kind: 'never_ran', sinceUs: session.startedUs })
  }
  if (row.missed) reasons.push({ kind: 'missed', runs: row.missed, expected: row.runs + row.missed })
  return { targetId: row.id, kind, tier, appKey, instanceIndex, instanceCount, name, strip, reasons }
}
