import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { activeRow, rowsShown, violations } from './browser'
import { useHouse } from './house'

const { open } = useHouse()

async function history(path = '/history?range=7d'): Promise<Page> {
  const page = await open({ path })
  await rowsShown(page)
  return page
}

/** Waits until every row in the document passes. */
const rowsAre = (page: Page, cell: string, pattern: RegExp, holds = true): Promise<unknown> =>
  page.waitForFunction(
    ([selector, source, wanted]) => {
      const cells = [...document.querySelectorAll(`.run-row ${selector}`)]
      const all = cells.every((one) => new RegExp(source).test(one.textContent ?? '') === wanted)
      return cells.length > 0 && all
    },
    [cell, pattern.source, holds] as const,
  )

describe('conditions', () => {
  it('dependency failure: is, then not, as a chip and in the route', async () => {
    const page = await history()
    await page.keyboard.press('/')
    await page.getByRole('radio', { name: 'Dependency failure' }).click()
    await page.getByRole('button', { name: 'is Dependency failure' }).click()
    await page.keyboard.press('Escape')
    await rowsAre(page, '.error', /^\s*DependencyResolutionError/)
    expect(page.url()).toContain('dependencyFailure=true')
    await page.getByRole('button', { name: 'Dependency failure', exact: true }).click()
    await page.getByRole('button', { name: 'not Dependency failure', exact: true }).waitFor()
    await rowsAre(page, '.error', /DependencyResolutionError/, false)
  })

  it('of a field show what the range has, with its runs as the other chips leave them', async () => {
    const page = await history('/history?range=7d&status=failed')
    await page.keyboard.press('/')
    await page.getByRole('radio', { name: 'App', exact: true }).click()
    const rows = page.locator('.filter-value')
    const counts = async (): Promise<number[]> =>
      (await rows.locator('.count').allInnerTexts()).map((text) => Number(text.replace(/\D/g, '')))
    await expect.poll(async () => (await counts()).length).toBeGreaterThan(3)
    const failed = await counts()
    expect(failed).toEqual([...failed].sort((a, b) => b - a))
    expect(failed.every((count) => count > 0)).toBe(true)
    const first = Number(failed[0])
    await rows.first().getByRole('button', { name: /^is / }).click()
    // An app that is chosen takes nothing away from the others.
    await expect.poll(() => page.locator('.live-line .count').innerText()).toMatch(new RegExp(`^${first} of `))
    expect(await counts()).toEqual(failed)
    await page.getByRole('radio', { name: /^Status/ }).click()
    await expect
      .poll(() => rows.locator('.words').allInnerTexts())
      .toEqual([...['ok', 'failed', 'timed out', 'cancelled', 'skipped']])
    await expect.poll(async () => (await counts())[1]).toBe(first)
  })

  it('error type: picked from the rows, or typed', async () => {
    const page = await history('/history?range=30d&status=failed')
    await page.keyboard.press('/')
    await page.getByRole('radio', { name: /^Error type/ }).click()
    await page.getByRole('button', { name: 'is KeyError' }).click()
    await rowsAre(page, '.error', /^\s*KeyError/)
    await page.getByRole('radio', { name: /^Error type 1 set/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Error type KeyError: remove' }).click()
    await page.keyboard.press('/')
    await page.getByRole('radio', { name: /^Error type/ }).click()
    await page.getByRole('textbox', { name: 'Error type' }).fill('DeviceTimeout')
    await rowsAre(page, '.error', /^\s*DeviceTimeout/)
    await page.getByRole('radio', { name: 'not', exact: true }).click()
    await page.getByRole('button', { name: 'not Error type DeviceTimeout', exact: true }).waitFor()
    await rowsAre(page, '.error', /DeviceTimeout/, false)
  })

  it('error text: the list follows the typing, and the way back is one step', async () => {
    const page = await history('/history?range=30d')
    await page.keyboard.press('/')
    await page.getByRole('radio', { name: 'Error text' }).click()
    const field = page.getByRole('textbox', { name: 'Error text' })
    await field.pressSequentially('Coffee', { delay: 20 })
    await rowsAre(page, '.error', /coffee_machine/)
    await field.pressSequentially('_mach')
    await page.waitForFunction(() => location.hash.includes('text=Coffee_mach'))
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Error text Coffee_mach', exact: true }).waitFor()
    await page.goBack()
    await page.locator('.chip').waitFor({ state: 'detached' })
  })

  it('of any field are found by what is typed', async () => {
    const page = await history()
    await page.keyboard.press('/')
    await page.keyboard.type('garage')
    await page.getByRole('button', { name: 'not garage_door.check_closed' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'not Target garage_door.check_closed', exact: true }).waitFor()
    await rowsAre(page, '.name', /^check_closed$/, false)
  })
})

describe('a handler', () => {
  it('is hidden by x from its row, and named in its chip', async () => {
    const page = await history()
    await page.keyboard.press('j')
    const row = (await activeRow(page)) ?? ''
    await page.keyboard.press('x')
    const chip = page.locator('.chip.not')
    await chip.waitFor()
    const [app = '', name = ''] = (await chip.locator('.chip-words > span').last().innerText()).split(/[. ]/)
    expect(row).toContain(app)
    expect(row).toContain(name)
    expect(page.url()).toMatch(/target=!\d+/)
    await page.locator('.notice', { hasText: 'is hidden' }).waitFor()
  })

  it('is the only one, or hidden, from the inspector', async () => {
    const page = await history('/history?app=boiler_controller')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    const inspector = page.getByRole('complementary', { name: 'Run' })
    const name = await inspector.locator('.sentence a').innerText()
    await inspector.getByRole('button', { name: /^Only this/ }).click()
    await rowsAre(page, '.name', new RegExp(`^${name}$`))
    await inspector.getByRole('button', { name: /^Hide this/ }).click()
    await rowsAre(page, '.name', new RegExp(`^${name}$`), false)
    expect(await page.locator('.chip').count()).toBe(2)
  })
})

describe('the id of a run', () => {
  const idOf = (page: Page, sequence: number): Promise<string> =>
    page.evaluate(async (nth) => {
      for (let run = nth; ; run++) {
        const answer = await window.hassetteMonitor.runs.get({ runId: 2 ** 40 + run })
        if (answer.ok && answer.value.executionId) return answer.value.executionId
      }
    }, sequence)

  it('goes to the run', async () => {
    const page = await history()
    const id = await idOf(page, 5900)
    await page.keyboard.press('/')
    await page.keyboard.type(id.toUpperCase())
    await page.getByRole('button', { name: `Go to run ${id}` }).click()
    await page.locator('.inspector .facts', { hasText: id }).waitFor()
    expect(await page.locator('.filter-pop').count()).toBe(0)
  })

  it('is searched for everywhere only when asked for, by keys, and says when there is none', async () => {
    const page = await history()
    const id = await idOf(page, 5)
    await page.keyboard.press('/')
    await page.keyboard.type(id)
    await page.keyboard.press('Enter')
    await page.getByText('No such run at the time that its id names.').waitFor()
    expect(await violations(page)).toEqual([])
    const field = page.getByRole('textbox', { name: /^Find a field/ })
    await field.fill('ffffffff-ffff-7fff-8fff-ffffffffffff')
    await field.press('Enter')
    await page.getByRole('button', { name: 'Search everything' }).click()
    await page.getByText('No run of this Hassette has this id.').waitFor()
    await field.fill(id)
    await field.press('Enter')
    await page.getByText('No such run at the time that its id names.').waitFor()
    await field.press('Enter')
    await page.locator('.inspector .facts', { hasText: id }).waitFor()
  })
})
