// Runs a real Hassette against the look-alike of Home Assistant until Ctrl-C, for looking at by hand:
// node test/support/run-real-hassette.mjs <folder> [updates a second]
import { resolve } from 'node:path'
import { startRealHassette } from './real-hassette/hassette.mjs'

const [folder, rate = '6'] = process.argv.slice(2)
if (!folder) {
  process.stderr.write('usage: run-real-hassette.mjs <folder> [updates a second]\n')
  process.exit(2)
}
const started = await startRealHassette({ folder: resolve(folder), rate: Number(rate) })
if ('skipped' in started) {
  process.stderr.write(`${started.skipped}\n`)
  process.exit(3)
}
const { database, tokenFile, control } = started
process.stdout.write(`${JSON.stringify({ api: started.api(), database, tokenFile, control }, null, 2)}\n`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void started.end().then(() => process.exit(0)))
