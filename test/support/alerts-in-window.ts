import type { Page } from 'playwright'
import type { AlertsStatus } from '@shared/alert'
import { said } from './said'
import type { SaidNotification } from './said'

/** Where the alerts stand, as the window is told. Fails where the window would show a problem. */
export async function alertsStatus(page: Page): Promise<AlertsStatus> {
  const answer = await page.evaluate(() => window.hassetteMonitor.alerts.status())
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value
}

/** The notifications, newest first, also those that nobody saw. */
export async function notificationsIn(page: Page): Promise<SaidNotification[]> {
  const answer = await page.evaluate(() => window.hassetteMonitor.alerts.notifications({ limit: 100 }))
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value.map(said)
}
