import { describe, expect, it, onTestFinished, vi } from 'vitest'
import * as v from 'valibot'
import type { Handlers } from '@main/ipc/dispatch'
import { dispatch } from '@main/ipc/dispatch'
import { contract } from '@shared/contract'
import { Failure } from '@shared/result'
import type { Verb } from '@shared/verbs'
import { VERBS } from '@shared/verbs'

const verbs = Object.keys(VERBS) as Verb[]
const filter = { sourceId: 1, tier: 'app', span: { fromUs: 1, toUs: null }, targetId: null, conditions: [] }
const scope = { sourceId: 1, tier: 'app', span: { fromUs: 1, toUs: null }, targetId: null }

/** One valid input a verb; the record is complete by type. */
const VALID: Record<Verb, unknown> = {
  'app.info': undefined,
  'app.showArchive': undefined,
  'app.openLogs': undefined,
  'app.copyText': { text: 'x' },
  'archive.state': undefined,
  'archive.retry': undefined,
  'archive.repair': 'startFresh',
  'settings.get': undefined,
  'settings.change': { name: 'theme', value: 'dark' },
  'view.get': undefined,
  'view.remember': { range: '7d' },
  'sources.list': undefined,
  'sources.retry': { sourceId: 1 },
  'sources.cancel': { sourceId: 1 },
  'sources.discover': undefined,
  'sources.watch': { path: '/srv/hassette.db' },
  'runs.page': { filter, direction: 'older', from: '1:5,2:9', limit: 200 },
  'runs.get': { runId: 2 ** 40 + 1 },
  'runs.find': { sourceId: 1, executionId: 'healthy_weather_watcher_0000', scan: false },
  'runs.count': { filter, ticket: 'history' },
  'runs.countByTier': { sourceId: 1, span: { fromUs: null, toUs: null } },
  'runs.values': { filter, field: 'app', ticket: 'pop-over' },
  'targets.list': { sourceId: 1, kind: 'job', tier: 'all', span: { fromUs: null, toUs: null } },
  'targets.get': { targetId: 3, span: { fromUs: null, toUs: null } },
  'apps.list': { sourceId: 1 },
  'sources.examine': { path: '/srv/hassette.db' },
  'sources.rename': { sourceId: 1, name: 'home' },
  'sources.setMode': { sourceId: 1, mode: 'snapshot' },
  'sources.remove': { sourceId: 1, runs: 'keep' },
  'trends.summary': scope,
  'trends.series': { ...scope, points: 48, timeZone: 'Asia/Kolkata' },
  'trends.heatmap': { ...scope, timeZone: 'UTC' },
  'trends.attention': { sourceId: 1, tier: 'app', span: { fromUs: 1, toUs: null } },
  'sessions.list': { sourceId: 1, span: { fromUs: null, toUs: null }, beforeUs: null, limit: 50 },
  'coverage.get': { sourceId: 1, tier: 'all', span: { fromUs: 1, toUs: 2 } },
  'alerts.status': undefined,
  'alerts.list': { sourceId: null, beforeId: 7, limit: 50 },
  'alerts.get': { incidentId: 7 },
  'alerts.notifications': { limit: 20 },
  'alerts.replay': { sourceId: 1, sensitivity: { level: 'custom', failures: 5, minutes: 10 }, ticket: 'rules' },
  'alerts.snooze': { incidentId: 7, snooze: { kind: 'until', us: 1 } },
  'alerts.mute': { kind: 'group', sourceId: 1, groupId: 3, muted: true },
  'alerts.pause': { until: 'resumed' },
  'alerts.tryNotification': undefined,
  'storage.info': undefined,
  'storage.log': { limit: 50 },
  'storage.preview': { retentionDays: 7, frameworkRetentionDays: 3, maxSizeMb: 10 },
  'storage.work': undefined,
  'storage.clean': undefined,
  'storage.compact': undefined,
  'storage.backUp': undefined,
  'storage.restore': undefined,
  'storage.move': { how: 'copy' },
  'storage.cancel': undefined,
}

function handlers(answer: () => unknown): Handlers {
  return Object.fromEntries(verbs.map((verb) => [verb, answer])) as unknown as Handlers
}

