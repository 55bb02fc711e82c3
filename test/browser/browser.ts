import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type AxeCore from 'axe-core'
import type { Browser, Page } from 'playwright'
import { chromium } from 'playwright'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'

/** How a test wants the page. */
export interface PageOptions {
  /** Page and its query, e.g. `/history?status=failed`. */
  path?: string
  width?: number
  height?: number
  theme?: 'light' | 'dark'
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/**
 * The real Chromium that all files of tests share, and a context of their own. Every page runs under the app's CSP;
 * whatever it reports (a violation, an error, a Vue warning) fails the test that opened it.
 */
export function useBrowser(): {
  /** Opens the window at an address; `prepare` is called before anything is loaded. */
  openAt: (url: string, options: PageOptions, prepare?: (page: Page) => Promise<void>) => Promise<Page>
  /** Hands out what was reported so far; for tests that expect a report. */
  takeComplaints: () => string[]
} {
  let browser: Browser
  let complaints: string[] = []

  function takeComplaints(): string[] {
    const said = complaints
    complaints = []
    return said
  }

  beforeAll(async () => {
    browser = await chromium.connect(inject('browserEndpoint'))
  })
  afterEach(async () => {
    // The window keeps nothing outside its page: one context, with its caches, serves all tests of a file.
    await Promise.all(browser.contexts().flatMap((context) => context.pages().map((page) => page.close())))
    expect(takeComplaints()).toEqual([])
  })
  // The browser itself goes on: it is that of the set-up.
  afterAll(() => browser.close())

  async function openAt(url: string, options: PageOptions, prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const { path = '/handlers', width = 1440, height = 900, theme = 'light' } = options
    const context =
      browser.contexts()[0] ?? (await browser.newContext({ reducedMotion: 'reduce', timezoneId: 'Europe/Berlin' }))
    const page = await context.newPage()
    await page.setViewportSize({ width, height })
    await page.emulateMedia({ colorScheme: theme })
    page.setDefaultTimeout(10_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
    })
    await prepare?.(page)
    await page.goto(`${url}#${path}`)
    await page.locator('main').waitFor()
    return page
  }

  return { openAt, takeComplaints }
}

/**
 * Where axe looks at a page: once a theme. What is there only wide or only narrow is looked at in one of them; colours
 * are the same tokens at any width.
 */
export const LOOKS = [
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'dark', width: 820, height: 700 },
] as const

/** What axe finds wrong, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof AxeCore }
    const found = await axe.run(document, { resultTypes: ['violations'] })
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    )
  })
}

/** Waits until the list has rows. */
export async function rowsShown(page: Page): Promise<void> {
  await page.locator('#list [id^=target-], #list [id^=run-]').first().waitFor()
}

/** The text of the row that the keyboard is on; null when there is none. */
export function activeRow(page: Page): Promise<string | null> {
  return page.evaluate(() => {
    const id = document.getElementById('list')?.getAttribute('aria-activedescendant')
    return id ? (document.getElementById(id)?.textContent ?? null) : null
  })
}

/** What has the focus, as a short name. */
export function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement
    return element?.getAttribute('aria-label') || element?.textContent?.trim() || element?.id || ''
  })
}

/** Height of a run's row, CSS pixels. */
export const ROW = 28

/** Scrolls the list. */
export function scrollTo(page: Page, top: number): Promise<void> {
  return page.locator('#list').evaluate((list, to) => {
    list.scrollTop = to
  }, top)
}

/** Ids of the rows in sight, top first, and where the first one stands. */
export function inSight(page: Page): Promise<{ ids: number[]; firstTop: number }> {
  return page.locator('#list').evaluate(async (list) => {
    // As it is drawn: rows that came or went above have been made up for, and those in sight are there.
    await new Promise(requestAnimationFrame)
    const frame = list.getBoundingClientRect()
    const rows = [...list.querySelectorAll('.run-row')]
      .map((row) => ({ id: Number(row.id.slice(4)), top: row.getBoundingClientRect().top - frame.top }))
      .filter(({ top }) => top >= 26 && top < frame.height)
      .sort((a, b) => a.top - b.top)
    return { ids: rows.map(({ id }) => id), firstTop: rows[0]?.top ?? 0 }
  })
}
