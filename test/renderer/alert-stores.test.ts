import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPinia, setActivePinia } from 'pinia'
import { effectScope, createApp } from 'vue'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AlertsStatus, Incident } from '@shared/alert'
import { DEFAULT_ALERT_SETTINGS } from '@shared/alert-settings'
import type { AlertSettings } from '@shared/alert-settings'
import type { Api } from '@shared/contract'
import { Failure, problem } from '@shared/result'
import type { SettingsView } from '@shared/settings'
import type { SourceInfo } from '@shared/source'
import { CLIENT, createClient } from '@renderer/api/client'
import { useReplay } from '@renderer/composables/replay'
import { useAlertChoices } from '@renderer/stores/alert-choices'
import { useAlerts } from '@renderer/stores/alerts'
import { useAnnouncer } from '@renderer/stores/announcer'
import { useIncidentDetail } from '@renderer/stores/incident-detail'
import { usePastIncidents } from '@renderer/stores/past-incidents'
import { useSettings } from '@renderer/stores/settings'
import { useSources } from '@renderer/stores/sources'
import type { Bridge } from '../../dev/bridge'
import { writeHouse } from '../support/house/rows'
import { apiOf, archiveAnswers } from '../support/window-api'

const NOW_US = Date.UTC(2026, 10, 23, 14, 12) * 1000
const KITCHEN = 66
const NONE: AlertsStatus = {
  ...{ open: [], blind: [], learning: [], unread: [], muted: [], paused: null },
  ...{ settings: DEFAULT_ALERT_SETTINGS, undelivered: null, problem: null },
}

/** An archive with 65 incidents that are over, and two that are open. */
let archive: ReturnType<typeof archiveAnswers>
let folder: string
/** Where the alerts stand by that archive. */
let open: AlertsStatus
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-alert-stores-'))
  const path = join(folder, 'archive.db')
  const home = { name: 'Home', mode: 'live', path: '/srv/hassette.db', seed: 1, olderSessions: 0 } as const
  await writeHouse(path, [{ ...home, runs: 7000, endMs: NOW_US / 1000, judged: 'open', olderIncidents: 60 }])
  archive = archiveAnswers(path, NOW_US)
  const details = await Promise.all(
    [KITCHEN, KITCHEN + 1].map((incidentId) => archive.answers['alerts.get']?.({ incidentId })),
  )
  open = { ...NONE, open: details.flatMap((detail) => detail?.incident ?? []) }
})
afterAll(() => {
  archive.close()
  rmSync(folder, { recursive: true, force: true })
})

let api: Api
let emit: Bridge['emit']
/** Why the state of the alerts cannot be read; null where it can. */
let refusal: Failure | null
/** Runs what needs the client and the stores. */
let inApp: <T>(work: () => T) => T

beforeEach(() => {
  refusal = null
  let settings = settingsView(DEFAULT_ALERT_SETTINGS)
  const bridge = apiOf({
    ...archive.answers,
    'alerts.status': () => {
      if (refusal) throw refusal
      return open
    },
    'sources.list': () => [HOME],
    'settings.get': () => settings,
    'settings.change': ({ name, value }) => {
      if (name !== 'alerts') throw new Failure('invalid_input', 'Only the alerts are changed here.')
      settings = settingsView(value)
      return settings
    },
  })
  api = bridge.api
  emit = bridge.emit
  const app = createApp({ render: () => null })
  app.provide(CLIENT, createClient(api))
  const pinia = createPinia()
  app.use(pinia)
  setActivePinia(pinia)
  inApp = (work) => app.runWithContext(work)
})

const HOME: SourceInfo = {
  ...{ id: 1, name: 'Home', mode: 'live', path: '/srv/hassette.db', state: { kind: 'live', atMs: 1 } },
  ...{ schemaVersion: 15, sessions: 3, appRuns: 1, frameworkRuns: 0, oldestRunUs: 1, newestRunUs: 2 },
  ...{ hassette: null, clockOffsetUs: null, restartUs: 1 },
}

