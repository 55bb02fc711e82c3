import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TARGET_KINDS } from '@shared/run'
import { fitColumns, mayHide, targetColumns } from '@renderer/lib/target-columns'

const NONE = { hidden: [], widths: {} }
const keys = (room: number, kind: 'handler' | 'job' = 'handler', choice = NONE): string[] =>
  fitColumns(kind, choice, room).columns.map(({ key }) => key)

describe('columns of handlers and jobs', () => {
  it('are all there where there is room, with fifty runs in the strip', () => {
    const { columns, cells } = fitColumns('handler', NONE, 1400)
    expect(columns.map(({ key }) => key)).toEqual(targetColumns('handler').map(({ key }) => key))
    expect(cells).toBe(50)
  })

  it('give way in an order that keeps what names a row and what went wrong', () => {
    expect(keys(772)).toEqual(['attention', 'name', 'app', 'runs', 'failed', 'dependency', 'p95', 'strip', 'last'])
    expect(keys(430)).toEqual(['attention', 'name', 'runs', 'failed', 'last'])
    expect(keys(900, 'job')).toContain('missed')
    expect(keys(900, 'job')).not.toContain('spark')
  })

  it('fill the room and never more, whatever is hidden, as long as the rest fits', () => {
    const hideable = targetColumns('job')
      .filter(mayHide)
      .map(({ key }) => key)
    fc.assert(
      fc.property(
        fc.constantFrom(...TARGET_KINDS),
        fc.integer({ min: 460, max: 2400 }),
        fc.subarray(hideable),
        (kind, room, hidden) => {
          const { columns } = fitColumns(kind, { hidden, widths: {} }, room)
          const sum = columns.reduce((total, column) => total + column.placed, 0)
          expect(sum).toBeLessThanOrEqual(room)
          expect(room - sum).toBeLessThan(columns.length + 1)
          expect(columns.some(({ key }) => hidden.includes(key))).toBe(false)
          for (const { placed, width } of columns) expect(placed).toBeGreaterThanOrEqual(width)
        },
      ),
    )
  })

  it('leave the name as wide as somebody made it, and give the rest to the others', () => {
    const { columns } = fitColumns('handler', { hidden: [], widths: { name: 300 } }, 1400)
    expect(columns.find(({ key }) => key === 'name')?.placed).toBe(300)
    expect(columns.find(({ key }) => key === 'trigger')?.placed).toBeGreaterThan(112)
  })

  it('never hide the name', () => {
    expect(keys(1400, 'handler', { hidden: ['name', 'attention', 'p50'], widths: {} } as never)).toEqual(
      targetColumns('handler')
        .map(({ key }) => key)
        .filter((key) => key !== 'p50'),
    )
  })
})
