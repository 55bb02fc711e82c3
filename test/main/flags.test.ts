import { describe, expect, it } from 'vitest'
import { parseFlags } from '@main/cli/flags'

describe('parseFlags', () => {
  it('reads every flag, and paths as typed', () => {
    const flags = parseFlags(
      ['--data-dir', 'd', '--db-path=x/y.db', '--source', 'a.db', '--source', 'b.db', '--sample', '--hidden'],
      false,
    )
    expect(flags).toMatchObject({
      dataDir: 'd',
      dbPath: 'x/y.db',
      sources: ['a.db', 'b.db'],
      sample: true,
      hidden: true,
      version: false,
      unknown: [],
    })
  })

  it('takes the first argument that is no option for the app folder when Electron was given one', () => {
    expect(parseFlags(['--no-sandbox', '/somewhere/app', '--source', 'a.db'], true).sources).toEqual(['a.db'])
    expect(parseFlags(['--inspect=0', '--remote-debugging-port=0', '.', '--version'], true).version).toBe(true)
  })

  it('finds a link among the arguments', () => {
    expect(parseFlags(['hassette-monitor://history?range=7d'], false).link).toBe('hassette-monitor://history?range=7d')
    expect(parseFlags(['https://example.org'], false).link).toBeNull()
  })

  it.each([[['--source']], [['--data-dir=']], [['--source', '--sample']]])('asks for a missing value: %j', (argv) => {
    expect(() => parseFlags(argv, false)).toThrow(/needs a value/)
  })

  it('refuses a value where none belongs', () => {
    expect(() => parseFlags(['--sample=yes'], false)).toThrow('--sample takes no value')
  })

  it('names unknown options but not those of Chromium', () => {
    expect(parseFlags(['--sorce', 'x', '--no-sandbox', '--disable-gpu', '--inspect=0'], false).unknown).toEqual([
      '--sorce',
    ])
  })
})
