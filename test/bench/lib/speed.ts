import type { Outcome } from './goal'

/**
 * The brief's gate on the machine of the prototype, on which the goals were set, milliseconds (p95). The same statement
 * over the same number of runs is part of every bench: it tells how fast the machine is on which the rest is measured.
 */
const PROTOTYPE_GATE_MS = 47
const GATE = 'the brief’s gate'
/** Machines differ by as much from run to run. */
const SLOW_FROM = 1.2
const UNITS: Record<string, number> = { ms: 1, s: 1000, 'runs/s': 1, 'k runs/s': 1000 }
const QUANTITY = /^(?:[≤≥] )?([\d.]+) (ms|s|k runs\/s|runs\/s)$/

/** How many times slower this machine was than the prototype's; null when the gate was not measured. */
export function slownessOf(rows: readonly Outcome[]): number | null {
  const gateMs = valueOf(rows.find(({ what }) => what.startsWith(GATE))?.measured ?? '')
  return gateMs === null ? null : gateMs / PROTOTYPE_GATE_MS
}

/** Says of the goals that were missed by the clock which of them a machine as fast as the prototype's would have met. */
export function withSpeed<Row extends Outcome>(rows: readonly Row[]): Row[] {
  const slowness = slownessOf(rows) ?? 1
  return rows.map((row) => {
    const [goal, measured] = [valueOf(row.goal), valueOf(row.measured)]
    if (slowness < SLOW_FROM || row.what.startsWith(GATE) || goal === null || measured === null) return row
    if (!row.verdict.startsWith('**missed**')) return row
    const ratio = row.goal.startsWith('≤') ? measured / goal : goal / measured
    if (ratio > slowness) return row
    return {
      ...row,
      verdict: `**missed**: ${ratio.toFixed(1)} × too slow, on a machine ${slowness.toFixed(1)} × slower`,
    }
  })
}

/** A sentence about the machine; empty where there is nothing to say. */
export function speedWords(rows: readonly Outcome[]): string {
  const slowness = slownessOf(rows)
  if (slowness === null || slowness < SLOW_FROM) return ''
  return (
    `While this was measured the machine was **${slowness.toFixed(1)} × slower** than that on which the goals were set, ` +
    `by the gate's statement (p95 ${PROTOTYPE_GATE_MS} ms there): what misses its goal by less than that is named so. `
  )
}

/** Milliseconds, or runs a second. */
function valueOf(text: string): number | null {
  const [, number, unit = ''] = QUANTITY.exec(text) ?? []
  return number === undefined ? null : Number(number) * (UNITS[unit] ?? 1)
}
