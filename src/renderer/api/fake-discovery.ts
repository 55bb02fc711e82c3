import type { Problem } from '@shared/result'
import { problem } from '@shared/result'
import type { FoundSource } from '@shared/source'
import type { FakeOptions } from './fake-options'

const HOUR_US = 3_600_000_000

/** What a look round the invented computer finds. */
export function fakeDiscovery(options: Pick<FakeOptions, 'discover' | 'nowMs'>): FoundSource[] {
  const nowUs = options.nowMs * 1000
  const good: FoundSource = {
    path: '/home/anna/.local/share/hassette/v0/hassette.db',
    because: "Hassette's usual folder",
    found: {
      ok: true,
      facts: {
        schemaVersion: 15,
        hassetteVersions: '0.60',
        sessions: 41,
        appRuns: 412_000,
        frameworkRuns: 186_112,
        oldestRunUs: nowUs - 30 * 24 * HOUR_US,
        newestRunUs: nowUs - 4_000_000,
        bytes: 497_000_000,
        mode: 'live',
      },
    },
  }
  const copy: FoundSource = {
    path: '/srv/backup/hassette-2026-11-21/hassette.db',
    because: '/home/anna/.config/hassette/hassette.toml names it',
    found: {
      ok: true,
      facts: {
        schemaVersion: 16,
        hassetteVersions: null,
        sessions: 1,
        appRuns: 12_322,
        frameworkRuns: 0,
        oldestRunUs: nowUs - 76 * HOUR_US,
        newestRunUs: nowUs - 49 * HOUR_US,
        bytes: 9_400_000,
        mode: 'snapshot',
        copied: true,
      },
    },
  }
  const refused: FoundSource = {
    path: '/data/hassette.db',
    because: "the container's data folder",
    found: {
      ok: false,
      problem: problem(
        'source_unreachable',
        'The file may not be read by this user.',
        'Give your user the right to read it and its folder, then look again.',
      ),
    },
  }
  if (options.discover === 'found') return [good, copy, refused]
  return options.discover === 'refused' ? [refused] : []
}

/** Why a path cannot be watched; null when it can. */
export function fakeRefusal(path: string): Problem | null {
  if (/\bhassette\b.*\.db$/.test(path)) return null
  return problem(
    'source_not_hassette',
    `${path} is not a database of Hassette.`,
    'Choose the hassette.db of its data folder.',
  )
}
