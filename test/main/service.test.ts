import { describe, expect, it, vi } from 'vitest'
import type { Service } from '@main/util/service'
import { ServiceFailure, createServiceRunner } from '@main/util/service'

function recording(names: string[], failing?: string): { services: Service[]; calls: string[] } {
  const calls: string[] = []
  const services = names.map((name) => ({
    name,
    start: async () => {
      await Promise.resolve()
      if (name === failing) throw new Error('no permission')
      calls.push(`start ${name}`)
    },
    stop: () => {
      calls.push(`stop ${name}`)
    },
  }))
  return { services, calls }
}

describe('service runner', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { services, calls } = recording(['a', 'b'])
    const runner = createServiceRunner(services, vi.fn())
    await runner.start()
    await runner.stop()
    await runner.stop()
    expect(calls).toEqual(['start a', 'start b', 'stop b', 'stop a'])
  })

  it('says which one failed and stops those before it', async () => {
    const { services, calls } = recording(['a', 'b', 'c'], 'b')
    const failure = await createServiceRunner(services, vi.fn())
      .start()
      .catch((thrown: unknown) => thrown)
    expect(failure).toBeInstanceOf(ServiceFailure)
    expect(failure).toMatchObject({ service: 'b', message: 'b: no permission' })
    expect(calls).toEqual(['start a', 'stop a'])
  })

  it('goes on stopping when one throws', async () => {
    const { services, calls } = recording(['a', 'b'])
    const onError = vi.fn()
    services.push({
      name: 'c',
      start: () => undefined,
      stop: () => {
        throw new Error('stuck')
      },
    })
    const runner = createServiceRunner(services, onError)
    await runner.start()
    await runner.stop()
    expect(onError).toHaveBeenCalledWith('c', expect.objectContaining({ message: 'stuck' }))
    expect(calls.slice(-2)).toEqual(['stop b', 'stop a'])
  })
})
