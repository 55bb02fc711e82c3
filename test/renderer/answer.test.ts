import { describe, expect, it } from 'vitest'
import { Failure } from '@shared/result'
import { createAnswer } from '@renderer/lib/answer'

/** A question that is answered by hand. */
function byHand() {
  const asked: { input: string; answer: (text: string) => void; fail: (code: 'busy') => void }[] = []
  const answer = createAnswer(
    (input: string) =>
      new Promise<string>((resolve, reject) => {
        asked.push({ input, answer: resolve, fail: (code) => reject(new Failure(code, 'busy')) })
      }),
  )
  return { answer, asked }
}

describe('an answer', () => {
  it('keeps the old one until the new one is there', async () => {
    const { answer, asked } = byHand()
    const first = answer.load('a')
    expect(answer).toMatchObject({ data: null, busy: true })
    asked[0]?.answer('A')
    await first
    const second = answer.load('b')
    expect(answer).toMatchObject({ data: 'A', busy: true })
    asked[1]?.answer('B')
    await second
    expect(answer).toMatchObject({ data: 'B', busy: false })
  })

  it('does not hear an answer that comes after a newer question', async () => {
    const { answer, asked } = byHand()
    const first = answer.load('a')
    const second = answer.load('b')
    asked[1]?.answer('B')
    await second
    asked[0]?.answer('A')
    await first
    expect(answer).toMatchObject({ data: 'B', busy: false })
  })

  it('holds what went wrong beside the old data, until it works again', async () => {
    const { answer, asked } = byHand()
    const first = answer.load('a')
    asked[0]?.answer('A')
    await first
    const second = answer.load('b')
    asked[1]?.fail('busy')
    await second
    expect(answer).toMatchObject({ data: 'A', problem: { code: 'busy' }, busy: false })
    const third = answer.load('c')
    asked[2]?.answer('C')
    await third
    expect(answer).toMatchObject({ data: 'C', problem: null })
  })

  it('forgets everything, also what is on its way', async () => {
    const { answer, asked } = byHand()
    const first = answer.load('a')
    answer.clear()
    asked[0]?.answer('A')
    await first
    expect(answer).toMatchObject({ data: null, problem: null, busy: false })
  })
})
