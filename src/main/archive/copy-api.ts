/** What the copier thread does: it works on whole archive files, and may be held up for long by one of them. */
export interface CopyApi {
  /**
   * What lies where an archive shall lie. Throws `archive_foreign` when it is something else, and `archive_newer` or
   * `archive_unreadable` when it could not be used.
   */
  look(input: { path: string }): FoundArchive
  /** Reads a whole archive, however it lies there, and fails with `archive_…` or `not_found` unless it is sound. */
  check(input: { path: string }): FoundArchive
  /** Tells whether an archive is sound, before it is given up. Reads the whole file; never throws. */
  judge(input: { path: string }): ArchiveVerdict
  /**
   * Writes a compact copy as `partOf(to)`, and checks it. Everything that is committed before it begins is in it. It
   * cannot be interrupted: a cancellation takes effect after SQLite has written it. The caller removes the file when
   * this fails.
   */
  copy(input: CopyRequest): CopyReport
  /**
   * Puts `partOf(path)` in the place of what lies there, which is moved to `aside`; of what was moved nothing is
   * deleted. All or nothing. Throws `archive_locked` when the old file is in use.
   */
  place(input: { path: string; aside: string }): null
  /** Undoes `place`. */
  putBack(input: { path: string; aside: string }): null
}

/** What is at a path. */
export type FoundArchive =
  | { kind: 'nothing' }
  /** `usedBytes`: without pages that could be used again; about the size of a copy. */
  | { kind: 'archive'; schemaVersion: number; usedBytes: number; runs: number }

/**
 * What an archive that could not be used turned out to be. `sound`: it is ours, this version can use it, and SQLite's own
 * check of the whole file found nothing. `unknown`: it could not be looked into, for want of a permission or because it
 * is busy. `damaged` is proven.
 */
export type ArchiveVerdict = 'nothing' | 'sound' | 'damaged' | 'newer' | 'foreign' | 'unknown'

/** A copy to be made. Absolute paths. */
export interface CopyRequest {
  from: string
  to: string
  /** `wal` is what an archive in use has; a backup in `delete` is one file that can be read from any medium. */
  journal: 'wal' | 'delete'
}

/** What a copy holds. */
export interface CopyReport {
  bytes: number
  runs: number
}
