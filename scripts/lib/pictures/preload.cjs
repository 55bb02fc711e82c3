/**
 * Makes the application stand still for its pictures. Loaded three times: before the application in Electron's main
 * thread (`electron -r`), in each thread that it starts, and before each page of its window.
 */
const NOW_MS = Date.parse('2026-11-24T12:20:34.500Z')

globalThis.Date = new Proxy(Date, {
  apply: (RealDate) => new RealDate(NOW_MS).toString(),
  construct: (RealDate, args, target) => Reflect.construct(RealDate, args.length > 0 ? args : [NOW_MS], target),
  get: (RealDate, name) => (name === 'now' ? () => NOW_MS : Reflect.get(RealDate, name)),
})

/** What is measured anew in each run, by the question that asks for it. */
const STILL_ANSWERS = {
  'storage.info': (info) => ({ ...info, bytes: info.usedBytes, reusableBytes: 32_768, diskFreeBytes: 80_000_000_000 }),
  // How much a pass at the start frees depends on how far the first reading has come.
  'storage.log': (rows) =>
    rows.map((row) => ({ ...row, durationUs: 4_200, bytesBefore: 5_909_400, bytesAfter: 5_900_000 })),
}

if (typeof require === 'function') {
  const threads = require('node:worker_threads')
  if (threads.isMainThread) prepareMainThread(threads)
}

function prepareMainThread(threads) {
  // The application reads its own command line, and takes the first word that is no option for its folder.
  process.argv.splice(process.argv.indexOf(__filename) - 1, 2)

  threads.Worker = class extends threads.Worker {
    constructor(entry, options) {
      super(entry, { ...options, execArgv: ['--require', __filename] })
    }
  }
  require('node:module').syncBuiltinESMExports()

  const { ipcMain } = require('electron')
  const handle = ipcMain.handle.bind(ipcMain)
  // What the window waits for: a picture is taken when it waits for nothing.
  const questions = { open: 0, lastAtMs: 0 }
  globalThis.questionsOfTheWindow = questions
  ipcMain.handle = (channel, listener) =>
    handle(channel, async (...args) => {
      questions.open++
      try {
        const answer = await listener(...args)
        const still = STILL_ANSWERS[channel]
        return still && answer.ok ? { ...answer, value: still(answer.value) } : answer
      } finally {
        questions.open--
        questions.lastAtMs = performance.now()
      }
    })
}
