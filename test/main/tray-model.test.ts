import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrayState, TrayIncident } from '@main/tray/state'
import { iconFile, SHAPES, trayView } from '@main/tray/model'
import type { PanelFacts, Shape, TrayItem } from '@main/tray/model'
import { quietEnd, snoozeFor } from '@shared/quiet-span'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Local time of a Wednesday, µs. */
const at = (hour: number, minute = 0, day = 25): number => new Date(2026, 10, day, hour, minute).getTime() * 1000
const NOW = at(15, 12)

const CALM: TrayState = {
  judged: true,
  incidents: [],
  sources: [{ name: 'Home', state: 'live', sinceUs: null }],
  paused: null,
}
const BLIND: TrayState = { ...CALM, sources: [{ name: 'Home', state: 'blind', sinceUs: at(3, 10) }] }

function incident(title: string, extra: Partial<TrayIncident> = {}): TrayIncident {
  return { id: 1, title, sinceUs: at(14, 2), snooze: null, path: '/alerts?incident=1', ...extra }
}

function labels(items: TrayItem[], indent = ''): string[] {
  return items.flatMap((item) => {
    if (item.kind === 'separator') return ['-']
    const below = item.kind === 'submenu' ? labels(item.items, `${indent}  `) : []
    return [`${indent}${item.label}`, ...below]
  })
}

const open = incident('kitchen_lights')
const snoozed = incident('garage_door', { snooze: { kind: 'until', us: at(16, 30) } })

describe('shape and tooltip', () => {
  it.each<[string, TrayState, Shape, string]>([
    ['all is well', CALM, 'fine', 'all fine'],
    ['nothing is watched', { ...CALM, sources: [] }, 'fine', 'no source is watched'],
    ['nobody judges failures', { ...CALM, judged: false }, 'fine', 'recording'],
    [
      'a Hassette is stopped',
      { ...CALM, sources: [{ name: 'Cabin', state: 'stopped', sinceUs: at(9, 0, 22) }] },
      'stopped',
      'Cabin stopped since 22 Nov 09:00',
    ],
    [
      'a Hassette is down, another stopped, notifications paused',
      {
        ...CALM,
        paused: 'resumed',
        sources: [
          { name: 'Cabin', state: 'stopped', sinceUs: at(9) },
          { name: 'Home', state: 'down', sinceUs: at(3, 10) },
        ],
      },
      'blind',
      'Home down since 03:10',
    ],
    [
      'a Hassette gave its newest sign long ago, and is not watched for long',
      { ...CALM, sources: [{ name: 'Home', state: 'unsure', sinceUs: at(3, 10) }] },
      'blind',
      'no sign of Home since 03:10',
    ],
    [
      'a Hassette is stopped, notifications paused',
      { ...CALM, paused: 'resumed', sources: [{ name: 'Cabin', state: 'stopped', sinceUs: at(9) }] },
      'stopped',
      'Cabin stopped since 09:00',
    ],
    ['one incident', { ...CALM, incidents: [open] }, 'attention', '1 incident · kitchen_lights since 14:02'],
    [
      'the first that is not snoozed is named, all are counted',
      { ...CALM, incidents: [snoozed, open] },
      'attention',
      '2 incidents · kitchen_lights since 14:02',
    ],
    [
      'one from the day before',
      { ...CALM, incidents: [incident('kitchen_lights', { sinceUs: at(23, 58, 24) })] },
      'attention',
      '1 incident · kitchen_lights since 24 Nov 23:58',
    ],
    ['all snoozed', { ...CALM, incidents: [snoozed] }, 'fine', '1 incident, snoozed until 16:30'],
    [
      'snoozed until it recovers',
      { ...CALM, incidents: [incident('x', { snooze: { kind: 'recovery' } })] },
      'fine',
      '1 incident, snoozed until it recovers',
    ],
    [
      'a snooze that has ended',
      { ...CALM, incidents: [incident('x', { snooze: { kind: 'until', us: NOW } })] },
      'attention',
      '1 incident · x since 14:02',
    ],
    ['blind', BLIND, 'blind', 'not watching Home since 03:10'],
    ['blind, with a snoozed incident', { ...BLIND, incidents: [snoozed] }, 'blind', 'not watching Home since 03:10'],
    [
      'blind, with an open one',
      { ...BLIND, incidents: [open] },
      'attention',
      '1 incident · kitchen_lights since 14:02',
    ],
    [
      'an archive that cannot be opened, whatever else there was',
      { ...CALM, archive: { state: 'closed', why: 'It is locked.' }, incidents: [open], paused: 'resumed' },
      'blind',
      'the archive cannot be opened',
    ],
    [
      'an archive that cannot be written',
      { ...CALM, archive: { state: 'held', why: 'The disk is full.' } },
      'blind',
      'nothing is recorded for now',
    ],
    ['an archive that is open again', { ...CALM, archive: null }, 'fine', 'all fine'],
    ['paused', { ...CALM, paused: 'resumed' }, 'paused', 'notifications paused'],
    ['paused for a time', { ...CALM, paused: at(8, 0, 26) }, 'paused', 'notifications paused until 26 Nov 08:00'],
    ['a pause that has ended', { ...CALM, paused: NOW }, 'fine', 'all fine'],
    ['paused and blind', { ...BLIND, paused: 'resumed' }, 'blind', 'not watching Home since 03:10'],
    [
      'paused, with an open incident',
      { ...CALM, paused: 'resumed', incidents: [open] },
      'attention',
      '1 incident · kitchen_lights since 14:02',
    ],
  ])('%s', (_what, status, shape, tooltip) => {
    const view = trayView(status, true, NOW)
    expect([view.shape, view.tooltip]).toEqual([shape, `Hassette: ${tooltip}`])
  })
})

