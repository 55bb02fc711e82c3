// Writes a Hassette file exactly as Hassette 0.60 does, in a process of its own:
// node test/support/hassette-writer-process.mjs <path> ['{"seed":1}']
// Reads one JSON command a line from stdin: {"id":1,"cmd":"run","rate":20,"seconds":5}. Answers {"id":1,"ok":true,…} on
// stdout, and tells every commit of rows as {"event":"committed","table":…,"ids":[…],"at":…,"monotonicMs":…}, where
// `at` is Date.now() and `monotonicMs` process.hrtime() (comparable between processes of one machine), taken at once
// after COMMIT. Commands are in COMMANDS below; hassette-writer.ts is their typed driver. When stdin ends, the process
// ends like a killed one.
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import {
  deleteFiles,
  fileFacts,
  insertBatch,
  insertRows,
  openLikeHassette,
  register,
  startSession,
  stopSession,
} from './hassette-writer/database.mjs'
import { blockingRow, logRow } from './hassette-writer/other-rows.mjs'
import { createRowMaker, keyOf, seededRandom } from './hassette-writer/rows.mjs'
import { checkpoint, empty, failsafe, retention, vacuumInto } from './hassette-writer/upkeep.mjs'

const BATCH_ROWS = 100
const QUEUE_ROWS = 1000
const HEARTBEAT_MS = 300_000
const TICK_MS = 5

const [path, optionText = '{}'] = process.argv.slice(2)
if (!path) {
  process.stderr.write('usage: hassette-writer-process.mjs <path> [options as JSON]\n')
  process.exit(2)
}
const { seed = 1, ageS = 0 } = JSON.parse(optionText)

let db = null
let session = null
let logSequence = 0
let queue = []
let dropped = 0
/** Settles when the write transaction of `hold` is over: there is one connection, everybody waits for it. */
let held = Promise.resolve()
let stopRequested = false
const rows = createRowMaker(seededRandom(seed), () => session.targets)

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

function sayCommitted(table, ids) {
  const commit = { table, ids, at: Date.now(), monotonicMs: Number(process.hrtime.bigint()) / 1e6 }
  if (ids.length > 0) say({ event: 'committed', ...commit })
  return commit
}

function start(sessionAgeS = 0) {
  const opened = openLikeHassette(path)
  db = opened.db
  session = startSession(db, sessionAgeS)
  dropped = 0
  return { session: session.id, created: opened.created, ...fileFacts(path) }
}

/** Ends the session; the last connection to close takes `-wal` and `-shm` along. */
function stop() {
  if (!db) return
  drain()
  stopSession(db, session.id, dropped)
  db.close()
  db = null
}

/** Hassette drops the newest when its queue is full. */
function enqueue(row) {
  if (queue.length < QUEUE_ROWS) queue.push({ ...row, session_id: row.session_id ?? session.id })
  else dropped++
}

function drain() {
  while (db && queue.length > 0) {
    const batch = queue.slice(0, BATCH_ROWS)
    sayCommitted('executions', insertBatch(db, 'executions', batch))
    queue = queue.slice(batch.length)
  }
}

/** Waits until no transaction of `hold` is open; whoever waited longer may have begun the next one. */
async function free() {
  do await held
  while (db?.inTransaction)
}

/** In real time at `rate` a second, or as fast as it goes without one; `startedAt` and `spanSeconds` lay out the starts. */
async function run({ rate = 0, seconds = 0, count = Math.round(rate * seconds), mix = {}, startedAt, spanSeconds }) {
  const step = (spanSeconds ?? (rate > 0 ? count / rate : count / 100)) / Math.max(count, 1)
  const began = performance.now()
  stopRequested = false
  let made = 0
  while (made < count && !stopRequested) {
    if (rate === 0) await free()
    if (!db) throw new Error('the session was stopped')
    const due = rate > 0 ? Math.min(count, Math.floor(((performance.now() - began) / 1000) * rate) + 1) : count
    for (const end = Math.min(due, made + BATCH_ROWS); made < end; made++) {
      const time = startedAt === undefined ? {} : { startedAt: startedAt + made * step }
      enqueue(rows.make({ like: rows.draw(mix), ...time }))
    }
    // Runs go on while the write transaction is held; they wait in the queue.
    if (!db.inTransaction) drain()
    await (rate > 0 && made >= due ? delay(TICK_MS) : new Promise((resume) => setImmediate(resume)))
  }
  await free()
  drain()
  return { rows: made, dropped, ms: performance.now() - began }
}

