import { mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { defineComponent, h, nextTick } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { AppInfo } from '@shared/contract'
import type { SourceInfo } from '@shared/source'
import { CLIENT, createClient } from '@renderer/api/client'
import { useFollowing } from '@renderer/composables/following'
import { useArchive } from '@renderer/stores/archive'
import { useSources } from '@renderer/stores/sources'
import { useTargets } from '@renderer/stores/targets'
import { apiOf } from '../support/window-api'

const SAMPLE: SourceInfo = {
  ...{ id: 1, name: 'Sample home', mode: 'sample', path: null, state: { kind: 'up_to_date', atMs: 1 } },
  ...{ schemaVersion: 15, sessions: 1, appRuns: 1, frameworkRuns: 0, oldestRunUs: 1, newestRunUs: 2 },
  ...{ hassette: null, clockOffsetUs: null, restartUs: 1 },
}

const INFO: AppInfo = {
  ...{ version: '0.1.0', electron: '45.4.1', electronMaintained: true, platform: 'linux', sample: true, tray: 'there' },
  ...{ dataDir: '/home/anna/data', archivePath: '/home/anna/data/hassette.db', logsDir: '/home/anna/data/logs' },
}

it('loads the targets anew when a recording was read to its end: only then is its range right', async () => {
  const { api } = apiOf({
    'app.info': () => INFO,
    'archive.state': () => ({ kind: 'ready' }),
    'sources.list': () => [SAMPLE],
    'targets.list': () => [],
  })
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
