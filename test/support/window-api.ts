import { openReader } from '@archive/threads'
import type { Input, Output } from '@shared/contract'
import { Failure, toProblem } from '@shared/result'
import type { Verb } from '@shared/verbs'
import { createBridge } from '../../dev/bridge'
import type { Bridge } from '../../dev/bridge'

/** What a test says to calls of the contract; it may throw a `Failure`. */
export type Answers = { [K in Verb]?: (input: Input<K>) => Output<K> | Promise<Output<K>> }

/** The contract for the window's stores without a page. A verb without an answer fails with `internal`. */
export function apiOf(answers: Answers): Bridge {
  return createBridge(async (verb, input) => {
    try {
      const answer = answers[verb as Verb] as ((input: unknown) => unknown) | undefined
      if (!answer) throw new Failure('internal', `The test has no answer to ${verb}.`)
      return { ok: true, value: await answer(input) }
    } catch (thrown) {
      return { ok: false, error: toProblem(thrown) }
    }
  })
}

/** The answers of the archive's own queries, over an archive that nobody writes any more; `nowUs` is the time. */
export function archiveAnswers(path: string, nowUs: number): { answers: Answers; close: () => void } {
  const reader = openReader(path, () => nowUs)
  const context = { progress: nothing, state: nothing, pause: () => Promise.resolve() }
  const answers = Object.fromEntries(
    Object.entries(reader.verbs).map(([verb, query]) => [
      verb,
      (input: never) => (query as (input: never, context: object) => unknown)(input, context),
    ]),
  )
  return { answers, close: () => reader.close() }
}

function nothing(): void {
  // Nobody listens.
}
