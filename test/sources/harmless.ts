import { existsSync, statSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { CallContext } from '@archive/core'
import { openWriter } from '@archive/threads'
import { expect, onTestFinished } from 'vitest'
import { probe } from '../support/archive'
import { compareExecutions } from '../support/compare-executions'
import { startHassetteWriter } from '../support/hassette-writer'
import { waitFor } from '../support/wait'

const MIB = 2 ** 20

/** What watching cost the one that is watched. */
export interface Harm {
  rows: number
  /** Largest `-wal` seen, watched and not. */
  walBytes: number
  walBytesAlone: number
  /** How long our looks kept the file, milliseconds. */
  looks: number
  /** The look that this share of all were not longer than. */
  lookMs: (share: number) => number
  longestMs: number
}

/**
 * Two writers of Hassette files write 100 rows a second side by side; one of them is watched as the app does it. Then
 * the watched one checkpoints, stops, starts, deletes and recreates its file.
 */
export async function proveHarmless(folder: { path: (name: string) => string }, seconds: number): Promise<Harm> {
  const path = folder.path('watched.db')
  const alone = folder.path('alone.db')
  const hassette = await startHassetteWriter(path, { onEnd: onTestFinished })
  const other = await startHassetteWriter(alone, { onEnd: onTestFinished })

  const looks: number[] = []
  const archive = folder.path('archive.db')
  let committed = 0
  const writer = openWriter(
    archive,
    (_, runs) => (committed += runs),
    undefined,
    (milliseconds) => looks.push(milliseconds),
  )
  const { sourceId } = await writer.sources.addFile({ path, name: 'x', mode: 'auto', shiftUs: 0 })
  writer.sources.setPace('visible')
  let stopped = false
  const states: string[] = []
  const context: CallContext = {
    progress: () => undefined,
    state: (state) => states.push(state.kind),
    pause: async (milliseconds = 0) => {
      await delay(milliseconds)
      if (stopped) throw new Error('stopped')
    },
  }
  const watching = writer.sources.watchFile({ sourceId, shiftUs: 0 }, context).catch((thrown: unknown) => thrown)

  let walBytes = 0
  let walBytesAlone = 0
  const measure = setInterval(() => {
    walBytes = Math.max(walBytes, statSync(`${path}-wal`).size)
    walBytesAlone = Math.max(walBytesAlone, statSync(`${alone}-wal`).size)
  }, 20)
  const [{ rows, dropped }] = await Promise.all([
    hassette.run({ rate: 100, seconds }),
    other.run({ rate: 100, seconds }),
  ])
  clearInterval(measure)
  expect(dropped).toBe(0)
  await waitFor('every run', () => committed === rows)

  // A transaction that it keeps open stays its own, whatever we do.
  const held = await hassette.hold({ ms: 6000, rows: [{}] })
  await writer.sources.identifyFile({ path }, context)
  expect(probe('lock', path)).toEqual({ locked: true })
  expect((await held.end).ids).toHaveLength(1)
  await waitFor('the run of the held transaction', () => committed === rows + 1)

  for (let round = 0; round < 3; round++) {
    await hassette.run({ count: 200 })
    expect(await hassette.checkpoint()).toMatchObject({ busy: 0 })
  }
  expect(statSync(`${path}-wal`).size).toBe(0)
  let left = 0
  for (let round = 0; round < 5; round++) {
    await hassette.append([{}])
    await hassette.sessionStop()
    if (existsSync(`${path}-wal`) && statSync(`${path}-wal`).size > 0) left++
    await delay(300)
    await hassette.sessionStart()
  }
  // Only who is met in the very milliseconds of a look cannot remove its -wal.
  expect(left).toBeLessThanOrEqual(1)
  const beforeRecreation = rows + 1 + 600 + 5
  await waitFor('all of it', () => committed === beforeRecreation)
  await hassette.exit()
  const compared = compareExecutions(archive, path)
  expect(compared.ours).toEqual(compared.theirs)

  const again = await startHassetteWriter(path, { onEnd: onTestFinished, seed: 2 })
  const { created } = await again.recreate()
  expect(created).toBe(true)
  await again.run({ count: 100 })
  await waitFor('the runs of the new file', () => committed === beforeRecreation + 100)
  expect(states.filter((state) => state !== 'live')).toEqual([])

  stopped = true
  await watching
  writer.close()
  await again.exit()
  looks.sort((a, b) => a - b)
  expect(walBytes).toBeLessThanOrEqual(walBytesAlone + MIB)
  return {
    rows,
    walBytes,
    walBytesAlone,
    looks: looks.length,
    lookMs: (share) => looks[Math.floor(looks.length * share)] ?? 0,
    longestMs: looks.at(-1) ?? 0,
  }
}
