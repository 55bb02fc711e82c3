/** Size of a sparkline, CSS pixels. */
export const SPARK_WIDTH = 54
export const SPARK_HEIGHT = 16
/** Failures stand below the line as ticks. */
const FOOT = 3

/** Paths of a sparkline: runs as a line from the foot up, steps with failures as ticks at the foot. Empty without runs. */
export function sparkPaths(spark: { runs: readonly number[]; failed: readonly number[] }): {
  line: string
  failed: string
} {
  const most = Math.max(...spark.runs, 0)
  if (most === 0) return { line: '', failed: '' }
  const step = SPARK_WIDTH / Math.max(1, spark.runs.length - 1)
  const room = SPARK_HEIGHT - FOOT - 2
  const line = spark.runs
    .map(
      (runs, nth) => `${nth === 0 ? 'M' : 'L'}${(nth * step).toFixed(1)} ${(1 + room * (1 - runs / most)).toFixed(1)}`,
    )
    .join('')
  const failed = spark.failed
    .map((runs, nth) =>
      runs > 0 ? `M${Math.max(0, nth * step - 1).toFixed(1)} ${SPARK_HEIGHT - FOOT}h2v${FOOT}h-2z` : '',
    )
    .join('')
  return { line, failed }
}
