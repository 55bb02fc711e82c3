import { cpus, totalmem } from 'node:os'
import Database from 'better-sqlite3'

/** Repetitions of one thing, milliseconds. */
export interface Timing {
  n: number
  p50: number
  p95: number
  /** Median of the processor time of all threads: what a busy machine does not move much. */
  cpu: number
}

/** How often at least and at most, and after how long no more is begun. */
export interface Repetitions {
  least: number
  most: number
  enoughMs: number
}

/** Runs `work` once to warm up, then measures it. */
export async function measure(work: () => unknown, { least, most, enoughMs }: Repetitions): Promise<Timing> {
  await work()
  const times: number[] = []
  const processor: number[] = []
  const began = performance.now()
  while (times.length < least || (times.length < most && performance.now() - began < enoughMs)) {
    const start = performance.now()
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    times.push(performance.now() - start)
    processor.push((user + system) / 1000)
  }
  return { n: times.length, p50: percentile(times, 0.5), p95: percentile(times, 0.95), cpu: percentile(processor, 0.5) }
}

/** The nearest rank; NaN without a value. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

/** What the figures depend on, in one line. */
export function describeMachine(): string {
  const memory = new Database(':memory:')
  const sqlite = memory.prepare<[], string>('SELECT sqlite_version()').pluck().get()
  memory.close()
  const processors = cpus()
  const model = processors[0]?.model.trim() || 'processor unknown'
  return [
    `${processors.length} × ${model}`,
    `${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${process.arch}`,
    `Node ${process.versions.node}`,
    `SQLite ${sqlite ?? '?'}`,
  ].join(', ')
}

/** Three digits are all that a measurement is good for. */
export function figure(value: number): string {
  if (value === 0) return '0'
  return value >= 100 ? String(Math.round(value)) : value.toPrecision(value < 1 ? 2 : 3)
}