describe('contract', () => {
  it('has a schema for exactly the verbs that the preload exposes', () => {
    expect(Object.keys(contract).sort()).toEqual([...verbs].sort())
  })

  it.each(verbs)('%s passes a valid input on and answers with its value', async (verb) => {
    const handler = vi.fn(() => 'answer')
    const result = await dispatch(handlers(handler), verb, VALID[verb], vi.fn())
    expect(result).toEqual({ ok: true, value: 'answer' })
    expect(handler).toHaveBeenCalledWith(v.parse(contract[verb].input, VALID[verb]))
  })

  it.each(verbs)('%s refuses what it does not expect, without calling anything', async (verb) => {
    const handler = vi.fn()
    for (const hostile of [{ __proto__: null, sql: 'DROP TABLE runs' }, 'text', 7, [], null]) {
      const result = await dispatch(handlers(handler), verb, hostile, vi.fn())
      expect(result).toMatchObject({ ok: false, error: { code: 'invalid_input' } })
    }
    expect(handler).not.toHaveBeenCalled()
  })

  it.each(verbs.filter((verb) => /^(storage|archive|app)\./.test(verb)))('%s takes no path', (verb) => {
    const valid = VALID[verb]
    const path = '/home/anna/.local/share/hassette/v0/hassette.db-wal'
    for (const name of ['path', 'to', 'file', 'folder']) {
      const input = typeof valid === 'object' ? { ...valid, [name]: path } : { [name]: path }
      expect(v.is(contract[verb].input, input)).toBe(false)
    }
    expect(v.is(contract[verb].input, path)).toBe(false)
  })

  it.each(['db_path', 'sources'])('lets no window change the setting %s', (name) => {
    for (const value of ['/srv/x.db', ['/srv/x.db'], null]) {
      expect(v.is(contract['settings.change'].input, { name, value })).toBe(false)
    }
  })

  it('keeps what the window remembers small', () => {
    const widths = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`c${index}`, 100]))
    expect(v.is(contract['view.remember'].input, { handlerColumns: { hidden: [], widths } })).toBe(false)
    expect(v.is(contract['view.remember'].input, [])).toBe(false)
  })

  it('remembers only what a change names', () => {
    expect(v.parse(contract['view.remember'].input, { range: '7d' })).toEqual({ range: '7d' })
    expect(v.is(contract['view.remember'].input, { range: '7d', nodeIntegration: true })).toBe(false)
  })

  it.each([
    { ...filter, sourceId: '1' },
    { ...filter, sourceId: 1.5 },
    { ...filter, sourceId: 2 ** 60 },
    { ...filter, tier: 'everything' },
    { ...filter, span: { fromUs: Infinity, toUs: null } },
    { ...filter, conditions: [{ field: 'status', op: 'is', value: 'exploded' }] },
    { ...filter, conditions: Array.from({ length: 51 }, () => ({ field: 'app', op: 'is', value: 'x' })) },
    { ...filter, extra: 1 },
  ])('runs.page refuses the filter %j', (bad) => {
    const input = { filter: bad, direction: 'older', from: null, limit: 10 }
    expect(v.is(contract['runs.page'].input, input)).toBe(false)
  })

  it.each(['1:2;drop', '1:', ':1', '1:99999999999999999999', 'a'.repeat(5000)])('refuses the page token %s', (from) => {
    const input = { filter, direction: 'older', from, limit: 10 }
    expect(v.is(contract['runs.page'].input, input)).toBe(false)
  })

  it('hands a failure over with its code and hint', async () => {
    const failing = handlers(() => {
      throw new Failure('source_locked', 'The file is in use.', 'Close the other program.')
    })
    expect(await dispatch(failing, 'apps.list', { sourceId: 1 }, vi.fn())).toEqual({
      ok: false,
      error: { code: 'source_locked', message: 'The file is in use.', hint: 'Close the other program.' },
    })
  })

  it('keeps the text of an unexpected error out of the window and reports it to the log', async () => {
    const report = vi.fn()
    const failing = handlers(() => {
      throw new Error('SQLITE_ERROR near secret')
    })
    const result = await dispatch(failing, 'apps.list', { sourceId: 1 }, report)
    expect(result).toMatchObject({ ok: false, error: { code: 'internal' } })
    expect(JSON.stringify(result)).not.toContain('secret')
    expect(report).toHaveBeenCalledOnce()
  })

  describe('while the archive is being exchanged', () => {
    const busyTimes = (times: number) => {
      const handler = vi.fn(() => {
        if (handler.mock.calls.length <= times) throw new Failure('busy', 'The archive is closed.')
        return 'answer'
      })
      return handler
    }
    const during = async (times: number, verb: 'apps.list' | 'sources.retry') => {
      vi.useFakeTimers()
      onTestFinished(() => void vi.useRealTimers())
      const handler = busyTimes(times)
      const answer = dispatch(handlers(handler), verb, { sourceId: 1 }, vi.fn())
      await vi.runAllTimersAsync()
      return { result: await answer, calls: handler.mock.calls.length }
    }

    it('asks again before anybody hears that it was busy', async () => {
      expect(await during(3, 'apps.list')).toEqual({ result: { ok: true, value: 'answer' }, calls: 4 })
    })

    it('gives up after a while', async () => {
      const { result, calls } = await during(99, 'apps.list')
      expect(result).toMatchObject({ ok: false, error: { code: 'busy' } })
      expect(calls).toBe(6)
    })

    it('never does twice what changes something', async () => {
      const { result, calls } = await during(1, 'sources.retry')
      expect(result).toMatchObject({ ok: false, error: { code: 'busy' } })
      expect(calls).toBe(1)
    })
  })
})
