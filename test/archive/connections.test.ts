import { createMetaReader, createMetaWriter, migrate, openForReading, openForWriting } from '@archive/core'
import type { Readable } from '@archive/core'
import { describe, expect, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'

describe('a connection that may only be asked', () => {
  const folder = useTempFolder()

  function opened(): Readable & { close(): void } {
    const db = openForWriting(folder.path('archive.db'))
    migrate(db, folder.path('archive.db'))
    db.close()
    return openForReading(folder.path('archive.db'))
  }

  it('is none for what writes: neither by its type nor in fact', () => {
    const db = opened()
    const insert = "INSERT INTO meta (k, v) VALUES ('x', 1)"
    // @ts-expect-error A statement of it is asked, never run.
    expect(() => db.prepare(insert).run()).toThrow(/readonly/)
    // @ts-expect-error Nor does it take a script.
    expect(() => db.exec(insert)).toThrow(/readonly/)
    // @ts-expect-error What writes `meta` wants another one.
    const meta = createMetaWriter(db)
    expect(() => meta.set('x', 1)).toThrow(/readonly/)
    expect(meta.number('x')).toBeUndefined()
    db.close()
  })

  it('is every connection that writes, too', () => {
    opened().close()
    const db = openForWriting(folder.path('archive.db'))
    createMetaWriter(db).set('x', 1)
    expect(createMetaReader(db).number('x')).toBe(1)
    db.close()
  })
})
