import { formatCount, formatDay, formatMinute, plural, THIN } from '@shared/format'
import { words } from '@shared/messages'
import type { Coverage } from '@shared/trends'
import { shortMoment } from './lead'
import { DAY_US } from '@shared/time'

/** A stretch of the coverage line, in per cent of the range. */
export interface CoverPart {
  kind: 'runs' | 'trends'
  from: number
  to: number
}

/** A range with both its ends, microseconds. */
export interface Ends {
  fromUs: number
  toUs: number
}

/** Where the range begins and ends: an open start is that of what is known. */
export function rangeEnds(
  span: { fromUs: number | null; toUs: number | null },
  coverage: Coverage,
  nowUs: number,
): Ends {
  const toUs = span.toUs ?? nowUs
  const known = [coverage.runsFromUs, coverage.trendsFromUs].filter((us) => us !== null)
  return { fromUs: Math.min(span.fromUs ?? Math.min(...known, toUs), toUs), toUs }
}

/** What is known as stretches of the line: runs above trends, gaps cut out. */
export function coverParts(coverage: Coverage, { fromUs, toUs }: Ends): CoverPart[] {
  const length = Math.max(1, toUs - fromUs)
  const percent = (us: number): number => Math.min(100, Math.max(0, ((us - fromUs) / length) * 100))
  const endUs = Math.min(toUs, coverage.toUs ?? toUs)
  const runsFrom = coverage.runsFromUs ?? endUs
  const stretches = [
    { kind: 'runs' as const, fromUs: runsFrom, toUs: endUs },
    { kind: 'trends' as const, fromUs: coverage.trendsFromUs ?? runsFrom, toUs: Math.min(runsFrom, endUs) },
  ]
  return stretches
    .flatMap(({ kind, ...stretch }) => without(stretch, coverage.gaps).map((part) => ({ kind, ...part })))
    .map(({ kind, fromUs: from, toUs: to }) => ({ kind, from: percent(from), to: percent(to) }))
    .filter(({ from, to }) => to > from)
}

function without(stretch: Ends, gaps: readonly Ends[]): Ends[] {
  return [...gaps]
    .sort((a, b) => a.fromUs - b.fromUs)
    .reduce<Ends[]>(
      (parts, gap) =>
        parts.flatMap((part) => {
          if (gap.toUs <= part.fromUs || gap.fromUs >= part.toUs) return [part]
          return [
            { fromUs: part.fromUs, toUs: gap.fromUs },
            { fromUs: gap.toUs, toUs: part.toUs },
          ].filter((rest) => rest.toUs > rest.fromUs)
        }),
      [stretch],
    )
}

/** The line in words. `limits` = the settings in force, null while they are not known. */
export function coverWords(
  coverage: Coverage,
  ends: Ends,
  limits: { days: number; sizeMb: number } | null,
  nowUs: number,
): string[] {
  const text = words.coverage
  const { runsFromUs, trendsFromUs, bound, gaps } = coverage
  if (runsFromUs === null && trendsFromUs === null) return [text.nothing]
  const runs =
    runsFromUs === null
      ? text.noRuns
      : runsFromUs === ends.fromUs
        ? text.everyRun
        : text.runsSince(shortMoment(runsFromUs, nowUs))
  // Trends that reach back no further than the runs say nothing new.
  const reach = trendsFromUs !== null && (runsFromUs === null || trendsFromUs < runsFromUs)
  const trends = reach ? text.trendsSince(formatDay(trendsFromUs, nowUs)) : null
  const limit = boundWords(bound, limits)
  return [runs, trends, limit, gaps.length > 0 ? text.gaps(gaps.length) : null].filter((part) => part !== null)
}

function boundWords(bound: Coverage['bound'], limits: { days: number; sizeMb: number } | null): string | null {
  const text = words.coverage.bound
  if (bound === 'source') return text.source
  if (bound === null || limits === null) return null
  return bound === 'time' ? text.time(plural(limits.days, 'day')) : text.size(`${formatCount(limits.sizeMb)}${THIN}MB`)
}

/** A gap in words, with its reason. */
export function gapWords(gap: Coverage['gaps'][number], nowUs: number): string {
  const text = words.coverage
  const what = gap.runs === null ? text.gap[gap.reason] : text.gapRuns(text.gap[gap.reason], gap.runs)
  return text.gapAt(shortMoment(gap.fromUs, nowUs), shortMoment(gap.toUs, nowUs), what)
}

/** The end of a range on the line: weekday or day, and minute. */
export function endWords(us: number, nowUs: number): string {
  const day =
    nowUs - us < 6 * DAY_US
      ? new Date(us / 1000).toLocaleDateString('en-GB', { weekday: 'short' })
      : formatDay(us, nowUs)
  return `${day} ${formatMinute(us)}`
}
