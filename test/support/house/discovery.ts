import { problem } from '@shared/result'
import type { FoundSource } from '@shared/source'

/** What there is to be found. */
export type Discovered = 'found' | 'refused' | 'nothing'

const HOUR_US = 3_600_000_000

/** What a look round the invented computer finds: three files, one that may not be read, or none. `nowUs`: microseconds. */
export function discoveryOf(found: Discovered, nowUs: number): FoundSource[] {
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
  if (found === 'found') return [good, copy, refused]
  return found === 'refused' ? [refused] : []
}
