import type { Page } from 'playwright'
import type { AlertsStatus, NoticeRow } from '@shared/alert'

/** Where the alerts stand, as the window is told. Fails where the window would show a problem. */
export async function alertsStatus(page: Page): Promise<AlertsStatus> {
  const answer = await page.evaluate(() => window.hassetteMonitor.alerts.status())
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value
}

/** The notifications, newest first, also those that nobody saw. */
export async function noticesIn(page: Page): Promise<NoticeRow[]> {
  const answer = await page.evaluate(() => window.hassetteMonitor.alerts.notices({ limit: 100 }))
  if (!answer.ok) throw new Error(answer.error.message)
  return answer.value
}
