import { onTestFinished, describe, expect, it } from 'vitest'
import { rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { makeHassette } from '../support/made-hassette'
import type { MadeHassette } from '../support/made-hassette'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

/** What is written last before a silence is learnt, though nothing is written after it. */
describe('the last word of a session', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')
  const now = () => Date.now() / 1000

  /** A watched home with one run; then nothing is written but what a test writes. */
  async function watchedHome(options: { manifest?: boolean }): Promise<MadeHassette> {
    const home = makeHassette(source(), options)
    onTestFinished(home.close)
    const session = home.session(now() - 3600, { last_heartbeat_at: now() })
    home.run(session, now() - 9, home.handler('bell'))
    home.job('poll')
    const watching = await startWatching(archive(), source())
    await watching.reaches('live')
    return home
  }

  const session = () =>
    rowsOf<{ ending: string; error: string | null }>(
      archive(),
      'SELECT ending, error_type AS error FROM sessions ORDER BY foreign_id DESC LIMIT 1',
    )[0]

  for (const manifest of [false, true]) {
    it(`is a clean stop, ${manifest ? 'with' : 'without'} an app manifest`, async () => {
      const home = await watchedHome({ manifest })
      home.db.prepare("UPDATE sessions SET status = 'success', stopped_at = ?, last_heartbeat_at = ?").run(now(), now())
      await waitFor('the stop', () => session()?.ending === 'clean')
    })
  }

  it('is a clean stop where no manifest says when it was changed', async () => {
    const home = await watchedHome({ manifest: true })
    home.db.exec("UPDATE app_manifests SET updated_at = ''")
    home.db.prepare("UPDATE sessions SET status = 'success', stopped_at = ?").run(now())
    await waitFor('the stop', () => session()?.ending === 'clean')
  })

  it('is a status alone', async () => {
    const home = await watchedHome({ manifest: false })
    home.db.exec("UPDATE sessions SET status = 'failure', error_type = 'FatalError'")
    await waitFor('the failure', () => session()?.ending === 'crashed')
    expect(session()).toEqual({ ending: 'crashed', error: 'FatalError' })
  })
})