function settingsView(alerts: AlertSettings): SettingsView {
  const defaults: SettingsView['defaults'] = {
    ...{ db_path: null, db_retention_days: 7, db_framework_retention_days: null, db_max_size_mb: 500, sources: [] },
    ...{ theme: 'system', close_to_tray: false, tray_icon: 'auto', alerts: DEFAULT_ALERT_SETTINGS },
  }
  const origins = Object.fromEntries(Object.keys(defaults).map((name) => [name, 'default'])) as SettingsView['origins']
  return { values: { ...defaults, alerts }, defaults, origins, trouble: null }
}

describe('the state of the alerts', () => {
  it('follows the event, and an older answer does not put it back', async () => {
    const alerts = inApp(() => useAlerts())
    alerts.start()
    let answer: (value: Awaited<ReturnType<typeof api.alerts.status>>) => void = () => undefined
    const status = await api.alerts.status()
    vi.spyOn(api.alerts, 'status').mockReturnValueOnce(new Promise((done) => (answer = done)))
    const loading = alerts.load()
    emit('alertsChanged', NONE)
    expect(alerts.open).toEqual([])
    answer(status)
    await loading
    expect(alerts.open).toEqual([])
    await alerts.load()
    expect(alerts.problem).toBeNull()
  })

  it('says why it could not be read, until it can', async () => {
    const alerts = inApp(() => useAlerts())
    refusal = new Failure('busy', 'The archive was busy.')
    await alerts.load()
    expect(alerts.problem?.code).toBe('busy')
    refusal = null
    await alerts.load()
    expect(alerts.problem).toBeNull()
    expect(alerts.open).toHaveLength(2)
  })
})

describe('past incidents', () => {
  it('go on below the oldest, and stay when they are read again', async () => {
    const past = inApp(() => usePastIncidents())
    await past.load()
    expect(past.rows).toHaveLength(30)
    expect(past.more).toBe(true)
    await past.older()
    await past.older()
    expect(past.rows).toHaveLength(65)
    expect(past.more).toBe(false)
    await past.load()
    expect(past.rows).toHaveLength(65)
    expect(past.more).toBe(false)
    expect(new Set(past.rows?.map(({ id }) => id)).size).toBe(65)
  })

  it('beyond 200 stay as they were when the newest are read again', async () => {
    const known = open.open[0]
    const rows = Array.from(
      { length: 295 },
      (_, place) => ({ ...known, id: 295 - place, ending: 'recovered' }) as Incident,
    )
    vi.spyOn(api.alerts, 'list').mockImplementation(({ beforeId, limit }) =>
      Promise.resolve({ ok: true, value: rows.filter(({ id }) => id < (beforeId ?? Infinity)).slice(0, limit) }),
    )
    const past = inApp(() => usePastIncidents())
    await past.load()
    for (let page = 0; page < 12; page++) await past.older()
    expect(past.rows).toHaveLength(295)
    await past.load()
    expect(past.rows).toHaveLength(295)
    expect(past.more).toBe(false)
  })

  it('are asked for once at a time', async () => {
    const past = inApp(() => usePastIncidents())
    await past.load()
    await Promise.all([past.older(), past.older()])
    expect(past.rows).toHaveLength(60)
  })
})

