import type { OpenWriter } from '@archive/threads'
import { openReader, openWriter } from '@archive/threads'
import { onTestFinished } from 'vitest'
import { CONTEXT } from '../support/archive'

/** A writer without a thread of its own, closed when the test ends if it is not yet. */
export function writerOn(path: string): OpenWriter {
  const writer = openWriter(path, () => undefined)
  let open = true
  const close = (): void => {
    if (open) writer.close()
    open = false
  }
  onTestFinished(close)
  return { ...writer, close }
}

/** Reads a file into the archive as a source; answers its id. */
export async function read(writer: OpenWriter, path: string): Promise<number> {
  const { sourceId } = await writer.sources.addFile({ path, name: 'x', mode: 'auto', shiftUs: 0 })
  await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
  return sourceId
}

/** The sources of an archive as the window gets them. */
export async function listed(path: string) {
  const reader = openReader(path)
  try {
    return await reader.verbs.sources(undefined, CONTEXT)
  } finally {
    reader.close()
  }
}
