import * as v from 'valibot'
import type { Input, Output } from '@shared/contract'
import { contract } from '@shared/contract'
import type { Result } from '@shared/result'
import { problem, toProblem } from '@shared/result'
import { VERBS } from '@shared/verbs'
import type { Verb } from '@shared/verbs'

/** One function a verb; a verb without one does not compile. */
export type Handlers = { [K in Verb]: (input: Input<K>) => Output<K> | Promise<Output<K>> }

/** The functions of some areas of the contract: `HandlersOf<'runs'>` has `runs.page` and its neighbours. */
export type HandlersOf<Area extends string> = Pick<Handlers, Extract<Verb, `${Area}.${string}`>>

/**
 * While another file takes the archive's place, or a thread of it is started again, a query would be refused for some
 * tenths of a second: it is asked again after these waits, milliseconds, before anybody hears of it.
 */
const BUSY_WAITS_MS = [50, 100, 200, 400, 800] as const

/** Checks an input against the contract, calls the handler, and turns whatever comes of it into a `Result`. */
export async function dispatch<K extends Verb>(
  handlers: Handlers,
  verb: K,
  raw: unknown,
  onInternal: (verb: string, thrown: unknown) => void,
): Promise<Result<Output<K>>> {
  const input = v.safeParse(contract[verb].input, raw)
  if (!input.success) {
    const at = v.getDotPath(input.issues[0]) ?? 'input'
    return { ok: false, error: problem('invalid_input', `${verb}: ${at} is not valid.`) }
  }
  const waits = VERBS[verb] === 'query' ? [...BUSY_WAITS_MS] : []
  for (;;) {
    try {
      return { ok: true, value: await handlers[verb](input.output as Input<K>) }
    } catch (thrown) {
      const error = toProblem(thrown)
      const waitMs = error.code === 'busy' ? waits.shift() : undefined
      if (waitMs === undefined) {
        if (error.code === 'internal') onInternal(verb, thrown)
        return { ok: false, error }
      }
      await new Promise((resume) => setTimeout(resume, waitMs))
    }
  }
}
