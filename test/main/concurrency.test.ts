import { createSerialQueue, rerunMeanwhile } from '@main/util/concurrency'
import { describe, expect, it, vi } from 'vitest'

/** Work that ends when the test says so. */
function held() {
  const ends: (() => void)[] = []
  const work = vi.fn(() => new Promise<void>((resolve) => ends.push(resolve)))
  return { work, end: () => ends.shift()?.() }
}

describe('a serial queue', () => {
  it('does one piece of work after the other, in the order they came', async () => {
    const inTurn = createSerialQueue()
    const [one, other] = [held(), held()]
    const first = inTurn(one.work)
    const second = inTurn(other.work)
    await vi.waitFor(() => expect(one.work).toHaveBeenCalledOnce())
    expect(other.work).not.toHaveBeenCalled()
    one.end()
    await first
    await vi.waitFor(() => expect(other.work).toHaveBeenCalledOnce())
    other.end()
    await second
  })

  it('goes on after a failure, of which only its caller hears', async () => {
    const inTurn = createSerialQueue()
    const failing = inTurn(() => Promise.reject(new Error('broken')))
    const next = inTurn(() => Promise.resolve('done'))
    await expect(failing).rejects.toThrow('broken')
    await expect(next).resolves.toBe('done')
  })
})

describe('work that is done again', () => {
  it('is done once more for all the calls that came meanwhile, and anew for a later one', async () => {
    const { work, end } = held()
    const call = rerunMeanwhile(work)
    call()
    expect(work).toHaveBeenCalledTimes(1)
    call()
    call()
    expect(work).toHaveBeenCalledTimes(1)
    end()
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(2))
    end()
    await Promise.resolve()
    expect(work).toHaveBeenCalledTimes(2)
    call()
    await vi.waitFor(() => expect(work).toHaveBeenCalledTimes(3))
  })
})
