import { createScheduler } from '@archive/core'
import { createTickets } from '@main/util/concurrency'
import { Failure } from '@shared/result'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'

describe('turns', () => {
  it('let what the window waits for go before what it counts, in all of its slices', async () => {
    const scheduler = createScheduler()
    const order: string[] = []
    const counting = scheduler.background(CONTEXT)
    const count = (async () => {
      for (let slice = 0; slice < 3; slice++) {
        order.push('count')
        await counting.pause()
      }
    })()
    const page = scheduler.foreground(async () => {
      for (let slice = 0; slice < 5; slice++) {
        order.push('page')
        await CONTEXT.pause()
      }
    })
    await Promise.all([count, page])
    expect(order).toEqual(['count', 'page', 'page', 'page', 'page', 'page', 'count', 'count'])
  })

  it('go on after a page that failed, and a cancelled count does not wait for a page', async () => {
    const scheduler = createScheduler()
    await expect(scheduler.foreground(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    await scheduler.background(CONTEXT).pause()

    let ended = false
    const page = scheduler.foreground(async () => {
      while (!ended) await CONTEXT.pause()
    })
    let pauses = 0
    const cancelled = scheduler.background({
      ...CONTEXT,
      pause: async () => {
        await CONTEXT.pause()
        if (++pauses > 3) throw new Failure('cancelled', 'Cancelled.')
      },
    })
    await expect(cancelled.pause()).rejects.toMatchObject({ code: 'cancelled' })
    ended = true
    await page
  })
})

describe('tickets', () => {
  it('cancel the work before with the same ticket, and no other', async () => {
    const tickets = createTickets()
    const ended: string[] = []
    const work = (name: string, ticket: string, done: Promise<void>) =>
      tickets.run(ticket, async (signal) => {
        await done
        ended.push(`${name}${signal.aborted ? ' cancelled' : ''}`)
      })
    let finish = (): void => undefined
    const gate = new Promise<void>((resolve) => (finish = resolve))
    const all = [work('first', 'history', gate), work('other', 'target', gate), work('second', 'history', gate)]
    finish()
    await Promise.all(all)
    await work('third', 'history', gate)
    expect(ended).toEqual(['first cancelled', 'other', 'second', 'third'])
  })
})
