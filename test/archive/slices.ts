import type { CallContext } from '@archive/core'
import { Failure } from '@shared/result'
import { vi } from 'vitest'
import { CONTEXT } from '../support/archive'

/** Counts its pauses and is cancelled at the `at`th. */
export function cancelledAt(at: number): CallContext & { pauses: number } {
  const context = {
    ...CONTEXT,
    pauses: 0,
    pause: async () => {
      if (++context.pauses >= at) throw new Failure('cancelled', 'Cancelled.')
      await CONTEXT.pause()
    },
  }
  return context
}

/** Does the work while every slice is used up after one statement. */
export async function inUsedUpSlices<T>(work: () => T | Promise<T>): Promise<T> {
  let clock = 0
  const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10))
  try {
    return await work()
  } finally {
    now.mockRestore()
  }
}
