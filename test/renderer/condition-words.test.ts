import { describe, expect, it } from 'vitest'
import type { SourceInfo } from '@shared/source'
import { conditionLabel, executionIdIn, targetLabel } from '@renderer/lib/condition-words'
import { tailWords } from '@renderer/lib/source-words'

describe('conditions in words', () => {
  const nobody = (): null => null

  it('name a target where its name is known, else its number', () => {
    expect(conditionLabel({ field: 'target', op: 'is', value: 7 }, () => 'blinds.sun')).toBe('blinds.sun')
    expect(conditionLabel({ field: 'target', op: 'is', value: 7 }, nobody)).toBe('#7')
  })

  it('show hidden characters, and nothing where the field says it all', () => {
    expect(conditionLabel({ field: 'text', op: 'not', value: 'a\u202eb' }, nobody)).toBe('a⟨U+202E⟩b')
    expect(conditionLabel({ field: 'dependencyFailure', op: 'not', value: true }, nobody)).toBe('')
  })

  it('tell instances apart only where there are several', () => {
    const target = { appKey: 'presence', instanceIndex: 1, instanceCount: 2, name: 'decay' }
    expect(targetLabel(target)).toBe('presence.decay · 1')
    expect(targetLabel({ ...target, instanceCount: 1 })).toBe('presence.decay')
  })
})

describe('an execution id', () => {
  it('is a whole UUID, in any case, with spaces around it', () => {
    expect(executionIdIn(' 01934F0A-7C41-7E09-A000-00000000001B\n')).toBe('01934f0a-7c41-7e09-a000-00000000001b')
    for (const other of ['', '01934f0a', '01934f0a-7c41-7e09-a000-00000000001', '01934f0a7c417e09a00000000000001b'])
      expect(executionIdIn(other)).toBeNull()
  })
})

describe('what a list can expect of its source', () => {
  const source = (mode: SourceInfo['mode'], state: SourceInfo['state']): SourceInfo => ({
    ...{ id: 1, name: 'Home', path: null, schemaVersion: 15, sessions: 1, appRuns: 0, frameworkRuns: 0 },
    ...{ oldestRunUs: null, newestRunUs: null, restartUs: null, hassette: null, clockOffsetUs: 0 },
    mode,
    state,
  })

  it('is nothing more from a recording, and the reason where a watched one stands still', () => {
    const problem = { code: 'source_locked' as const, message: 'file not readable' }
    const sinceMs = new Date(2026, 10, 23, 3, 10).getTime()
    expect(tailWords(source('snapshot', { kind: 'up_to_date', atMs: 0 }), 0)).toBe('Up to the end of the recording')
    expect(tailWords(source('live', { kind: 'live', atMs: 0 }), 0)).toBe('live')
    expect(tailWords(source('live', { kind: 'stale', sinceMs, problem }), 0)).toBe(
      'not watching since 03:10: file not readable',
    )
  })
})
