import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import type { RunDetail, RunLogLine } from '@shared/run'
import RunLogs from '@renderer/components/run/RunLogs.vue'
import { makeRuns } from '../support/house/runs'

const runs = makeRuns(1, Date.UTC(2026, 10, 23, 14, 12) * 1000, 900)
const detail = (change: Partial<RunDetail>): RunDetail => {
  const failed = runs.find((run) => run.logs.length > 0)
  if (!failed) throw new Error('The house has no run with logs.')
  return { ...failed, previousRunId: null, nextRunId: null, strip: 'f', ...change }
}
const line = (change: Partial<RunLogLine> = {}): RunLogLine => ({
  atUs: 1_795_000_000_000_000,
  level: 'WARNING',
  logger: 'apps.blinds',
  message: 'no sun',
  error: null,
  ...change,
})
const show = (change: Partial<RunDetail>) => mount(RunLogs, { props: { run: detail(change) } })

describe('logs of a run', () => {
  it('say level, logger and message; an error is folded until asked for', async () => {
    const logs = show({ logs: [line(), line({ level: 'ERROR', error: 'Traceback\n  deep inside' })] })
    expect(logs.find('h3').text()).toContain('2 lines')
    expect(logs.findAll('.log-head b').map((level) => [level.text(), level.classes()])).toEqual([
      ['WARNING', ['warn']],
      ['ERROR', ['bad']],
    ])
    expect(logs.text()).toContain('apps.blinds')
    expect(logs.findAll('.code')).toHaveLength(2)
    await logs.find('.fold').trigger('click')
    expect(logs.findAll('.code')[2]?.text()).toContain('deep inside')
  })

  it('are text whatever they hold, cut when long, and the newest hundred when many', async () => {
    const many = Array.from({ length: 250 }, (_, nth) => line({ message: `line ${nth}` }))
    const logs = show({ logs: [...many, line({ message: `<b>bold</b>\u202e${'x'.repeat(900)}` })] })
    expect(logs.findAll('li')).toHaveLength(100)
    expect(logs.find('b b').exists()).toBe(false)
    expect(logs.text()).toContain('<b>bold</b>⟨U+202E⟩')
    expect(logs.findAll('li').at(-1)?.text().length).toBeLessThan(500)
    await logs.find('.clip-more').trigger('click')
    expect(logs.findAll('li')).toHaveLength(251)
  })

  it('say why there are none for a failed run of an app, and nothing for others', () => {
    expect(show({ logs: [] }).text()).toContain('Logs are kept for failed runs')
    expect(show({ logs: [], status: 'ok' }).find('section').exists()).toBe(false)
    expect(show({ logs: [], tier: 'framework' }).find('section').exists()).toBe(false)
  })
})
