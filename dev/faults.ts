import type { Input, Output } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import { VERBS } from '@shared/verbs'
import type { Verb } from '@shared/verbs'

/** Answers one call of the contract. */
export type Dispatch = (verb: Verb, input: unknown) => Promise<Result<unknown>>

/** Which verbs: one, or all that a group begins with (`runs.*`). */
export type Verbs = Verb | `${string}.*`

/** What a real archive cannot be asked for: answers that are slow, refused, held back, or others. */
export interface Faults {
  dispatch: Dispatch
  /** Each call of these waits so long first, milliseconds. */
  delay: (verbs: readonly Verbs[], milliseconds: number) => void
  /** Each call of these fails. */
  refuse: (verbs: readonly Verbs[], problem: Problem) => void
  /** Each call of these waits until what is returned is called. */
  hold: (verbs: readonly Verbs[]) => () => void
  /** A verb's answer is another one; `real` gives the one that it would have had. */
  override: <K extends Verb>(
    verb: K,
    answer: (real: () => Promise<Output<K>>, input: Input<K>) => Promise<Output<K>>,
  ) => void
  /** Ends them all, also for the calls that wait. */
  clear: () => void
}

type Fault = (real: () => Promise<Result<unknown>>, input: unknown) => Promise<Result<unknown>>

/** The faults of one back end; of two for the same verb the later one counts. */
export function faults(dispatch: Dispatch): Faults {
  const current = new Map<Verb, Fault>()
  let endAll = (): void => undefined
  let ended = new Promise<void>((end) => (endAll = end))

  function set(verbs: readonly Verbs[], fault: Fault): void {
    for (const verb of verbs.flatMap(verbsOf)) current.set(verb, fault)
  }

  return {
    dispatch: (verb, input) => {
      const real = (): Promise<Result<unknown>> => dispatch(verb, input)
      return current.get(verb)?.(real, input) ?? real()
    },
    delay: (verbs, milliseconds) =>
      set(verbs, async (real) => {
        const over = new Promise((resolve) => setTimeout(resolve, milliseconds))
        await Promise.race([over, ended])
        return real()
      }),
    refuse: (verbs, error) => set(verbs, () => Promise.resolve({ ok: false, error })),
    hold: (verbs) => {
      let release = (): void => undefined
      const released = new Promise<void>((resolve) => (release = resolve))
      set(verbs, async (real) => {
        await Promise.race([released, ended])
        return real()
      })
      return release
    },
    override: (verb, answer) =>
      set([verb], async (real, input) => {
        const value = async (): Promise<never> => {
          const result = await real()
          if (!result.ok) throw new Error(`${verb}: ${result.error.message}`)
          return result.value as never
        }
        return { ok: true, value: await answer(value, input as never) }
      }),
    clear: () => {
      current.clear()
      endAll()
      ended = new Promise<void>((end) => (endAll = end))
    },
  }
}

function verbsOf(verbs: Verbs): Verb[] {
  const all = Object.keys(VERBS) as Verb[]
  return all.filter((verb) => verb === verbs || (verbs.endsWith('.*') && verb.startsWith(verbs.slice(0, -1))))
}
