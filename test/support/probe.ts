import { openWriter } from '@main/archive/worker/open-writer'
import { archiveFailure } from '@main/archive/worker/connection'
import { createHassetteReader } from '@main/sources/hassette-file/reader'
import { toProblem } from '@shared/result'

/**
 * What tests do in a process of its own (built beside the threads): `read <hassette file>`, `open <archive>` (holds it
 * until its input ends), `sync <archive> <hassette file>`. Prints a line of JSON for each thing that happens.
 */
const say = (what: unknown): void => {
  process.stdout.write(`${JSON.stringify(what)}\n`)
}
const [task, path = '', source = ''] = process.argv.slice(2)

async function run(): Promise<void> {
  if (task === 'read') {
    createHassetteReader({ path }, 0).close()
    return say({ ok: true })
  }
  const writer = openWriter(path, () => undefined)
  say({ ok: true, facts: writer.facts })
  if (task === 'open') {
    await new Promise((resolve) => process.stdin.on('end', resolve).resume())
    return writer.close()
  }
  const { sourceId } = writer.sources.addFile({ path: source, name: 'x', mode: 'snapshot', shiftUs: 0 })
  const report = await writer.sources.syncFile(
    { sourceId, shiftUs: 0 },
    { progress: say, pause: () => new Promise((resume) => setImmediate(resume)) },
  )
  writer.close()
  say({ report })
}

run().catch((error: unknown) => {
  say({ ok: false, problem: toProblem(archiveFailure(error, path)) })
  process.exitCode = 1
})
