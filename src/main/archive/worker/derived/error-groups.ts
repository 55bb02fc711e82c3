import { createHash } from 'node:crypto'
import { FINGERPRINT_VERSION, fingerprintOf } from '@main/archive/worker/derived/fingerprint'
import type { Fingerprint } from '@main/archive/worker/derived/fingerprint'
import { DAY_US } from '@shared/time'
import { RUN_STATUSES } from '@shared/run'
import type { TargetKind } from '@shared/run'
import type { GroupCause } from '@shared/error-group'
import type { Writable } from '../core/database'
import type { RunInput } from '../../batch'

/** How many groups there may be; what comes beyond goes into one group "other" of the source. */
interface GroupLimits {
  target: number
  source: number
}

const LIMITS: GroupLimits = { target: 200, source: 2000 }

/** Number of recent failures whose group is known without working it out. */
const REMEMBERED = 1000

/**
 * Where a group of failures stands: `new` for a day, `regressed` = it came back after it was resolved; `resolved` and `muted`
 * are for people to say, on the pages of the groups.
 */
export const ERROR_GROUP_STATES = ['new', 'ongoing', 'regressed', 'resolved', 'muted'] as const

/** Sorts failed runs into groups of one cause, and counts them. */
interface Groups {
  /**
   * The group of a run, made if need be; null for a run that forms none. Within the transaction of the batch. A run that
   * is counted and not kept (`count`) is among the group's deleted ones at once.
   */
  take(targetId: number, run: RunInput, errorTypeId: number | null, how?: 'keep' | 'count'): number | null
  /** Writes the counts; within the transaction of the batch. */
  flush(): void
  /** Forgets everything kept in memory; after a rollback, or when somebody else changed groups. */
  forget(): void
}

interface Tally {
  n: number
  /** Of `n`. */
  deleted: number
  firstUs: number
  lastUs: number
}

/** What is kept of the source's groups. */
interface Known {
  byFingerprint: Map<string, number>
  /** Groups of each target, without "other". */
  ofTarget: Map<number, Set<number>>
}

export function createGroups(db: Writable, sourceId: number, limits: GroupLimits = LIMITS): Groups {
  const statements = prepareGroups(db)
  const targets = new Map<number, GroupTarget>()
  const remembered = new Map<string, number>()
  const pending = new Map<number, Map<number, Tally>>()
  /** Targets (0 = the source) for which no resolved group was left to give way, in this batch. */
  const full = new Set<number>()
  let known: Known | null = null

  const load = (): Known => {
    if (known) return known
    const groups = statements.groups.all(sourceId)
    const byFingerprint = new Map(groups.map(({ id, fingerprint }) => [fingerprint, id]))
    known = { byFingerprint, ofTarget: new Map() }
    for (const { groupId, targetId } of statements.members.all(sourceId)) join(known, groupId, targetId)
    return known
  }

  const join = ({ ofTarget }: Known, groupId: number, targetId: number): void => {
    const groups = ofTarget.get(targetId)
    if (groups) groups.add(groupId)
    else ofTarget.set(targetId, new Set([groupId]))
  }

  const targetOf = (targetId: number): GroupTarget | undefined => {
    const found = targets.get(targetId) ?? statements.target.get(targetId)
    if (found) targets.set(targetId, found)
    return found
  }

  const other = (atUs: number): number =>
    statements.find.get(sourceId, 0, OTHER) ??
    Number(statements.addOther.run({ sourceId, fingerprint: OTHER, cause: OTHER_CAUSE, atUs }).lastInsertRowid)

  /** Lets the resolved group that was quiet the longest go into "other"; false when none is resolved. */
  const giveWay = (scope: number, find: () => number | undefined, atUs: number): boolean => {
    if (full.has(scope)) return false
    // A group that came back in this very batch is no longer resolved.
    writePending()
    const id = find()
    if (id === undefined) {
      full.add(scope)
      return false
    }
    const into = other(atUs)
    const merge = { id, into }
    statements.mergeCounts.run(merge)
    statements.mergeMembers.run(merge)
    statements.dropMembers.run(id)
    statements.bury.run(merge)
    const { byFingerprint, ofTarget } = load()
    for (const [fingerprint, groupId] of byFingerprint) if (groupId === id) byFingerprint.delete(fingerprint)
    for (const groups of ofTarget.values()) groups.delete(id)
    remembered.clear()
    return true
  }

  const hasRoom = (targetId: number, isNew: boolean, atUs: number): boolean => {
    const { byFingerprint, ofTarget } = load()
    const own = ofTarget.get(targetId)
    if (own && own.size >= limits.target) {
      const find = () => statements.resolvedOf.get(JSON.stringify([...own]))
      if (!giveWay(targetId, find, atUs)) return false
    }
    return !isNew || byFingerprint.size < limits.source || giveWay(0, () => statements.resolved.get(sourceId), atUs)
  }

  const groupFor = (
    { key, cause }: Fingerprint,
    targetId: number,
    atUs: number,
    errorTypeId: number | null,
  ): number => {
    const { byFingerprint, ofTarget } = load()
    // Long keys would be kept thousands of times.
    const fingerprint = createHash('sha256').update(key).digest('hex').slice(0, 32)
    // Code that fills in older runs of the source may have made it meanwhile.
    let id = byFingerprint.get(fingerprint) ?? statements.find.get(sourceId, FINGERPRINT_VERSION, fingerprint)
    if (id !== undefined) byFingerprint.set(fingerprint, id)
    if (id !== undefined && ofTarget.get(targetId)?.has(id)) return id
    if (!hasRoom(targetId, id === undefined, atUs)) return other(atUs)
    // It may just have given way.
    id = byFingerprint.get(fingerprint)
    if (id === undefined) {
      const added = statements.add.run({
        sourceId,
        fingerprint,
        cause: storedCause(cause),
        errorTypeId,
        atUs,
      })
      id = Number(added.lastInsertRowid)
      byFingerprint.set(fingerprint, id)
    }
    join(load(), id, targetId)
    return id
  }

  const find = (targetId: number, run: RunInput, errorTypeId: number | null): number | null => {
    const target = targetOf(targetId)
    const status = RUN_STATUSES[run.status]
    if (!target || status === undefined) return null
    const { errorType = null, message = null, traceback = null } = run.failure ?? {}
    const dependencyFailure = run.dependencyFailure
    const fingerprint = fingerprintOf({ ...target, status, dependencyFailure, errorType, message, traceback })
    return fingerprint && groupFor(fingerprint, targetId, run.startedUs, errorTypeId)
  }

  const count = (groupId: number, targetId: number, atUs: number, deleted: number): void => {
    const ofGroup = pending.get(groupId) ?? new Map<number, Tally>()
    pending.set(groupId, ofGroup)
    const tally = ofGroup.get(targetId)
    if (!tally) {
      ofGroup.set(targetId, { n: 1, deleted, firstUs: atUs, lastUs: atUs })
      return
    }
    tally.n++
    tally.deleted += deleted
    tally.firstUs = Math.min(tally.firstUs, atUs)
    tally.lastUs = Math.max(tally.lastUs, atUs)
  }

  const writePending = (): void => {
    for (const [groupId, ofTargets] of pending) {
      for (const [targetId, tally] of ofTargets) {
        statements.count.run({ id: groupId, ...tally })
        statements.countMember.run({ id: groupId, targetId, ...tally })
      }
    }
    pending.clear()
  }

  return {
    take: (targetId, run, errorTypeId, how = 'keep') => {
      if (!FORMING.has(run.status)) return null
      const { errorType, message, traceback } = run.failure ?? {}
      const said = [targetId, run.status, run.dependencyFailure, errorType, message, traceback].join('\0')
      let groupId = remembered.get(said) ?? null
      if (groupId === null) {
        groupId = find(targetId, run, errorTypeId)
        if (groupId === null) return null
        if (remembered.size >= REMEMBERED) remembered.clear()
        remembered.set(said, groupId)
      }
      count(groupId, targetId, run.startedUs, how === 'count' ? 1 : 0)
      return groupId
    },
    flush: () => {
      writePending()
      full.clear()
    },
    forget: () => {
      known = null
      for (const cache of [targets, remembered, pending, full]) cache.clear()
    },
  }
}

