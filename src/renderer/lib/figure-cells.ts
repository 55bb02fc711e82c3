import { formatCount, formatDuration, formatShare, THIN } from '@shared/format'
import { words } from '@shared/messages'
import type { TargetKind } from '@shared/run'
import type { Figures, TrendSummary } from '@shared/trends'
import type { Change, Meaning } from './change'
import { countChange, durationChange } from './change'
import { precisionWords } from './chart-points'

/** One of the six figures. */
export interface FigureCell {
  label: string
  /** `12 322`, `212 ms`, `–`. */
  value: string
  /** Share of the runs, beside the figure. */
  share: string | null
  /** Colours the figure: an exception, or nothing; `zero` is soft. */
  tone: 'bad' | 'warn' | 'zero' | ''
  change: Change
  title?: string
}

/** The figures of the overview: runs, failed, dependency failures, timed out, p95, missed job runs. */
export function overviewCells(summary: TrendSummary): FigureCell[] {
  const text = words.overview
  return [
    ...outcomeCells(summary),
    duration(text.p95, summary, (figures) => figures.p95Us),
    missed(text.missed, summary),
  ]
}

/** Those of a target's page: without missed runs where there is no schedule. */
export function targetCells(summary: TrendSummary, kind: TargetKind): FigureCell[] {
  const text = words.overview
  const p95 = duration(text.p95, summary, (figures) => figures.p95Us)
  const last =
    kind === 'job' ? missed(text.missedOne, summary) : duration(text.p50, summary, (figures) => figures.p50Us)
  return [...outcomeCells(summary), p95, last]
}

function outcomeCells(summary: TrendSummary): FigureCell[] {
  const text = words.overview
  const { figures } = summary
  const ran = figures.runs - figures.skipped
  return [
    count(text.runs, summary, (of) => of.runs, 'neutral'),
    { ...count(text.failed, summary, (of) => of.failed, 'bad'), share: share(figures.failed, ran) },
    count(text.dependency, summary, (of) => of.dependencyFailures, 'bad'),
    count(text.timed, summary, (of) => of.timedOut, 'warn'),
  ]
}

function share(part: number, whole: number): string | null {
  return part === 0 ? null : formatShare(part, whole)
}

/** Counts are marked where part of the range can no longer be told apart. */
function sign({ precision }: TrendSummary): string {
  return precision.kind === 'approximate' ? `≈${THIN}` : ''
}

function count(label: string, summary: TrendSummary, of: (figures: Figures) => number, meaning: Meaning): FigureCell {
  const now = of(summary.figures)
  const tone = now === 0 ? 'zero' : meaning === 'neutral' ? '' : meaning
  const change = countChange(now, summary.before ? of(summary.before) : undefined, meaning)
  return { label, value: `${sign(summary)}${formatCount(now)}`, share: null, tone, change }
}

function duration(label: string, summary: TrendSummary, of: (figures: Figures) => number | null): FigureCell {
  const now = of(summary.figures)
  if (now === null) {
    return {
      label,
      value: '–',
      share: null,
      tone: 'zero',
      change: { text: '', from: words.overview.noDuration, tone: '' },
    }
  }
  const change = durationChange(now, summary.before ? of(summary.before) : undefined)
  const tone = change.tone === 'warn' ? 'warn' : ''
  return { label, value: `≈${THIN}${formatDuration(now)}`, share: null, tone, change, title: words.chart.percentile }
}

function missed(label: string, summary: TrendSummary): FigureCell {
  const now = summary.figures.missed
  if (now === null) {
    return {
      label,
      value: '–',
      share: null,
      tone: 'zero',
      change: { text: '', from: words.overview.missedUnknown, tone: '' },
    }
  }
  const change = countChange(now, summary.before?.missed, 'warn')
  return { label, value: `${sign(summary)}${formatCount(now)}`, share: null, tone: now === 0 ? 'zero' : 'warn', change }
}

/** What is to be said of all six: how far they are what was asked, and why there is no change. */
export function figureNotes({ precision, before }: TrendSummary, nowUs: number): string {
  return [precisionWords(precision, nowUs), before === null ? words.change.unknown : null].filter(Boolean).join(' · ')
}
