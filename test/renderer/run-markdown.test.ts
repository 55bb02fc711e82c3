import { describe, expect, it } from 'vitest'
import type { RunDetail } from '@shared/run'
import { runMarkdown } from '@renderer/lib/run-markdown'

const RUN: RunDetail = {
  id: 7,
  sourceId: 1,
  targetId: 2,
  kind: 'handler',
  tier: 'app',
  appKey: 'kitchen_lights',
  instanceIndex: 1,
  instanceCount: 2,
  targetName: 'on_motion',
  startedUs: Date.UTC(2026, 10, 25, 13, 3, 22, 206) * 1000,
  durationUs: 158_000,
  status: 'failed',
  dependencyFailure: false,
  manual: false,
  threadLeaked: false,
  errorType: 'KeyError',
  errorLine: 'x',
  message: 'a\n```\nb',
  traceback: 'Traceback …\nKeyError: x\n',
  executionId: '0193-4f0a',
  contextId: '01K',
  origin: 'LOCAL',
  session: null,
  previousRunId: null,
  nextRunId: null,
  logs: [],
  strip: 'f',
}

describe('a run as Markdown', () => {
  it('has its facts, and fences that its text cannot end', () => {
    expect(runMarkdown(RUN).replaceAll('\u202f', ' '))
      .toBe(`**kitchen\\_lights.on\\_motion** (instance 1), handler: failed

- Started: 2026-11-25 13:03:22.206 UTC
- Took: 158 ms
- Error: KeyError
- Run: 0193-4f0a
- Trigger: 01K (LOCAL)

\`\`\`\`
a
\`\`\`
b
\`\`\`\`

\`\`\`
Traceback …
KeyError: x
\`\`\`
`)
  })

  it('leaves out what is not recorded, and shows hidden characters', () => {
    const bare = { ...RUN, message: null, traceback: null, contextId: null, appKey: 'a\u202e<b>' }
    expect(runMarkdown(bare)).toContain('a⟨U+202E⟩\\<b\\>')
    expect(runMarkdown(bare)).not.toContain('```')
    expect(runMarkdown(bare)).not.toContain('Trigger')
  })
})