const OTHER = 'other'
const OTHER_CAUSE = JSON.stringify({ kind: 'other' })
/** Characters of a message that a cause keeps: as many as a title has at most. */
const LONGEST_TEMPLATE = 300

/** A cause as `error_groups.cause` has it: the class of the error stands beside it. */
function storedCause(cause: GroupCause): string {
  const template = cause.kind === 'error' ? cause.template.slice(0, LONGEST_TEMPLATE) : undefined
  return JSON.stringify({ ...cause, errorType: undefined, template })
}

/** SQL: the cause of an error group (`g`) and the class of its error, for `groupCause`. */
export const GROUP_CAUSE = 'g.cause, (SELECT y.name FROM error_types y WHERE y.id = g.error_type_id) AS errorType'

/** What `GROUP_CAUSE` found. */
export interface StoredGroupCause {
  cause: string
  errorType: string | null
}

/** The cause of a group. Only `createGroups` writes it. */
export function groupCause({ cause, errorType }: StoredGroupCause): GroupCause {
  return { ...(JSON.parse(cause) as GroupCause), errorType }
}

/** Codes of the statuses that form groups. */
const FORMING: ReadonlySet<number> = new Set([RUN_STATUSES.indexOf('failed'), RUN_STATUSES.indexOf('timed_out')])

/** What a fingerprint needs of a target. */
interface GroupTarget {
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
function prepareGroups(db: Writable) {
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
      `INSERT INTO error_groups (source_id, fingerprint, fingerprint_version, cause, error_type_id, state,
         first_us, last_us, n_total, n_deleted)
       VALUES (@sourceId, @fingerprint, ${FINGERPRINT_VERSION}, @cause, @errorTypeId, 'new', @atUs, @atUs, 0, 0)`,
    ),
    addOther: db.prepare<[Record<string, string | number>]>(
      `INSERT INTO error_groups (source_id, fingerprint, fingerprint_version, cause, state, first_us, last_us,
         n_total, n_deleted)
       VALUES (@sourceId, @fingerprint, 0, @cause, 'ongoing', @atUs, @atUs, 0, 0)`,
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
      `UPDATE error_groups SET merged_into = @into, fingerprint = 'merged ' || id, cause = '${OTHER_CAUSE}',
         n_total = 0, n_deleted = 0 WHERE id = @id`,
    ),
  }
}

/** Keeps n_total = n_deleted + recount while runs go. */
interface GroupDecrement {
  /** Within the transaction that deletes the runs. */
  decrement(runs: readonly { groupId: number | null }[]): void
}

export function createGroupDecrement(db: Writable): GroupDecrement {
  // Runs of a group that gave way count in the one that took it in.
  const add = db.prepare<[number, number]>(
    `UPDATE error_groups SET n_deleted = n_deleted + ?
     WHERE id = (SELECT coalesce(merged_into, id) FROM error_groups WHERE id = ?)`,
  )
  return {
    decrement: (runs) => {
      const counts = new Map<number, number>()
      for (const { groupId } of runs) if (groupId !== null) counts.set(groupId, (counts.get(groupId) ?? 0) + 1)
      for (const [groupId, n] of counts) add.run(n, groupId)
    },
  }
}
