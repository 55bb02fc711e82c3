/** What tests use of the room `alerts` of the archive's threads: so that a move within it touches this file only. */
export { createAlerts } from '@main/archive/worker/alerts/alerts'
export type { Alerts } from '@main/archive/worker/alerts/alerts'
export { createRunFeed } from '@main/archive/worker/alerts/run-feed'
export { createAlertStore, noPlaces } from '@main/archive/worker/alerts/store'
export type { AlertMemory } from '@main/archive/worker/alerts/store'
