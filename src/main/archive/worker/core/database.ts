import type { Database, PragmaOptions, Statement } from 'better-sqlite3'

/** A statement that is only asked: it cannot be run for its effect. */
type Query<Bind extends unknown[], Row> = Pick<Statement<Bind, Row>, 'get' | 'all' | 'iterate'> & {
  /** Gives the first column alone; `Row` is the type of that. */
  pluck(): Query<Bind, Row>
  /** Gives rows as arrays; `Row` is the type of those. */
  raw(): Query<Bind, Row>
}

/**
 * A connection that may be asked and changes nothing: what takes one cannot write, whichever thread calls it. The reader's
 * connection is no more than this; the writer's is one, too.
 */
export interface Readable {
  /** Path of the file. */
  readonly name: Database['name']
  prepare<Bind extends unknown[] = unknown[], Row = unknown>(sql: string): Query<Bind, Row>
  /** What is read within is of one state of the archive. */
  transaction<Args extends unknown[], Result>(work: (...args: Args) => Result): (...args: Args) => Result
  pragma(about: 'page_count' | 'freelist_count' | 'user_version', options: PragmaOptions & { simple: true }): unknown
}

/** The connection that writes. Only the writer thread has one on the archive. */
export type Writable = Database
