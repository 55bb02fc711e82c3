/** The closed set of errors that people can meet. Each has a message and, where something can be done, a hint. */
export const ERROR_CODES = [
  'archive_unreadable',
  'archive_newer',
  /** Made by a development version from before 0.1.0, with other tables. */
  'archive_unreleased',
  /** A database of Hassette or of another program lies where the archive should be. */
  'archive_foreign',
  'archive_locked',
  'disk_full',
  /** The settings file cannot be written, or it would cost something in it. */
  'settings_not_written',
  'source_not_found',
  'source_not_hassette',
  'source_too_old',
  'source_locked',
  'source_corrupt',
  'source_unauthorized',
  'source_unreachable',
  'invalid_input',
  'not_found',
  'cancelled',
  'busy',
  'internal',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

/** What went wrong, in words for people; `hint` says what to do about it. */
export interface Problem {
  code: ErrorCode
  message: string
  hint?: string
  /** Waiting does not mend it (damage, say): trying the same again is in vain. */
  lasts?: boolean
}

/** What every verb answers; exceptions never cross the border. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: Problem }

/** A `Problem` on its way up inside one process or thread; turned into a `Result` at the border. */
export class Failure extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly lasts: boolean

  constructor(code: ErrorCode, message: string, hint?: string, options?: ErrorOptions & { lasts?: boolean }) {
    super(message, options)
    this.name = 'Failure'
    this.code = code
    this.hint = hint
    this.lasts = options?.lasts ?? false
  }
}

/** Any thrown value as a `Problem`; what is not a `Failure` becomes `internal` and keeps its text out of the window. */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Failure) {
    const said = problem(thrown.code, thrown.message, thrown.hint)
    return thrown.lasts ? { ...said, lasts: true } : said
  }
  return problem('internal', 'Something went wrong inside Hassette Monitor.', 'The log file says more: Settings, Logs.')
}

/** A `Problem` without an `undefined` hint (structured clone and exact types both dislike it). */
export function problem(code: ErrorCode, message: string, hint?: string): Problem {
  return hint === undefined ? { code, message } : { code, message, hint }
}
