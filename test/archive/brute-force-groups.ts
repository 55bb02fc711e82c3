import type { Database } from 'better-sqlite3'
import { expect } from 'vitest'

/**
 * Asserts that every group's counts are those of a recount: n_total = n_deleted + runs that name it or a group that
 * gave way to it, its targets add up to it, and its times span its runs.
 */
export function expectGroupsCounted(db: Database): void {
  const groups = db
    .prepare(
      `SELECT g.id, g.n_total - g.n_deleted AS said, coalesce((SELECT sum(n) FROM group_targets WHERE group_id = g.id), 0)
         - g.n_total AS beyondTargets, count(r.id) AS counted,
         coalesce(min(r.started_us) >= g.first_us AND max(r.started_us) <= g.last_us, 1) AS spans
       FROM error_groups g LEFT JOIN (SELECT coalesce(m.merged_into, m.id) AS id, r.started_us FROM runs r
         JOIN error_groups m ON m.id = r.group_id) r ON r.id = g.id GROUP BY g.id`,
    )
    .all() as { id: number; said: number; counted: number; beyondTargets: number; spans: number }[]
  for (const { id, said, counted, beyondTargets, spans } of groups) {
    expect({ id, said, beyondTargets, spans }).toEqual({ id, said: counted, beyondTargets: 0, spans: 1 })
  }
  const lost = db.prepare(
    `SELECT count(*) FROM runs r LEFT JOIN error_groups g ON g.id = r.group_id
     WHERE (r.status IN (1, 2)) <> (g.id IS NOT NULL)`,
  )
  expect(lost.pluck().get()).toBe(0)
}
