import { copyFileSync } from 'node:fs'
import { openForWriting } from '@archive/core'
import { openReader } from '@archive/threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { writerOn } from '../archive/written-sources'
import { LIMITS } from '../archive/retention-checks'
import { CONTEXT, rowsOf } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { goOnWith, makeHassette } from '../support/made-hassette'
import { addHeartbeat } from '../support/trusted'
import { startWatching } from '../support/watching'

const HOUR = 3600
const DAY = 24 * HOUR
/** The file is copied and replaced while it is open. */
const COPIED = { journal: 'delete' } as const
const now = Math.floor(Date.now() / 1000)

/** Whether a file is the one that was read before, and what becomes of what is known when it is not. */
describe('a file of which the row at the cursor is missing', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const ours = <Row>(sql: string) => rowsOf<Row>(folder.path('archive.db'), sql)
  const reasons = () => ours<{ reason: string }>('SELECT reason FROM epochs ORDER BY id').map((row) => row.reason)
  const gaps = () =>
    ours<{ reason: string; from_us: number; to_us: number }>(
      `SELECT DISTINCT reason, from_us, to_us FROM coverage WHERE kind = 'gap' ORDER BY from_us`,
    )
  const runsOf = (handler: string) => ours(`SELECT 1 FROM executions WHERE name = '${handler}'`).length
  const sessions = () =>
    ours<{ epoch_id: number; foreign_id: number; started_us: number; ending: string }>(
      'SELECT epoch_id, foreign_id, started_us, ending FROM sessions ORDER BY id',
    )

  /** The Monitor is started, reads the file to its end, and is ended. */
  const look = async () => {
    const writer = writerOn(folder.path('archive.db'))
    const { sourceId } = await writer.sources.addFile({ path: source(), name: 'x', mode: 'auto', shiftUs: 0 })
    await writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    writer.close()
    return sourceId
  }

  it('and that was made anew: every row is read, old sessions stay, and what was lost is a gap', async () => {
    const old = makeHassette(source(), COPIED)
    const first = old.session(now - 12 * DAY, { stopped_at: now - 11 * DAY })
    for (let i = 0; i < 600; i++) old.run(first, now - 12 * DAY + 60 + i * 100, 'alpha')
    old.close()
    await look()
    const before = sessions()

    const anew = makeHassette(source(), COPIED)
    const session = anew.session(now - 8 * DAY)
    for (let i = 0; i < 2000; i++) {
      const tier = i % 2 === 0 ? 'app' : 'framework'
      anew.run(session, now - 8 * DAY + 60 + i * 340, tier === 'app' ? 'beta' : 'core', { source_tier: tier })
    }
    anew.retention({ app: 0, framework: now - DAY, sessions: 0 })
    anew.close()
    await look()

    expect(reasons()).toEqual(['first', 'recreated'])
    expect(runsOf('alpha')).toBe(600)
    expect(runsOf('beta')).toBe(1000)
    expect(sessions().slice(0, 1)).toEqual(before)
    expect(sessions().slice(1)).toMatchObject([{ foreign_id: 1, started_us: (now - 8 * DAY) * 1e6 }])
    expect(gaps()).toEqual([{ reason: 'recreated', from_us: (now - 11 * DAY) * 1e6, to_us: (now - 8 * DAY) * 1e6 }])
    const sourceId = await look()
    expect(reasons()).toHaveLength(2)
    const reader = openReader(folder.path('archive.db'))
    onTestFinished(() => reader.close())
    const range = { sourceId, tier: 'app' as const, span: { fromUs: null, toUs: null } }
    expect(await reader.verbs['coverage.get'](range, CONTEXT)).toMatchObject({
      gaps: [{ fromUs: (now - 11 * DAY) * 1e6, toUs: (now - 8 * DAY) * 1e6, reason: 'recreated', runs: null }],
    })
  })

  it('and that was made anew, all rows up to the cursor deleted since: the sessions tell', async () => {
    const old = makeHassette(source(), COPIED)
    const first = old.session(now - 12 * DAY)
    for (let i = 0; i < 100; i++) old.run(first, now - 12 * DAY + i)
    old.close()
    await look()
    const anew = makeHassette(source(), COPIED)
    const session = anew.session(now - 8 * DAY)
    for (let i = 0; i < 150; i++) anew.run(session, now - 8 * DAY + i * HOUR, 'beta')
    anew.db.exec('DELETE FROM executions WHERE id <= 110')
    anew.close()
    await look()
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(runsOf('beta')).toBe(40)
    // One gap, up to the first row that is left; how many rows went with the old file nobody knows.
    expect(gaps()).toEqual([
      { reason: 'recreated', from_us: (now - 12 * DAY + 99) * 1e6 + 5000, to_us: (now - 8 * DAY + 110 * HOUR) * 1e6 },
    ])
    expect(sessions().map((each) => each.started_us)).toEqual([(now - 12 * DAY) * 1e6, (now - 8 * DAY) * 1e6])
  })

  it('and that is the same one, all rows that were read deleted: the sessions tell', async () => {
    const hassette = makeHassette(source(), COPIED)
    const session = hassette.session(now - 12 * DAY)
    for (let i = 0; i < 100; i++) hassette.run(session, now - 12 * DAY + i)
    await look()
    for (let i = 0; i < 50; i++) hassette.run(session, now - DAY + i)
    hassette.retention({ app: now - 2 * DAY, framework: now - 2 * DAY, sessions: now - 30 * DAY })
    hassette.close()
    await look()
    expect(reasons()).toEqual(['first'])
    expect(gaps()).toEqual([])
    expect(runsOf('bell')).toBe(150)
  })

  it('and in which neither a row nor a session is left that was read: a new life, nothing twice', async () => {
    const hassette = makeHassette(source(), COPIED)
    const session = hassette.session(now - 90 * DAY, { stopped_at: now - 89 * DAY })
    for (let i = 0; i < 100; i++) hassette.run(session, now - 90 * DAY + i)
    await look()
    const later = hassette.session(now - 10 * DAY)
    for (let i = 0; i < 50; i++) hassette.run(later, now - DAY + i)
    hassette.retention({ app: now - 30 * DAY, framework: now - 30 * DAY, sessions: now - 30 * DAY })
    hassette.close()
    await look()
    await look()
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(runsOf('bell')).toBe(150)
    expect(gaps()).toEqual([{ reason: 'recreated', from_us: (now - 89 * DAY) * 1e6, to_us: (now - DAY) * 1e6 }])
  })

  it('and that is a backup gone on beyond the cursor: other rows under the numbers that were read', async () => {
    const hassette = makeHassette(source(), COPIED)
    const session = hassette.session(now - 12 * DAY)
    for (let i = 0; i < 250; i++) hassette.run(session, now - 12 * DAY + i * 60)
    copyFileSync(source(), folder.path('backup.db'))
    // Nothing of the newest rows that were read has the number of a row of the backup's own that is kept.
    for (let i = 0; i < 250; i++) {
      const framework = i % 5 !== 0
      hassette.run(session, now - 11 * DAY + i * 60, framework ? 'core' : 'bell', {
        source_tier: framework ? 'framework' : 'app',
      })
    }
    hassette.close()
    await look()
    const before = sessions()

    copyFileSync(folder.path('backup.db'), source())
    const again = goOnWith(source())
    const next = again.session(now - 10 * DAY)
    for (let i = 0; i < 400; i++) {
      const framework = i % 5 !== 1
      again.run(next, now - 10 * DAY + i * 60, framework ? 'core' : 'beta', {
        source_tier: framework ? 'framework' : 'app',
      })
    }
    again.retention({ app: 0, framework: now - 2 * DAY, sessions: 0 })
    again.close()
    await look()
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(runsOf('bell')).toBe(300)
    expect(runsOf('beta')).toBe(80)
    expect(sessions().slice(0, 1)).toEqual(before)
    expect(sessions().slice(1)).toMatchObject([{ foreign_id: 2, started_us: (now - 10 * DAY) * 1e6 }])
    // What was written between our last look and the day on which the backup was put back.
    const lastUs = (now - 11 * DAY + 249 * 60) * 1e6 + 5000
    expect(gaps()).toEqual([{ reason: 'recreated', from_us: lastUs, to_us: (now - 10 * DAY) * 1e6 }])
  })

  it('and that got another number for a session that is known: no run of it is needed', async () => {
    const hassette = makeHassette(source(), COPIED)
    const session = hassette.session(now - 12 * DAY)
    for (let i = 0; i < 10; i++) hassette.run(session, now - 12 * DAY + i)
    copyFileSync(source(), folder.path('backup.db'))
    hassette.session(now - 11 * DAY)
    hassette.close()
    await look()
    const before = sessions()
    copyFileSync(folder.path('backup.db'), source())
    const again = goOnWith(source())
    again.session(now - 10 * DAY)
    again.close()
    await look()
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(sessions().slice(0, 2)).toEqual(before)
    expect(sessions().slice(2)).toMatchObject([{ foreign_id: 2, started_us: (now - 10 * DAY) * 1e6 }])
    expect(runsOf('bell')).toBe(10)
  })

  it('and that began without a row is the same one when it has some', async () => {
    const hassette = makeHassette(source(), COPIED)
    await look()
    await look()
    const session = hassette.session(now - HOUR)
    await look()
    hassette.run(session, now - HOUR + 1)
    hassette.close()
    await look()
    expect(reasons()).toEqual(['first'])
    expect(runsOf('bell')).toBe(1)
  })

  it('and that was made anew after its source was removed is a source of its own', async () => {
    const old = makeHassette(source(), COPIED)
    const first = old.session(now - 12 * DAY)
    for (let i = 0; i < 100; i++) old.run(first, now - 12 * DAY + i)
    old.close()
    const known = await look()
    const writer = writerOn(folder.path('archive.db'))
    writer.upkeep.removeSource({ sourceId: known, runs: 'keep' })
    writer.close()
    const anew = makeHassette(source(), COPIED)
    const session = anew.session(now - 8 * DAY)
    for (let i = 0; i < 150; i++) anew.run(session, now - 8 * DAY + i * HOUR, 'beta')
    anew.db.exec('DELETE FROM executions WHERE id BETWEEN 90 AND 110')
    anew.close()
    expect(await look()).not.toBe(known)
    expect(runsOf('beta')).toBe(129)
  })

  it('and that is of another Hassette: what was past its term before says nothing of its runs', async () => {
    const writer = writerOn(folder.path('archive.db'))
    const beside = openForWriting(folder.path('archive.db'))
    addHeartbeat(beside)
    beside.close()
    writer.upkeep.setLimits({ limits: { ...LIMITS, retentionDays: 30, frameworkRetentionDays: 30 } })
    const read = async (handler: string) => {
      const hassette = makeHassette(source(), COPIED)
      const session = hassette.session(now - 200 * DAY - (handler === 'beta' ? 1 : 0))
      for (let i = 0; i < 100; i++) hassette.run(session, now - 200 * DAY + i * HOUR, handler)
      hassette.close()
      const { sourceId } = await writer.sources.addFile({ path: source(), name: 'x', mode: 'live', shiftUs: 0 })
      return writer.sources.syncFile({ sourceId, shiftUs: 0 }, CONTEXT)
    }
    expect(await read('bell')).toMatchObject({ runs: 100, trendsOnly: 100 })
    expect(await read('beta')).toMatchObject({ runs: 100, trendsOnly: 100 })
  })

  it('and that was made anew while it was watched: what was quiet until then is no gap', async () => {
    const old = makeHassette(source(), COPIED)
    const first = old.session(now - 2 * DAY)
    for (let i = 0; i < 10; i++) old.run(first, now - 2 * DAY + i)
    old.close()
    const watching = await startWatching(folder.path('archive.db'), source())
    await watching.hasRuns(10)
    await watching.reaches('up_to_date')
    const beat = Date.now() / 1000
    const anew = makeHassette(source(), COPIED)
    anew.run(anew.session(beat), beat, 'beta')
    await watching.hasRuns(11)
    anew.close()
    expect(reasons()).toEqual(['first', 'recreated'])
    expect(gaps()).toEqual([])
  })
})