describe('what people choose', () => {
  it('is seen at once, and two quick choices do not undo each other', async () => {
    await inApp(() => useSettings()).start()
    const choices = inApp(() => useAlertChoices())
    const change = api.settings.change
    // The answer to the first takes longer than the second choice.
    vi.spyOn(api.settings, 'change').mockImplementationOnce(async (wanted) => {
      await Promise.resolve()
      return change(wanted)
    })
    const first = choices.notify('missed', true)
    const second = choices.change({ remind: true })
    expect(choices.values).toMatchObject({ remind: true, notify: { missed: true, rate: true } })
    await Promise.all([first, second])
    expect(choices.values).toMatchObject({ remind: true, notify: { missed: true } })
    const kept = await api.settings.get()
    expect(kept.ok && kept.value.values.alerts).toMatchObject({ remind: true, notify: { missed: true } })
  })

  it('is taken back and said when it could not be kept', async () => {
    await inApp(() => useSettings()).start()
    const choices = inApp(() => useAlertChoices())
    const announcer = inApp(() => useAnnouncer())
    vi.spyOn(api.settings, 'change').mockResolvedValueOnce({ ok: false, error: problem('busy', 'Not now.') })
    const change = choices.change({ enabled: false })
    expect(choices.values.enabled).toBe(false)
    await change
    expect(choices.values.enabled).toBe(true)
    expect(announcer.notice).toBe('Not now.')
  })
})

describe('an incident in the inspector', () => {
  it('has its parts, and nothing of the one before', async () => {
    const detail = inApp(() => useIncidentDetail())
    await detail.show(KITCHEN)
    expect(detail.detail.data?.incident.id).toBe(KITCHEN)
    expect(detail.series.data?.points.length).toBeGreaterThan(0)
    expect(detail.targets.data?.length).toBeGreaterThan(0)
    const next = detail.show(1)
    expect(detail.detail.data).toBeNull()
    expect(detail.series.data).toBeNull()
    await next
    expect(detail.detail.data?.incident.id).toBe(1)
    await detail.show(999)
    expect(detail.detail.problem?.code).toBe('not_found')
    expect(detail.targets.data).toBeNull()
  })

  it('that was left while it was read loads nothing more', async () => {
    const detail = inApp(() => useIncidentDetail())
    const series = vi.spyOn(api.trends, 'series')
    const loading = detail.show(1)
    detail.clear()
    await loading
    expect(series).not.toHaveBeenCalled()
    expect(detail.detail.data).toBeNull()
  })
})

describe('the replay', () => {
  it('asks once after a pause for the newest choice, and hears no older answer', async () => {
    vi.useFakeTimers()
    try {
      await inApp(() => useSettings()).start()
      await inApp(() => useSources()).load()
      const choices = inApp(() => useAlertChoices())
      const replay = vi.spyOn(api.alerts, 'replay')
      const scope = effectScope()
      const lines = inApp(() => scope.run(() => useReplay(() => choices.values.sensitivity)))
      await choices.change({ sensitivity: { level: 'low' } })
      await choices.change({ sensitivity: { level: 'high' } })
      expect(lines?.value).toMatchObject([{ name: 'Home', busy: true, replay: null }])
      await vi.advanceTimersByTimeAsync(400)
      expect(replay.mock.calls.map(([input]) => input.sensitivity.level)).toEqual(['high'])
      expect(lines?.value[0]).toMatchObject({ busy: false, replay: { days: 7 } })

      // What was judged while it was read in part is judged again.
      const sources = useSources()
      sources.list = sources.list.map((each) => ({ ...each, state: { kind: 'catching_up', done: 1, total: 2 } }))
      await vi.advanceTimersByTimeAsync(400)
      sources.list = sources.list.map((each) => ({ ...each, state: { kind: 'live', atMs: 0 } }))
      await vi.advanceTimersByTimeAsync(400)
      expect(replay).toHaveBeenCalledTimes(3)

      replay.mockResolvedValueOnce({ ok: false, error: problem('busy', 'The archive was busy.') })
      await choices.change({ sensitivity: { level: 'medium' } })
      expect(lines?.value[0]?.replay).toBeNull()
      await vi.advanceTimersByTimeAsync(400)
      expect(lines?.value[0]).toMatchObject({ busy: false, replay: null, problem: 'The archive was busy.' })
      scope.stop()
      await choices.change({ sensitivity: { level: 'low' } })
      await vi.advanceTimersByTimeAsync(400)
      expect(replay).toHaveBeenCalledTimes(4)
    } finally {
      vi.useRealTimers()
    }
  })
})
