/** A part of a Python traceback: a line, a frame of the app's own code, or a run of library frames. */
export type TracebackPart =
  { kind: 'line'; text: string } | ({ kind: 'frame' } & Frame) | { kind: 'library'; frames: Frame[] }

/** One frame as Python writes it: where, and the lines below it. */
export interface Frame {
  file: string
  line: string
  name: string
  code: string[]
}

const FRAME = /^ {2}File "([^"]*)", line (\d+)(?:, in (.*))?$/
const LIBRARY = /[\\/](site-packages|dist-packages|lib[\\/]python3(\.\d+)?)[\\/]|[\\/]Lib[\\/]|^<frozen /

/** Takes a traceback apart; neighbouring frames of libraries become one part. Nothing is lost. */
export function tracebackParts(traceback: string): TracebackPart[] {
  const parts: TracebackPart[] = []
  let open: Frame | null = null
  for (const text of traceback.replace(/\n+$/, '').split('\n')) {
    const head = FRAME.exec(text)
    if (head) {
      open = { file: head[1] ?? '', line: head[2] ?? '', name: head[3] ?? '', code: [] }
      addFrame(parts, open)
    } else if (open && /^ {4}/.test(text)) {
      open.code.push(text)
    } else {
      open = null
      parts.push({ kind: 'line', text })
    }
  }
  return parts
}

function addFrame(parts: TracebackPart[], frame: Frame): void {
  const last = parts.at(-1)
  if (!LIBRARY.test(frame.file)) parts.push(Object.assign(frame, { kind: 'frame' as const }))
  else if (last?.kind === 'library') last.frames.push(frame)
  else parts.push({ kind: 'library', frames: [frame] })
}
