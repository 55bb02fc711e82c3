import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import { CLIENT, createClient } from '@renderer/api/client'
import { createFake } from '@renderer/api/fake'
import { fakeOptions } from '@renderer/api/fake-options'
import { useFollowing } from '@renderer/composables/following'
import { useArchive } from '@renderer/stores/archive'
import { useSources } from '@renderer/stores/sources'
import { useTargets } from '@renderer/stores/targets'

it('loads the targets anew when a recording was read to its end: only then is its range right', async () => {
  const { api } = createFake(fakeOptions('?source=sample'))
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [{ path: '/', component: { render: () => null } }],
  })
  const pinia = createPinia()
  const wrapper = mount(
    defineComponent({
      setup() {
        useFollowing()
        return () => h('p')
      },
    }),
    { global: { plugins: [pinia, router], provide: { [CLIENT as symbol]: createClient(api) } } },
  )
  await useArchive(pinia).start()
  const sources = useSources(pinia)
  await vi.waitFor(() => expect(sources.list).toHaveLength(1))
  const reading = sources.list.map((source) => ({
    ...source,
    mode: 'sample' as const,
    state: { kind: 'catching_up' as const, done: 1, total: 2 },
  }))
  sources.list = reading
  await nextTick()
  const load = vi.spyOn(api.targets, 'list')
  sources.list = reading.map((source) => ({ ...source, state: { kind: 'up_to_date' as const, atMs: 1 } }))
  await nextTick()
  await vi.waitFor(() => expect(useTargets(pinia).busy).toBe(false))
  expect(load).toHaveBeenCalledTimes(2)
  wrapper.unmount()
})
