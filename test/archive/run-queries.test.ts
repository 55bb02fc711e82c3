import { firstLine } from '@archive/queries'
import { openReader } from '@archive/threads'
import { describe, expect, it } from 'vitest'
import { CONTEXT } from '../support/archive'
import { useTempFolder } from '../support/fixtures'
import { batchOf, BEGIN_US, createSynthetic, madeParents, madeRun, madeSession, madeTarget } from '../support/synthetic'
import { allRuns, mergedNewestFirst } from './brute-force'
import { useRecordedArchive } from './recorded-archive'

const EVER = { fromUs: null, toUs: null }

describe('queries on what a real Hassette wrote', () => {
  const recorded = useRecordedArchive()

  it('tell everything about a run', async () => {
    const { reader, db, sourceId } = recorded()
    const failed = db
      .prepare<[], { id: number; execution_id: string; error_message: string }>(
        `SELECT id, execution_id, error_message FROM executions WHERE error_class = 'KeyError' ORDER BY id DESC LIMIT 1`,
      )
      .get()!
    const run = await reader.verbs['runs.get']({ runId: failed.id }, CONTEXT)
    expect(run).toMatchObject({
      sourceId,
      status: 'failed',
      errorType: 'KeyError',
      message: failed.error_message,
      executionId: failed.execution_id,
      dependencyFailure: false,
      session: { ending: 'clean' },
    })
    expect(run.traceback).toContain('Traceback (most recent call last)')
    expect(run.strip.at(-1)).toBe('f')
    const manual = db.prepare('SELECT id FROM runs WHERE flags & 2').pluck().get() as number
    expect(await reader.verbs['runs.get']({ runId: manual }, CONTEXT)).toMatchObject({
      kind: 'job',
      manual: true,
      origin: null,
    })
    const di = db.prepare('SELECT id FROM runs WHERE flags & 1').pluck().get() as number
    expect(await reader.verbs['runs.get']({ runId: di }, CONTEXT)).toMatchObject({
      status: 'failed',
      dependencyFailure: true,
      errorType: 'DependencyResolutionError',
      traceback: null,
      origin: 'LOCAL',
      contextId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    })
  })

  it('know the neighbours and the strip of any run', async () => {
    const { reader, db, id } = recorded()
    const runs = allRuns(db).filter((run) => run.targetId === id('handler', 'demo_house', 'any_light'))
    const newestFirst = mergedNewestFirst(runs)
    const letters = newestFirst.map(
      (run) => 'ofdtcs'[run.flags & 1 ? 2 : run.status === 0 ? 0 : run.status === 1 ? 1 : run.status + 1],
    )
    for (const index of [0, 1, 30, 49, 50, 500, newestFirst.length - 30, newestFirst.length - 1]) {
      expect(await reader.verbs['runs.get']({ runId: newestFirst[index]!.id }, CONTEXT)).toMatchObject({
        nextRunId: newestFirst[index - 1]?.id ?? null,
        previousRunId: newestFirst[index + 1]?.id ?? null,
        strip: letters
          .slice(index, index + 50)
          .reverse()
          .join(''),
      })
    }
  })
})

describe('queries over several lives of a source', () => {
  const folder = useTempFolder()

  it('follow a target across epochs', async () => {
    const path = folder.path('archive.db')
    const archive = createSynthetic(path)
    for (let life = 0; life < 2; life++) {
      const { appender } = archive.epoch()
      appender.update(madeParents([madeTarget(1)], [madeSession(1)]))
      appender.append(
        batchOf(
          Array.from({ length: 40 }, (_, index) =>
            madeRun(index + 1, { startedUs: BEGIN_US + life * 1e9 + index * 1000, status: life }),
          ),
        ),
      )
    }
    const runs = mergedNewestFirst(allRuns(archive.db))
    archive.db.close()
    const reader = openReader(path)
    const first = await reader.verbs['runs.get']({ runId: runs[39]!.id }, CONTEXT)
    expect(first).toMatchObject({ previousRunId: runs[40]!.id, nextRunId: runs[38]!.id, strip: `${'o'.repeat(40)}f` })
    const old = await reader.verbs['runs.get']({ runId: runs[79]!.id }, CONTEXT)
    expect(old).toMatchObject({ previousRunId: null, nextRunId: runs[78]!.id, strip: 'o' })
    const [row] = await reader.verbs['targets.list'](
      { sourceId: archive.sourceId, kind: 'handler', tier: 'app', span: EVER },
      CONTEXT,
    )
    expect(row).toMatchObject({ runs: 80, failed: 40, strip: `${'o'.repeat(10)}${'f'.repeat(40)}` })
    reader.close()
  })
})

describe('the line of a message', () => {
  it.each([
    [null, null],
    ['', null],
    ['one\ntwo', 'one'],
    ['\n  \n  three  \nfour', 'three'],
    ['x'.repeat(200), 'x'.repeat(200)],
    ['x'.repeat(201), `${'x'.repeat(199)}…`],
    ['😀'.repeat(201), `${'😀'.repeat(199)}…`],
  ])('is the first that says something, cut by characters (%#)', (message, line) => {
    expect(firstLine(message)).toBe(line)
  })
})
