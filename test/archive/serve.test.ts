import { MessageChannel } from 'node:worker_threads'
import type { FromThread, ToThread } from '@main/archive/protocol'
import { startThread } from '@main/archive/thread'
import type { CallContext } from '@archive/core'
import { createYieldThread, serve } from '@archive/core'
import { Failure } from '@shared/result'
import { describe, expect, it, onTestFinished } from 'vitest'

function served(table: Parameters<typeof serve>[1], clockMs?: () => number) {
  const { port1, port2 } = new MessageChannel()
  onTestFinished(() => port1.close())
  const side = serve(port2, table, (thrown) => thrown, clockMs)
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

describe('a slow verb', () => {
  let nowMs = 0
  const takes = (milliseconds: number) => {
    nowMs += milliseconds
  }
  const table = {
    query: ({ ms }: { ms: number; text: string }) => takes(ms),
    fails: () => {
      takes(50)
      throw new Failure('not_found', 'secret path')
    },
    paused: async (_: undefined, context: CallContext) => {
      takes(30)
      const pause = context.pause(1)
      takes(500)
      await pause
      takes(5)
    },
    sliced: async (_: undefined, context: CallContext) => {
      for (let slice = 0; slice < 3; slice++) {
        takes(20)
        await context.pause()
      }
    },
    work: (_: undefined, context: CallContext) => {
      context.progress({ done: 1, total: 1 })
      takes(900)
    },
    close: () => takes(900),
    last: () => null,
  }
  /** What a thread says of its time, call by call. */
  const slowAmong = async (calls: [verb: keyof typeof table, input?: unknown, afterMs?: number][]) => {
    nowMs = 0
    const { heard, say, answered } = served(table, () => nowMs)
    for (const [index, [verb, input, afterMs = 0]] of calls.entries()) {
      takes(afterMs)
      say({ type: 'call', id: index, verb, input })
      await answered(index)
    }
    say({ type: 'call', id: calls.length, verb: 'last', input: undefined })
    await answered(calls.length)
    return heard.filter((message) => message.type === 'slow')
  }

  it('is named when it took longer than 40 ms, and nothing of what was asked is', async () => {
    const slow = await slowAmong([
      ['query', { ms: 40, text: 'secret' }],
      ['query', { ms: 41, text: 'secret' }],
      ['fails'],
    ])
    expect(slow).toEqual([
      { type: 'slow', verb: 'query', calls: 1, milliseconds: 41 },
      { type: 'slow', verb: 'fails', calls: 1, milliseconds: 50 },
    ])
  })

  it('is named once a minute, with how often it was slow since and the longest time', async () => {
    const slow = await slowAmong([
      ['query', { ms: 60 }],
      ['query', { ms: 80 }],
      ['query', { ms: 300 }],
      ['query', { ms: 70 }, 60_000],
    ])
    expect(slow).toEqual([
      { type: 'slow', verb: 'query', calls: 1, milliseconds: 60 },
      { type: 'slow', verb: 'query', calls: 3, milliseconds: 300 },
    ])
  })

  it('is measured without its pauses, in all of its slices', async () => {
    expect(await slowAmong([['paused'], ['sliced']])).toEqual([
      { type: 'slow', verb: 'sliced', calls: 1, milliseconds: 60 },
    ])
  })

  it('is said in words to whoever keeps the log', async () => {
    const slow = { type: 'slow', verb: 'runs.page', calls: 3, milliseconds: 52 }
    const code = `import { parentPort } from 'node:worker_threads'; parentPort.postMessage(${JSON.stringify(slow)})`
    const said = await new Promise<string>((resolve) => {
      startThread(new URL(`data:text/javascript,${encodeURIComponent(code)}`), 'archive reader', {
        onCommitted: () => undefined,
        onFault: resolve,
        onSlow: resolve,
        onEnd: () => undefined,
      })
    })
    expect(said).toBe('archive reader: runs.page took 52 ms, the longest of 3 slow calls')
  })

  it('is none that says how far it is, or that closes', async () => {
    expect(await slowAmong([['work'], ['close']])).toEqual([])
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
