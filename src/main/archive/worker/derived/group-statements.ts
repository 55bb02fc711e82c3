import { DAY_US } from '@main/util/time'
import { FINGERPRINT_VERSION } from '@main/archive/worker/derived/fingerprint'
import type { TargetKind } from '@shared/run'
import type { Database } from 'better-sqlite3'

/** What a fingerprint needs of a target. */
export interface GroupTarget {
  kind: TargetKind
  appKey: string
  targetName: string
}

/** After so long a group is no longer new, microseconds. */
const NEW_FOR_US = DAY_US

interface Counted {
  id: number
  n: number
  deleted: number
  firstUs: number
  lastUs: number
}

/** The statements behind `Groups`. "Other" has fingerprint version 0: no change of the rules makes a second one. */
export function prepareGroups(db: Database) {
  return {
    groups: db.prepare<[number], { id: number; fingerprint: string }>(
      `SELECT id, fingerprint FROM error_groups
       WHERE source_id = ? AND fingerprint_version = ${FINGERPRINT_VERSION} AND merged_into IS NULL`,
    ),
    members: db.prepare<[number], { groupId: number; targetId: number }>(
      `SELECT g.id AS groupId, m.target_id AS targetId FROM error_groups g JOIN group_targets m ON m.group_id = g.id
       WHERE g.source_id = ? AND g.fingerprint_version = ${FINGERPRINT_VERSION} AND g.merged_into IS NULL`,
    ),
    target: db.prepare<[number], GroupTarget>(
      `SELECT t.kind, a.app_key AS appKey, t.name AS targetName FROM targets t JOIN apps a ON a.id = t.app_id
       WHERE t.id = ?`,
    ),
    find: db
      .prepare<[number, number, string], number>(
        'SELECT id FROM error_groups WHERE source_id = ? AND fingerprint_version = ? AND fingerprint = ?',
      )
      .pluck(),
    add: db.prepare<[Record<string, string | number | null>]>(
      `INSERT INTO error_groups (source_id, fingerprint, fingerprint_version, title, template, error_type_id, state,
         first_us, last_us, n_total, n_deleted)
       VALUES (@sourceId, @fingerprint, ${FINGERPRINT_VERSION}, @title, @template, @errorTypeId, 'new', @atUs, @atUs, 0, 0)`,
    ),
    addOther: db.prepare<[Record<string, string | number>]>(
      `INSERT INTO error_groups (source_id, fingerprint, fingerprint_version, title, template, state, first_us, last_us,
         n_total, n_deleted)
       VALUES (@sourceId, @fingerprint, 0, @title, '', 'ongoing', @atUs, @atUs, 0, 0)`,
    ),
    // A run from before the group fell silent does not bring it back.
    count: db.prepare<[Counted]>(
      `UPDATE error_groups SET n_total = n_total + @n, n_deleted = n_deleted + @deleted,
         first_us = min(first_us, @firstUs), last_us = max(last_us, @lastUs),
         state = CASE
           WHEN state = 'resolved' AND @lastUs > last_us THEN 'regressed'
           WHEN state = 'new' AND max(last_us, @lastUs) - min(first_us, @firstUs) >= ${NEW_FOR_US} THEN 'ongoing'
           ELSE state END
       WHERE id = @id`,
    ),
    countMember: db.prepare<[Counted & { targetId: number }]>(
      `INSERT INTO group_targets (group_id, target_id, n, first_us, last_us) VALUES (@id, @targetId, @n, @firstUs, @lastUs)
       ON CONFLICT (group_id, target_id) DO UPDATE SET n = n + excluded.n,
         first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)`,
    ),
    resolved: db
      .prepare<[number], number>(
        `SELECT id FROM error_groups WHERE source_id = ? AND fingerprint_version = ${FINGERPRINT_VERSION}
           AND state = 'resolved' AND merged_into IS NULL ORDER BY last_us LIMIT 1`,
      )
      .pluck(),
    resolvedOf: db
      .prepare<[string], number>(
        `SELECT id FROM error_groups WHERE id IN (SELECT value FROM json_each(?)) AND state = 'resolved'
         ORDER BY last_us LIMIT 1`,
      )
      .pluck(),
    mergeCounts: db.prepare<[{ id: number; into: number }]>(
      `UPDATE error_groups SET n_total = error_groups.n_total + g.n_total, n_deleted = error_groups.n_deleted + g.n_deleted,
         first_us = min(error_groups.first_us, g.first_us), last_us = max(error_groups.last_us, g.last_us)
       FROM error_groups g WHERE error_groups.id = @into AND g.id = @id`,
    ),
    mergeMembers: db.prepare<[{ id: number; into: number }]>(
      `INSERT INTO group_targets (group_id, target_id, n, first_us, last_us)
       SELECT @into, target_id, n, first_us, last_us FROM group_targets WHERE group_id = @id
       ON CONFLICT (group_id, target_id) DO UPDATE SET n = n + excluded.n,
         first_us = min(first_us, excluded.first_us), last_us = max(last_us, excluded.last_us)`,
    ),
    dropMembers: db.prepare<[number]>('DELETE FROM group_targets WHERE group_id = ?'),
    // Its runs still name it: what is left says where they count. Its fingerprint is free for a group that starts anew.
    bury: db.prepare<[{ id: number; into: number }]>(
      `UPDATE error_groups SET merged_into = @into, fingerprint = 'merged ' || id, title = '', template = '',
         n_total = 0, n_deleted = 0 WHERE id = @id`,
    ),
  }
}
