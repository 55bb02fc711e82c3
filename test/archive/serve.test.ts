import { MessageChannel } from 'node:worker_threads'
import type { FromThread, ToThread } from '@main/archive/protocol'
import type { CallContext } from '@archive/core'
import { createYieldThread, serve } from '@archive/core'
import { Failure } from '@shared/result'
import { describe, expect, it, onTestFinished } from 'vitest'

function served(table: Parameters<typeof serve>[1]) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const side = serve(port2, table, (thrown) => thrown)
  const heard: FromThread[] = []
  const waiting: { id: number; resolve: () => void }[] = []
  port1.on('message', (message: FromThread) => {
    heard.push(message)
    if (message.type !== 'value' && message.type !== 'problem') return
    for (const each of waiting) if (each.id === message.id) each.resolve()
  })
  return {
    side,
    heard,
    say: (message: ToThread) => port1.postMessage(message),
    answered: (id: number) => new Promise<void>((resolve) => waiting.push({ id, resolve })),
  }
}

/** Counts for as long as nobody cancels it. */
const endless = async (_: undefined, context: CallContext) => {
  for (;;) await context.pause()
}

describe('a thread', () => {
  it('lets a short question overtake a long one, and cancels the long one', async () => {
    const { heard, say, answered } = served({ long: endless, short: () => 'quick' })
    say({ type: 'call', id: 1, verb: 'long', input: undefined })
    say({ type: 'call', id: 2, verb: 'short', input: undefined })
    await answered(2)
    expect(heard).toEqual([{ type: 'value', id: 2, value: 'quick' }])
    say({ type: 'cancel', id: 1 })
    await answered(1)
    expect(heard.at(-1)).toMatchObject({ type: 'problem', id: 1, problem: { code: 'cancelled' } })
  })

  it('settles by cancelling what runs', async () => {
    const { side, heard, say, answered } = served({ long: endless, short: () => null })
    say({ type: 'call', id: 1, verb: 'long', input: undefined })
    say({ type: 'call', id: 2, verb: 'short', input: undefined })
    await answered(2)
    await side.settle()
    await answered(1).then(() => expect(heard.at(-1)).toMatchObject({ id: 1, problem: { code: 'cancelled' } }))
  })

  it('tells failures with their hint, hides the text of other errors, and logs those', async () => {
    const { heard, say, answered } = served({
      known: () => {
        throw new Failure('disk_full', 'No room.', 'Make some.')
      },
      unknown: () => {
        throw new Error('secret path')
      },
    })
    say({ type: 'call', id: 1, verb: 'known', input: undefined })
    await answered(1)
    expect(heard).toEqual([
      { type: 'problem', id: 1, problem: { code: 'disk_full', message: 'No room.', hint: 'Make some.' } },
    ])
    say({ type: 'call', id: 2, verb: 'unknown', input: undefined })
    await answered(2)
    expect(heard[1]).toMatchObject({ type: 'fault', verb: 'unknown', stack: expect.stringContaining('secret path') })
    expect(JSON.stringify(heard[2])).not.toContain('secret')
    say({ type: 'call', id: 3, verb: 'toString', input: undefined })
    await answered(3)
    expect(heard.at(-1)).toMatchObject({ type: 'problem', problem: { code: 'invalid_input' } })
  })
})

describe('slices', () => {
  it('pause only when 8 ms are used up', async () => {
    let pauses = 0
    const breathe = createYieldThread({
      progress: () => undefined,
      state: () => undefined,
      pause: async () => {
        pauses++
      },
    })
    await breathe()
    expect(pauses).toBe(0)
    const until = performance.now() + 9
    while (performance.now() < until);
    await breathe()
    expect(pauses).toBe(1)
    await breathe()
    expect(pauses).toBe(1)
  })
})
