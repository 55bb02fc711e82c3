import { shallowReactive } from 'vue'
import type { Problem } from '@shared/result'
import { toProblem } from '@shared/result'

/** An answer of the archive as a part of a page shows it: the old one stays until the new one is there. */
export interface Answer<I, T> {
  data: T | null
  problem: Problem | null
  busy: boolean
  /** Asks; an answer that comes after a newer question is not heard. Never throws. */
  load: (input: I) => Promise<void>
  /** Forgets everything, also what is on its way. */
  clear: () => void
}

/** Wraps a question. Each part of a page has its own, so that one that fails does not take the others along. */
export function createAnswer<I, T>(ask: (input: I) => Promise<T>): Answer<I, T> {
  let turn = 0

  async function load(input: I): Promise<void> {
    const mine = ++turn
    answer.busy = true
    try {
      const data = await ask(input)
      if (mine !== turn) return
      answer.data = data
      answer.problem = null
    } catch (thrown) {
      if (mine === turn) answer.problem = toProblem(thrown)
    } finally {
      if (mine === turn) answer.busy = false
    }
  }

  function clear(): void {
    turn++
    Object.assign(answer, { data: null, problem: null, busy: false })
  }

  const answer: Answer<I, T> = shallowReactive({ data: null, problem: null, busy: false, load, clear }) as Answer<I, T>
  return answer
}
