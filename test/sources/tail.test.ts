import { chmodSync, existsSync, renameSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openClient, rowsOf } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { openFixture, useTempFolder } from '../support/fixtures'
import { startHassetteWriter } from '../support/hassette-writer'
import { startWatching } from '../support/watching'
import { waitFor } from '../support/wait'

const onEnd = onTestFinished

describe('a live Hassette file', () => {
  const folder = useTempFolder()
  const source = () => folder.path('hassette.db')
  const archive = () => folder.path('archive.db')

  it('brings each run within two seconds of its commit: 400 runs at 20 a second', async () => {
    const hassette = await startHassetteWriter(source(), { onEnd })
    const watching = await startWatching(archive(), source())
    await watching.reaches('live')
    const arrivals: number[] = []
    let seen = 0
    const look = setInterval(() => {
      for (const { runs } of watching.committed.slice(seen)) {
        for (let run = 0; run < runs; run++) arrivals.push(Date.now())
        seen++
      }
    }, 5)
    await hassette.run({ rate: 20, count: 400 })
    await watching.hasRuns(400)
    await waitFor('the news of 400 runs', () => arrivals.length >= 400)
    clearInterval(look)
    const commits = hassette.commits.flatMap(({ ids, at }) => ids.map(() => at))
    // Runs come in the order of their commits.
    const delays = arrivals.map((at, index) => at - (commits[index] ?? 0)).sort((a, b) => a - b)
    expect(delays).toHaveLength(400)
    expect(delays[Math.floor(delays.length * 0.95)]).toBeLessThan(2000)
    console.info(`latency p50 ${delays[200]} ms, p95 ${delays[380]} ms, max ${delays[399]} ms`)
    await hassette.exit()
    const compared = compareExecutions(archive(), source())
    expect(compared.ours).toEqual(compared.theirs)
  })
})
