import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createWebHashHistory } from 'vue-router'
import type { Api } from '@shared/contract'
import App from './App.vue'
import { CLIENT, createClient } from './api/client'
import { createPages } from './router'
import { useAlerts } from './stores/alerts'
import { useArchive } from './stores/archive'
import { useSettings } from './stores/settings'
import { useSources } from './stores/sources'
import { useStorageWork } from './stores/storage-work'
import { useView } from './stores/view'
import './styles/index.css'

/** Builds the window on an implementation of the contract and shows it. */
export async function start(api: Api): Promise<void> {
  const app = createApp(App)
  app.provide(CLIENT, createClient(api))
  app.use(createPinia())
  const router = createPages(createWebHashHistory(), async (to) => {
    await started
    return useView().sticky(to)
  })
  // The router begins to navigate when it is installed; its guard waits for what was remembered.
  const started = new Promise<void>((done) => {
    queueMicrotask(() => {
      useSources().start()
      useStorageWork().start()
      useAlerts().start()
      void Promise.allSettled([useSettings().start(), useView().start(), useArchive().start()]).then(() => done())
    })
  })
  app.use(router)
  api.events.navigate(({ path }) => void router.push(path))
  await router.isReady()
  app.mount('#app')
}
