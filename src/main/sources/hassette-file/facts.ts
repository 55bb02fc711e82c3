import type { Tier } from '@shared/run'
import type { HassetteFacts } from '@shared/source'
import type { HassetteSchema } from './schema'
import type { Statements } from './statements'
import { durationOf, toUs } from './values'

/** Released versions by the schema that they write; of two schemas there is no release. */
const VERSIONS: Record<number, string> = {
  9: '0.48',
  10: '0.49–0.50',
  11: '0.50–0.51',
  12: '0.51–0.55',
  13: '0.56–0.59',
  14: '0.59–0.60',
  15: '0.60',
}

/** Number of spans of time in which a large file is counted, so that no statement holds it for long. */
const SPANS = 16
const SMALL = 20_000

/** Facts of a file without its rows being read in; unshifted. */
export async function readFacts(
  statements: Statements,
  schema: HassetteSchema,
  guard: <T>(read: () => T) => T,
  breathe: () => Promise<void>,
): Promise<Omit<HassetteFacts, 'bytes' | 'mode' | 'copied'>> {
  const { oldest, newest } = guard(() => statements.starts.get()) ?? { oldest: null, newest: null }
  const last = guard(() => statements.newest.get())
  const ids = guard(() => statements.ids.get())
  const isSmall = (ids?.newest ?? 0) - (ids?.oldest ?? 0) < SMALL
  const countOf = async (tier: Tier): Promise<number> => {
    if (typeof oldest !== 'number' || typeof newest !== 'number') return 0
    const spans = isSmall ? 1 : SPANS
    let count = 0
    for (let span = 0; span < spans; span++) {
      const from = oldest + ((newest - oldest) * span) / spans
      const to = span === spans - 1 ? Number.MAX_VALUE : oldest + ((newest - oldest) * (span + 1)) / spans
      count += guard(() => statements.countStarts.get(tier, from, to)) ?? 0
      await breathe()
    }
    return count
  }
  return {
    schemaVersion: schema.userVersion,
    hassetteVersions: VERSIONS[schema.userVersion] ?? null,
    sessions: guard(() => statements.countSessions.get()) ?? 0,
    appRuns: await countOf('app'),
    frameworkRuns: await countOf('framework'),
    oldestRunUs: toUs(oldest, 0),
    newestRunUs: last && last.started !== null ? (toUs(last.started, 0) ?? 0) + durationOf(last.duration) : null,
  }
}
