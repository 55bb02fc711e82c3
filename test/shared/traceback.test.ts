import { describe, expect, it } from 'vitest'
import { tracebackParts } from '@shared/traceback'

// Written by Hassette 0.60 (shared/data/week-0.60.db).
const REAL = `Traceback (most recent call last):
  File "/srv/house/venv/lib/python3.13/site-packages/hassette/utils/execution.py", line 109, in track_execution
    yield result
  File "/srv/house/venv/lib/python3.13/site-packages/hassette/task_bucket/task_bucket.py", line 347, in _async_fn
    return await cast("Callable[P, Awaitable[R]]", fn)(*args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/house/config/apps/boiler_controller.py", line 31, in on_flame
    checksum(read_frame(ok=False))
             ~~~~~~~~~~^^^^^^^^^^
  File "/srv/python3.13/lib/python3.13/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 13 (char 12)
`
const outline = (traceback: string): string[] =>
  tracebackParts(traceback).map((part) => {
    if (part.kind === 'line') return part.text
    return part.kind === 'frame' ? `${part.name} ${part.line}` : `${part.frames.length} library`
  })

describe('tracebacks', () => {
  it('folds neighbouring library frames and keeps those of the app', () => {
    expect(outline(REAL)).toEqual([
      'Traceback (most recent call last):',
      '2 library',
      'on_flame 31',
      '1 library',
      "json.decoder.JSONDecodeError: Expecting ',' delimiter: line 1 column 13 (char 12)",
    ])
  })

  it('keeps the lines of a frame with it', () => {
    const frame = tracebackParts(REAL).find((part) => part.kind === 'frame')
    expect(frame).toMatchObject({
      file: '/srv/house/config/apps/boiler_controller.py',
      code: ['    checksum(read_frame(ok=False))', '             ~~~~~~~~~~^^^^^^^^^^'],
    })
  })

  it.each([
    'C:\\hassette\\venv\\Lib\\site-packages\\hassette\\bus.py',
    'C:\\Python313\\Lib\\json\\decoder.py',
    '/usr/lib/python3/dist-packages/x.py',
    '<frozen importlib._bootstrap>',
  ])('knows %s as a library', (file) => {
    expect(outline(`  File "${file}", line 1, in f`)).toEqual(['1 library'])
  })

  it('shows chained errors, messages of many lines and cut ends as lines', () => {
    const text =
      'KeyError: 3\n\nDuring handling of the above exception, another exception occurred:\n\nx\n... [truncated]'
    expect(outline(text)).toEqual(text.split('\n'))
  })
})
