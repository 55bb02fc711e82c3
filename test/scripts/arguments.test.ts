import { describe, expect, it } from 'vitest'
import { parseTestArguments, splitArguments } from '../../scripts/lib/arguments.mjs'

describe('splitArguments', () => {
  const split = (...argv: string[]) => {
    const { flags, rest } = splitArguments(argv, ['--retry-electron'])
    return { flags: [...flags], rest }
  }

  it('leaves everything it does not know to the application, in order', () => {
    expect(split('--version', '--source', 'a.db')).toEqual({ flags: [], rest: ['--version', '--source', 'a.db'] })
  })

  it('keeps its own flags', () => {
    expect(split('--hidden', '--retry-electron')).toEqual({ flags: ['--retry-electron'], rest: ['--hidden'] })
  })

  it('drops one separator and reads nothing behind it', () => {
    expect(split('--', '--retry-electron', '--', 'x')).toEqual({ flags: [], rest: ['--retry-electron', '--', 'x'] })
  })
})

describe('parseTestArguments', () => {
  const known = ['unit', 'lint']

  it('takes no words for all steps', () => {
    expect(parseTestArguments([], known)).toEqual({ long: false, names: [], filters: [], unknown: [] })
  })

  it('tells steps, file filters and mistakes apart', () => {
    expect(parseTestArguments(['unit', '--long', 'uint', '--', 'bounds', 'lint'], known)).toEqual({
      long: true,
      names: ['unit'],
      filters: ['bounds', 'lint'],
      unknown: ['uint'],
    })
  })
})
