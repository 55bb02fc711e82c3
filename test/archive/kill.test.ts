import { describe, it } from 'vitest'
import { useTempFolder } from '../support/fixtures'
import { killAppenders } from './kills'

describe('a process that is killed while it appends', () => {
  const folder = useTempFolder()

  it('leaves no gap and no double; trends, groups, zone map and strips are those of a recount, five times', async () => {
    await killAppenders(folder.path('archive.db'), 5)
  })
})
