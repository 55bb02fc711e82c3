/** What the system's words for a failure mean, as the end of a sentence: `… cannot be written: the disk is full.` */
const REASONS: Partial<Record<string, string>> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the drive is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is not a folder',
  EEXIST: 'something else lies there',
  ENOENT: 'its folder does not exist',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'another program uses it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the drive does not answer properly',
  ESTALE: 'the drive does not answer properly',
  ETIMEDOUT: 'the drive does not answer',
}

/** A reason in words for `code`, one of the system's (`ENOSPC`); an unknown one is named itself. */
export function systemWords(code: string): string {
  return REASONS[code] ?? code
}

/** The reason in words for what a call of the system threw. */
export function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : null
  return typeof code === 'string' ? systemWords(code) : thrown instanceof Error ? thrown.message : String(thrown)
}
