import type { RunFilter } from '@shared/filter'
import { describe, expect, it } from 'vitest'
import { openClient } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { createSynthetic, madeParents, madeRun, madeTarget } from '../support/synthetic'

const RUNS = 300_000
const PAGES = 3
const EVER = { fromUs: null, toUs: null }

describe('on the thread that reads', () => {
  const folder = useTempFolder()

  it('pages overtake value lists, counts and searches', { timeout: 60_000 }, async () => {
    const path = folder.path('archive.db')
    const made = createSynthetic(path)
    const { appender } = made.epoch()
    appender.update(madeParents(Array.from({ length: 20 }, (_, index) => madeTarget(index + 1))))
    for (let from = 0; from < RUNS; from += 5000) {
      const runs = Array.from({ length: 5000 }, (_, index) =>
        madeRun(from + index + 1, {
          foreignTargetId: 1 + (index % 20),
          executionId: `run ${from + index}`,
          status: index % 10 === 0 ? 1 : 0,
        }),
      )
      appender.append({ runs, cursor: null })
    }
    made.db.close()

    const { read } = openClient(path)
    const filter: RunFilter = { sourceId: made.sourceId, tier: 'all', span: EVER, targetId: null, conditions: [] }
    const slow: RunFilter = { ...filter, conditions: [{ field: 'text', op: 'not', value: 'nobody says this' }] }
    const long = [
      () => read['runs.values']({ filter: slow, field: 'target' }),
      () => read['runs.count']({ filter: slow }),
      () => read['runs.find']({ sourceId: made.sourceId, executionId: 'no such run', scan: true }),
    ]
    for (const question of long) {
      const ended: string[] = []
      const asked = question().then(() => ended.push('long'))
      const pages = Array.from({ length: PAGES }, () =>
        read['runs.page']({ filter, direction: 'older', from: null, limit: 50 }).then(() => ended.push('page')),
      )
      await Promise.all(pages)
      await asked
      expect(ended).toEqual([...Array.from({ length: PAGES }, () => 'page'), 'long'])
    }
  })
})
