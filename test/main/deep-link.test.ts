import { describe, expect, it } from 'vitest'
import { pathOfLink } from '@main/cli/deep-link'

describe('pathOfLink', () => {
  it.each([
    ['hassette-monitor://history?range=7d&run=1099511627777', '/history?range=7d&run=1099511627777'],
    ['hassette-monitor:///handlers/12?tier=all', '/handlers/12?tier=all'],
    ['hassette-monitor://handlers/', '/handlers'],
    ['hassette-monitor://handlers/?range=1h', '/handlers?range=1h'],
  ])('%s → %s', (link, path) => {
    expect(pathOfLink(link)).toBe(path)
  })

  it.each([
    'hassette-monitor://unknown',
    'hassette-monitor://history/../../x',
    'hassette-monitor://history?x=<script>',
    'hassette-monitor://history#//evil',
    'hassette-monitor:history',
    'https://history',
    `hassette-monitor://history?${'a'.repeat(3000)}`,
    '',
  ])('refuses %s', (link) => {
    expect(pathOfLink(link)).toBeNull()
  })
})
