import { advance } from '@main/alerts/engine/engine'
import { createAlerts } from '@archive/alerts'
import { beforeEach, describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { AlertHome, kindsOf, SECOND } from './alert-home'

/** Cannot take a failure of the third handler, and has taken half of the batch by then. */
const picky: typeof advance = (state, batch) => {
  const effects = advance(state, batch)
  const isBad = batch.events.some((event) => event.kind === 'run' && event.targetId === 3 && event.status === 'failed')
  if (isBad) throw new RangeError('what nobody foresaw')
  return effects
}

describe('what the engine cannot take', () => {
  const folder = useTempFolder()
  let home: AlertHome
  beforeEach(async () => {
    home = new AlertHome(folder.path('archive.db'))
    await home.look()
    home.alerts = createAlerts(home.db, picky)
    home.fails(1, 3)
  })

  it('is tried three times and left out; what comes after it is judged', async () => {
    for (let time = 0; time < 3; time++) {
      await expect(home.look()).rejects.toThrow('what nobody foresaw')
      home.nowUs += 5 * SECOND
    }
    expect(await home.look()).toMatchObject({ leftOut: 1, open: [], notifications: [] })
    home.fails(6)
    const after = await home.look()
    expect([after.leftOut, kindsOf(after)]).toEqual([0, ['opened']])
    expect(after.open).toMatchObject([{ failures: 6 }])
    home.alerts.close()
    expect(home.memory().engine.sources[home.sourceId]?.open).toHaveLength(1)
  })

  it('is not what the archive refuses: that is tried until it goes', async () => {
    home.alerts = createAlerts(home.db)
    await home.look()
    home.db.exec(`CREATE TRIGGER full BEFORE INSERT ON incidents BEGIN SELECT raise(FAIL, 'the disk is full'); END`)
    home.fails(6)
    for (let time = 0; time < 5; time++) await expect(home.look()).rejects.toThrow('the disk is full')
    home.db.exec('DROP TRIGGER full')
    const after = await home.look()
    expect([after.leftOut, kindsOf(after)]).toEqual([0, ['opened']])
  })
})
