import type { LocationQuery, LocationQueryRaw, Router, RouterHistory } from 'vue-router'
import { createRouter } from 'vue-router'
import AlertsPage from './pages/AlertsPage.vue'
import HistoryPage from './pages/HistoryPage.vue'
import OverviewPage from './pages/OverviewPage.vue'
import SessionsPage from './pages/SessionsPage.vue'
import SettingsPage from './pages/SettingsPage.vue'
import StoragePage from './pages/StoragePage.vue'
import TargetPage from './pages/TargetPage.vue'
import TargetsPage from './pages/TargetsPage.vue'

/**
 * The pages. `sticky` gives the part of the query that holds across pages (range, tier, source): a link without it,
 * or with nonsense in it, gets it before the page is shown, so that the route is always the whole truth.
 */
export function createPages(history: RouterHistory, sticky: (to: LocationQuery) => Promise<LocationQueryRaw>): Router {
  const target = (kind: 'handler' | 'job') => ({
    path: `/${kind}s/:id(\\d{1,16})`,
    component: TargetPage,
    props: (route: { params: Record<string, unknown> }) => ({ kind, id: Number(route.params['id']) }),
  })
  const router = createRouter({
    history,
    routes: [
      { path: '/overview', component: OverviewPage },
      { path: '/handlers', component: TargetsPage, props: { kind: 'handler' }, meta: { key: 'handlers' } },
      { path: '/jobs', component: TargetsPage, props: { kind: 'job' }, meta: { key: 'jobs' } },
      target('handler'),
      target('job'),
      { path: '/history', component: HistoryPage },
      { path: '/sessions', component: SessionsPage },
      { path: '/alerts', component: AlertsPage },
      { path: '/storage', component: StoragePage },
      { path: '/settings', component: SettingsPage },
      { path: '/:rest(.*)*', redirect: '/overview' },
    ],
  })
  router.beforeEach(async (to) => {
    const kept = await sticky(to.query)
    const complete = Object.entries(kept).every(([name, value]) => value === undefined || to.query[name] === value)
    return complete || { path: to.path, query: { ...to.query, ...kept }, replace: true }
  })
  return router
}
