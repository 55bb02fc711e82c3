import type { InjectionKey } from 'vue'
import { inject } from 'vue'
import type { Api } from '@shared/contract'
import type { Problem, Result } from '@shared/result'
import { Failure } from '@shared/result'
import { VERBS } from '@shared/verbs'

type Unwrapped<F> = F extends (...input: infer I) => Promise<Result<infer T>> ? (...input: I) => Promise<T> : never

/** The contract as stores use it: values, or a `Failure` thrown. */
export type Client = {
  [G in Exclude<keyof Api, 'events'>]: { [N in keyof Api[G]]: Unwrapped<Api[G][N]> }
} & Pick<Api, 'events'>

/** Turns results into values and problems into thrown `Failure`s; the one place that does. */
export function createClient(api: Api): Client {
  const groups: Record<string, Record<string, unknown>> = {}
  for (const verb of Object.keys(VERBS)) {
    const [group = '', name = ''] = verb.split('.')
    const calls = api[group as keyof Api] as unknown as Record<string, (input: unknown) => Promise<Result<unknown>>>
    const target = (groups[group] ??= {})
    target[name] = async (input: unknown) => {
      const result = await calls[name]?.(plain(input))
      if (!result) throw new Failure('internal', `This version knows no ${verb}.`)
      if (!result.ok) throw failureOf(result.error)
      return result.value
    }
  }
  // The loop above follows VERBS, of which the type of the contract is made.
  return { ...groups, events: api.events } as unknown as Client
}

/** Vue's reactive proxies cannot be cloned across the border of the preload; inputs are plain JSON by contract. */
function plain(input: unknown): unknown {
  return input === undefined ? undefined : (JSON.parse(JSON.stringify(input)) as unknown)
}

function failureOf(problem: Problem): Failure {
  return new Failure(problem.code, problem.message, problem.hint)
}

/** How the client travels through the app. */
export const CLIENT: InjectionKey<Client> = Symbol('client')

/** The client, in components and stores. */
export function useClient(): Client {
  const client = inject(CLIENT)
  if (!client) throw new Error('The window was started without a client.')
  return client
}