describe('menu', () => {
  it('names five incidents, what is wrong with sources first, and what can be done', () => {
    const status: TrayState = {
      judged: true,
      incidents: [open, snoozed, ...['a', 'b', 'c', 'd', 'e'].map((title) => incident(title))],
      sources: [
        { name: 'Home', state: 'live', sinceUs: null },
        { name: 'Cabin', state: 'stopped', sinceUs: at(9, 30, 22) },
        { name: 'Boat', state: 'blind', sinceUs: at(3, 10) },
      ],
      paused: at(17),
    }
    expect(labels(trayView(status, true, NOW).items)).toEqual([
      '7 open incidents',
      'Notifications paused until 17:00',
      'kitchen_lights · since 14:02',
      'garage_door · snoozed until 16:30',
      'a · since 14:02',
      'b · since 14:02',
      'c · since 14:02',
      '2 more',
      '-',
      'Boat · not watched since 03:10',
      'Cabin · stopped since 22 Nov 09:30',
      'Home · live',
      '-',
      'Open Hassette Monitor',
      'Open History',
      'Snooze',
      '  For 1 hour',
      '  Until tomorrow 08:00',
      '  Until it recovers',
      'Resume notifications',
      '-',
      'Quit and stop recording',
    ])
  })

  it('says first why the archive cannot be opened, and does not say that nothing is open', () => {
    const archive = { state: 'closed' as const, why: `/srv/${'long '.repeat(40)} is in use.` }
    const shown = (status: TrayState): string[] => labels(trayView(status, true, NOW).items)
    const [first = '', ...rest] = shown({ ...CALM, archive })
    expect(first).toMatch(/^The archive cannot be opened: \/srv\/long long .*…$/)
    expect(Array.from(first).length).toBeLessThan(180)
    expect(rest[0]).toBe('-')
    expect(shown({ ...CALM, archive, incidents: [open] }).slice(1, 3)).toEqual([
      '1 open incident',
      'kitchen_lights · since 14:02',
    ])
  })

  it('offers to end a snooze when all are snoozed, and no snooze when nothing is open', () => {
    const shown = (status: TrayState): string[] => labels(trayView(status, true, NOW).items)
    expect(shown({ ...CALM, incidents: [snoozed] })).toContain('End snooze')
    expect(shown({ ...CALM, incidents: [snoozed] })).not.toContain('Snooze')
    expect(shown({ ...CALM, incidents: [snoozed, open] })).toContain('Snooze')
    expect(shown(CALM)).toEqual(expect.arrayContaining(['Pause notifications', '  Until resumed']))
    expect(shown(CALM).join()).not.toMatch(/snooze/i)
  })

  it('offers nothing that nobody would do', () => {
    const shown = labels(trayView({ ...CALM, incidents: [open], paused: 'resumed' }, false, NOW).items)
    expect(shown.join()).not.toMatch(/snooze\b|pause |resume/i)
  })

  it('leads to the page of an incident, and to the list for those without a line', () => {
    const { items } = trayView({ ...CALM, incidents: Array<TrayIncident>(6).fill(open) }, true, NOW)
    const paths = items.flatMap((item) => (item.kind === 'action' && item.action.do === 'open' ? item.action.path : []))
    expect(paths).toEqual([...Array<string>(5).fill('/alerts?incident=1'), '/alerts', null, '/history'])
  })

  it('is text of one line and bounded, whatever names hold', () => {
    const odd = fc.constantFrom('a', '\n', '\r', '\t', '\u202e', '\u2066', '\u2028', '\0', '😀')
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 20 }),
      fc.string({ unit: 'grapheme', minLength: 40, maxLength: 200 }),
      fc.string({ unit: odd, minLength: 40, maxLength: 200 }),
    )
    fc.assert(
      fc.property(name, name, (title, source) => {
        const status = { ...CALM, incidents: [incident(title)], sources: [{ ...BLIND.sources[0]!, name: source }] }
        const { tooltip, items } = trayView(status, true, NOW)
        for (const text of [tooltip, ...labels(items)]) {
          expect(text).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u)
          // Throws for half a character.
          encodeURIComponent(text)
          expect(Array.from(text).length).toBeLessThan(110)
        }
        expect(tooltip).toMatch(/since 14:02$/)
        expect(labels(items)[1]).toMatch(/· since 14:02$/)
      }),
    )
  })
})