/** Keeps a write transaction open; `rows` of it become visible at its end. */
async function hold(id, { ms, rows: wanted = [] }) {
  await free()
  if (!db) throw new Error('no session: it was stopped')
  db.exec('BEGIN IMMEDIATE')
  let release
  held = new Promise((resume) => (release = resume))
  try {
    db.prepare('UPDATE sessions SET last_heartbeat_at = last_heartbeat_at WHERE id = ?').run(session.id)
    const ids = insertRows(db, 'executions', made(wanted))
    say({ event: 'holding', id })
    await delay(ms)
    db.exec('COMMIT')
    return sayCommitted('executions', ids)
  } finally {
    if (db.inTransaction) db.exec('ROLLBACK')
    release()
  }
}

function made(wanted) {
  return wanted.map((each) => ({ session_id: session.id, ...rows.make(each) }))
}

/** Lines of the newest run, or exactly the columns given. */
function logs({ lines = [], count = lines.length }) {
  const newest = db.prepare('SELECT execution_id FROM executions ORDER BY id DESC LIMIT 1').pluck().get() ?? null
  const made = Array.from({ length: count }, (_, at) => logRow(++logSequence, newest, lines[at]))
  return sayCommitted('log_records', insertBatch(db, 'log_records', made))
}

function blocking({ columns }) {
  return sayCommitted('blocking_events', insertBatch(db, 'blocking_events', [blockingRow(session.id, columns)]))
}

/** Registers a copy of a known handler or job with other columns; a changed natural key makes a new one. */
function registerLike({ like, columns }) {
  const known = session.targets.find((each) => keyOf(each) === like)
  if (!known) throw new Error(`no handler or job ${like}`)
  const target = register(db, known.kind, { ...known, row: { ...known.row, ...columns } })
  session.targets = [...session.targets.filter((each) => each.kind !== target.kind || each.id !== target.id), target]
  return { registered: target.id }
}

/** As if the code registered it no longer. */
function retire({ target: key }) {
  const target = session.targets.find((each) => keyOf(each) === key)
  if (!target) throw new Error(`no handler or job ${key}`)
  const table = target.kind === 'handler' ? 'listeners' : 'scheduled_jobs'
  db.prepare(`UPDATE ${table} SET retired_at = ? WHERE id = ?`).run(Date.now() / 1000, target.id)
  session.targets = session.targets.filter((each) => each !== target)
  return { retired: target.id }
}

function heartbeat() {
  db?.prepare('UPDATE sessions SET last_heartbeat_at = ? WHERE id = ?').run(Date.now() / 1000, session.id)
  return {}
}

/** Rows at once, exactly as given, at most a batch a transaction. */
function append({ rows: wanted }) {
  const ids = []
  for (let at = 0; at < wanted.length; at += BATCH_ROWS) {
    ids.push(...sayCommitted('executions', insertBatch(db, 'executions', made(wanted.slice(at, at + BATCH_ROWS)))).ids)
  }
  return { ids }
}

const COMMANDS = {
  append,
  logs,
  blocking,
  register: registerLike,
  retire,
  heartbeat,
  checkpoint: () => checkpoint(db),
  failsafe: (options) => failsafe(db, options),
  retention: (options) => retention(db, options),
  empty: () => empty(db),
  'vacuum-into': (options) => vacuumInto(db, options),
  'session-stop': stop,
  'session-start': () => start(),
  recreate: () => {
    stop()
    deleteFiles(path)
    return start()
  },
}

async function answer({ id = null, cmd, ...input }) {
  try {
    let result
    if (cmd === 'run') result = await run(input)
    else if (cmd === 'hold') result = await hold(id, input)
    else if (cmd === 'stop-run') result = { stopped: (stopRequested = true) }
    else if (cmd === 'exit') {
      await free()
      stop()
      process.stdout.write(`${JSON.stringify({ id, ok: true })}\n`, () => process.exit(0))
      return
    } else {
      await free()
      if (!COMMANDS[cmd]) throw new Error(`unknown command ${cmd}`)
      if (!db && cmd !== 'session-start') throw new Error('no session: it was stopped')
      result = COMMANDS[cmd](input)
    }
    say({ id, ok: true, ...result })
  } catch (error) {
    say({ id, ok: false, error: error.message })
  }
}

say({ event: 'ready', pid: process.pid, ...start(ageS) })
setInterval(() => void free().then(heartbeat), HEARTBEAT_MS).unref()
createInterface({ input: process.stdin })
  .on('line', (line) => void answer(JSON.parse(line)))
  .on('close', () => process.exit(1))
