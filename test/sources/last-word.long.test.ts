import { onTestFinished, expect, it } from 'vitest'
import { rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { makeHassette } from '../support/made-hassette'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

const folder = useTempFolder()

it('learns within a minute what was written last before a silence and shows in no count and no date', async () => {
  const [source, archive] = [folder.path('hassette.db'), folder.path('archive.db')]
  const now = Date.now() / 1000
  const home = makeHassette(source)
  onTestFinished(home.close)
  home.run(home.session(now - 3600, { last_heartbeat_at: now }), now - 9, home.handler('bell'))
  home.job('poll')
  home.job('report')
  const watching = await startWatching(archive, source)
  await watching.reaches('live')
  const learnt = () =>
    rowsOf<{ name: string; status: string; mode: string; detail: string }>(
      archive,
      `SELECT name, schedule_status AS status, mode, schedule_detail AS detail FROM targets WHERE kind = 'job' ORDER BY name`,
    )
  expect(learnt()).toEqual([
    { name: 'poll', status: 'scheduled', mode: 'single', detail: '900s' },
    { name: 'report', status: 'scheduled', mode: 'single', detail: '900s' },
  ])
  home.db.exec(`UPDATE scheduled_jobs SET schedule_status = 'completed', schedule_status_reason = 'trigger_error'
    WHERE job_name = 'poll'`)
  home.db.exec("UPDATE scheduled_jobs SET trigger_detail = '300s', mode = 'queued' WHERE job_name = 'report'")
  home.db.exec("UPDATE sessions SET error_message = 'said last'")
  const message = () => rowsOf<{ said: string }>(archive, 'SELECT error_message AS said FROM sessions')[0]?.said
  await waitFor('the last word', () => message() === 'said last', 60_000)
  expect(learnt()).toEqual([
    { name: 'poll', status: 'completed', mode: 'single', detail: '900s' },
    { name: 'report', status: 'scheduled', mode: 'queued', detail: '300s' },
  ])
})