describe('how long to be quiet', () => {
  it.each<[string, number, number]>([
    ['from the afternoon', NOW, at(8, 0, 26)],
    ['from the first minute of a day', at(0, 1), at(8, 0, 26)],
    ['over the end of a month', at(23, 0, 30), new Date(2026, 11, 1, 8).getTime() * 1000],
  ])('until tomorrow 08:00, %s', (_what, nowUs, endUs) => {
    expect(quietEnd('tomorrow', nowUs)).toBe(endUs)
  })

  it('is 08:00 of the next local day on every day of a year, also when clocks change', () => {
    for (let day = 1; day <= 365; day++) {
      const end = new Date((quietEnd('tomorrow', new Date(2026, 0, day, 12).getTime() * 1000) ?? 0) / 1000)
      expect([end.getHours(), end.getMinutes()]).toEqual([8, 0])
      expect(end.toDateString()).toBe(new Date(2026, 0, day + 1, 12).toDateString())
    }
  })

  it('an hour is an hour, and without an end a snooze lasts until it recovers', () => {
    expect(quietEnd('hour', NOW)).toBe(NOW + 3_600_000_000)
    expect(quietEnd('open', NOW)).toBeNull()
    expect(snoozeFor('open', NOW)).toEqual({ kind: 'recovery' })
    expect(snoozeFor('hour', NOW)).toEqual({ kind: 'until', us: NOW + 3_600_000_000 })
  })
})

describe('drawing', () => {
  const linux: PanelFacts = { platform: 'linux', choice: 'auto', systemIsDark: false, desktop: 'XFCE' }

  it.each<[Partial<PanelFacts>, string]>([
    [{}, 'blind-on-light.png'],
    [{ systemIsDark: true }, 'blind-on-dark.png'],
    [{ desktop: 'ubuntu:GNOME' }, 'blind-on-dark.png'],
    [{ desktop: 'ubuntu:GNOME', choice: 'light' }, 'blind-on-light.png'],
    [{ choice: 'dark' }, 'blind-on-dark.png'],
    [{ platform: 'win32' }, 'blind-on-light.ico'],
    [{ platform: 'win32', systemIsDark: true }, 'blind-on-dark.ico'],
    [{ platform: 'darwin', choice: 'dark', systemIsDark: true }, 'blindTemplate.png'],
  ])('%j: %s', (facts, file) => {
    expect(iconFile('blind', { ...linux, ...facts })).toBe(file)
  })

  it('is there for every shape, system and panel', () => {
    for (const shape of SHAPES)
      for (const platform of ['linux', 'win32', 'darwin'] as const)
        for (const choice of ['light', 'dark'] as const) {
          const file = iconFile(shape, { ...linux, platform, choice })
          expect([file, existsSync(join(resolve('build/tray'), file))]).toEqual([file, true])
          if (platform === 'darwin') expect(existsSync(resolve('build/tray', file.replace('.', '@2x.')))).toBe(true)
        }
  })
})
