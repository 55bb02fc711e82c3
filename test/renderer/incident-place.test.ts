import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { SourceInfo } from '@shared/source'
import { CLIENT, createClient } from '@renderer/api/client'
import { useIncidentPlace } from '@renderer/composables/incident-place'
import { useSources } from '@renderer/stores/sources'
import { apiOf } from '../support/window-api'

it('an open incident has lasted until now, one of a recording until the end of that', () => {
  const { api } = apiOf({})
  const pinia = createPinia()
  const routes = [{ path: '/', component: { render: () => null } }]
  const router = createRouter({ history: createMemoryHistory(), routes })
  let place: ReturnType<typeof useIncidentPlace> | null = null
  const wrapper = mount(
    defineComponent({
      setup() {
        place = useIncidentPlace()
        return () => h('p')
      },
    }),
    { global: { plugins: [pinia, router], provide: { [CLIENT as symbol]: createClient(api) } } },
  )
  const source = (id: number, mode: SourceInfo['mode']): SourceInfo => ({
    ...{ id, name: 'Home', mode, path: '/srv/h.db', state: { kind: 'live', atMs: 1 }, schemaVersion: 15, sessions: 1 },
    ...{
      appRuns: 1,
      frameworkRuns: 0,
      oldestRunUs: 1,
      newestRunUs: 1_000_000 * id,
      restartUs: 1,
      hassette: null,
      clockOffsetUs: 0,
    },
  })
  useSources(pinia).list = [source(1, 'live'), source(2, 'snapshot'), source(3, 'sample')]
  const until = (sourceId: number): number => place?.untilOf({ sourceId }) ?? 0
  expect([until(2), until(3)]).toEqual([2_000_000, 3_000_000])
  // A source that is gone has no end that could be told.
  for (const id of [1, 4]) expect(until(id)).toBeGreaterThan(3_000_000)
  wrapper.unmount()
})
