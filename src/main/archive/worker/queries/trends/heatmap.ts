import { DAY_US, HOUR_US } from '@shared/time'
import type { Input, Output } from '@shared/contract'
import type { CallContext } from '../../core/serve'
import { RESOLUTION } from '../../derived/rollups/accumulator'
import type { Directory } from '../directory'
import { addRow, addRun, nothingCounted } from './figures'
import { ceilTo, tileNearest, floorTo } from './tile-range'
import type { TiledRange } from './tile-range'
import type { Aggregate, Request } from './aggregate'
import { closedSpan, precisionOf, totalKeysOf } from './available'
import type { Available } from './available'
import { scopeOf } from './aggregate'
import { zoneOf } from '../../core/time-zone'

const HOURS = 24
const DAYS = 7

/**
 * Runs by weekday and hour of day. Days as a whole cannot be told apart by the hour, so the map reaches back as far as
 * hours do. In zones with half hours an hour of UTC counts for the local one that begins in it.
 */
export async function heatmapOf(
  { gather, directory }: { gather: Aggregate; directory: Directory },
  { span, timeZone, ...input }: Input<'trends.heatmap'>,
  context: CallContext,
): Promise<Output<'trends.heatmap'>> {
  const scope = scopeOf(input, directory)
  const zone = zoneOf(timeZone)
  const cellAt = (us: number): number => {
    const localUs = us + zone.offsetUs(us)
    return zone.weekday(us) * HOURS + Math.floor((localUs - floorTo(localUs, DAY_US)) / HOUR_US)
  }
  const plan = (known: Available) => {
    const cells = Array.from({ length: DAYS * HOURS }, nothingCounted)
    const asked = closedSpan(span, known)
    const range = byHours(asked, known)
    const at = (us: number) => cells[cellAt(us)] ?? nothingCounted()
    const answer = (): Output<'trends.heatmap'> => ({
      cells: cells.map(({ runs, failed, timedOut }) => ({ runs, failed, timedOut })),
      precision: range ? precisionOf(span, asked, range, known) : { kind: 'approximate' },
    })
    if (!range) return { requests: [], answer }
    let halfHours = false
    const keys = scope.targetId === null ? totalKeysOf(known, range) : [scope.targetId]
    const request: Request = {
      range,
      trends: (piece, rows) =>
        rows.of(piece, keys, false, (row) => {
          halfHours ||= row.lengthUs === HOUR_US && zone.offsetUs(row.fromUs) % HOUR_US !== 0
          addRow(at(row.fromUs + row.lengthUs / 2), row)
        }),
      run: (run) => addRun(at(run.startedUs), run),
    }
    return {
      requests: [request],
      answer: () => {
        const exactly = answer()
        if (!halfHours || exactly.precision.kind !== 'exact') return exactly
        return { ...exactly, precision: { kind: 'rounded', ...roundedHours(asked) } as const }
      },
    }
  }
  return gather(scope, plan, context)
}

function byHours({ fromUs, toUs }: { fromUs: number; toUs: number }, { kept }: Available): TiledRange | null {
  const whole = tileNearest(fromUs, toUs, kept, RESOLUTION.hour)
  const first = ceilTo(kept.hoursFromUs, HOUR_US)
  if (whole || first >= toUs || first <= fromUs) return whole
  return tileNearest(first, toUs, kept, RESOLUTION.hour)
}

function roundedHours({ fromUs, toUs }: { fromUs: number; toUs: number }) {
  return { fromUs: floorTo(fromUs, HOUR_US), toUs: ceilTo(toUs, HOUR_US) }
}
