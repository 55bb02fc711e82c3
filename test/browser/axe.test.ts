import { describe, expect, it } from 'vitest'
import { LOOKS, rowsShown, violations } from './browser'
import { isOpening, knowsNoSource, NOT_THERE, NOT_WATCHED, refuseQuestions, useHouse } from './house'
import type { HouseWindowOptions } from './house'

const { open } = useHouse()

const PAGES = [
  ['overview', '/overview'],
  ['handlers', '/handlers?gone=1'],
  ['jobs', '/jobs'],
  ['history', '/history?status=failed&app=!doorbell'],
  ['a handler', '/handlers/1'],
  ['a job', '/jobs/21'],
  ['settings', '/settings'],
] as const

describe.each(LOOKS)('in the $theme theme, $width pixels wide', ({ theme, width, height }) => {
  it.each(PAGES)('axe finds nothing on %s', async (_name, path) => {
    const page = await open({ path, theme, width, height })
    if (path === '/overview') await page.locator('.uplot canvas').waitFor()
    else if (path !== '/settings') await rowsShown(page)
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing in the inspector, with a traceback and with a dependency failure', async () => {
    for (const app of ['kitchen_lights', 'energy_monitor']) {
      const page = await open({ path: `/history?status=failed&app=${app}`, theme, width, height })
      await rowsShown(page)
      await page.keyboard.press('j')
      await page.keyboard.press('Enter')
      await page.locator('.inspector-title').waitFor()
      expect(await violations(page)).toEqual([])
    }
  })
})

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each<[string, string, Omit<HouseWindowOptions, 'path'>]>([
    ['nothing', '/history', { house: { runs: 0 } }],
    ['nothing', '/handlers', { house: { runs: 0 } }],
    ['nothing', '/overview', { house: { runs: 0 } }],
    ['an error', '/overview', { prepare: refuseQuestions }],
    ['an error', '/handlers', { prepare: refuseQuestions }],
    ['a broken archive', '/history', { house: { broken: true } }],
    ['an archive that opens', '/history', { prepare: isOpening }],
    ['no source', '/history', { prepare: knowsNoSource }],
    [
      'a source that fails, and a broken settings file',
      '/handlers',
      { house: { state: NOT_THERE, settings: '{"theme": "dark"' } },
    ],
    ['the sample', '/jobs', { house: { sources: [] } }],
    ['a source that is not watched', '/jobs', { house: { state: NOT_WATCHED } }],
  ])('axe finds nothing when there is %s (%s)', async (_name, path, options) => {
    const page = await open({ ...options, path, theme })
    await page.locator('.empty, .lead, .error-block, .gate-title, .banner').first().waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing in what floats', async () => {
    const page = await open({ path: '/history', house: { sources: ['home', 'cabin', 'sample'] }, theme })
    await rowsShown(page)
    for (const [press, floating] of [
      ['?', '.shortcuts'],
      ['/', '.filter-pop'],
    ] as const) {
      await page.keyboard.press(press)
      await page.locator(floating).waitFor()
      expect(await violations(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.locator(floating).waitFor({ state: 'detached' })
    }
    await page.locator('.source-button').click()
    await page.locator('.source-pop').waitFor()
    expect(await violations(page)).toEqual([])
  })

  it('axe finds nothing in a chart that is walked, in its table, and beside a figure', async () => {
    const page = await open({ path: '/handlers/3', theme })
    await page.locator('.uplot canvas').nth(1).waitFor()
    await page.getByRole('slider', { name: 'Duration' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.locator('.chart-tip').waitFor()
    await page.getByRole('button', { name: 'As table' }).first().click()
    expect(await violations(page)).toEqual([])
    for (const key of ['g', 'h']) await page.keyboard.press(key)
    await rowsShown(page)
    for (const key of ['j', 'ArrowRight']) await page.keyboard.press(key)
    await page.locator('.figure-card').waitFor()
    expect(await violations(page)).toEqual([])
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.locator('.column-pop').waitFor()
    expect(await violations(page)).toEqual([])
  })
})
