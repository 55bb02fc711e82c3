import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { mayBeWritten, createHassetteReader } from '@main/sources/hassette-file/reader'
import type { HassetteReader, ReaderOptions } from '@main/sources/hassette-file/reader'
import { Failure } from '@shared/result'
import { fileFacts, isReadable, isWritable, makeFolder, removeFile } from '../../file-facts'

const run = promisify(execFile)

/** An open Hassette file, or a copy of it. */
export interface OpenSource {
  reader: HassetteReader
  copied: boolean
  /** Pause between statements, milliseconds: none when nobody writes. */
  pauseMs: number
  close(): void
}

/** Between two statements while Hassette may be writing, so that its WAL can be checkpointed. */
const PAUSE_MS = 10

/**
 * Opens a Hassette file. SQLite cannot read a WAL database without a `-shm` in a folder where it may not make one; then
 * another process copies the files into `copies`, and the copy is read and removed at the end.
 */
export async function openSource(
  path: string,
  shiftUs: number,
  copies: string,
  options: ReaderOptions = {},
): Promise<OpenSource> {
  const pauseMs = mayBeWritten(path, Date.now()) ? PAUSE_MS : 0
  try {
    const reader = createHassetteReader({ path }, shiftUs, options)
    return { reader, copied: false, pauseMs, close: () => reader.close() }
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'source_unreachable' || !needsCopy(path)) throw error
    return await openCopy(path, shiftUs, copies, options)
  }
}

function needsCopy(path: string): boolean {
  return isReadable(path) && fileFacts(`${path}-shm`) === null && !isWritable(dirname(path))
}

async function openCopy(path: string, shiftUs: number, copies: string, options: ReaderOptions): Promise<OpenSource> {
  const folder = join(copies, createHash('sha256').update(path).digest('hex').slice(0, 16))
  const copy = join(folder, basename(path))
  const remove = (): void => ['', '-wal', '-shm'].forEach((end) => removeFile(`${copy}${end}`))
  makeFolder(folder)
  remove()
  try {
    await copyFiles([path, ...(fileFacts(`${path}-wal`) ? [`${path}-wal`] : [])], folder)
    const reader = createHassetteReader({ path: copy }, shiftUs, options)
    const close = (): void => {
      reader.close()
      remove()
    }
    return { reader, copied: true, pauseMs: 0, close }
  } catch (error) {
    remove()
    if (error instanceof Failure) throw error
    throw new Failure(
      'source_unreachable',
      `${path} lies in a folder where SQLite cannot read it, and it could not be copied into ${copies}.`,
      'Make room in the data folder, or copy the file to a folder that may be written to and open the copy.',
      { cause: error },
    )
  }
}

/** In a process of its own: closing a file that this one has read by itself would drop SQLite's locks on it. */
async function copyFiles(files: string[], folder: string): Promise<void> {
  if (process.platform !== 'win32') return void (await run('cp', ['--', ...files, `${folder}/`]))
  const [first = ''] = files
  try {
    await run('robocopy', [dirname(first), folder, ...files.map((file) => basename(file)), '/njh', '/njs'])
  } catch (error) {
    // Up to 7 robocopy tells what it copied.
    const { code } = error as { code?: unknown }
    if (typeof code !== 'number' || code > 7) throw error
  }
}
