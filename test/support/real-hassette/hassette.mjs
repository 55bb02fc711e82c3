/** Starts and ends a real Hassette and the look-alike of Home Assistant that it talks to; both on 127.0.0.1 only. */
import { spawn } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ensureEnvironment } from './environment.mjs'

/** The newest published version that the recipe was tried with. */
export const HASSETTE_VERSION = '0.60.0'

const HERE = import.meta.dirname
const READY_MS = 60_000
const STOP_MS = 20_000
const PORT_TRIES = 3

/** @type {Set<import('node:child_process').ChildProcess>} */
const living = new Set()
process.once('exit', () => living.forEach((child) => child.kill('SIGKILL')))

/**
 * @typedef {object} Options
 * @property {string} folder gets `config/`, `data/hassette.db`, `data/.web_api_token` and `hassette.log`
 * @property {string} [version]
 * @property {number} [rate] mean updates a second of the home; 0 gives silence apart from the jobs
 * @property {number} [seed]
 * @property {Record<string, string>} [environment] any HASSETTE__* setting
 */

/**
 * Installs Hassette if need be, starts it and waits until it is ready.
 * @param {Options} options
 */
export async function startRealHassette({ folder, version = HASSETTE_VERSION, rate = 6, seed = 7, environment = {} }) {
  const installed = await ensureEnvironment(version)
  if ('skipped' in installed) return installed
  const { python } = installed
  const log = join(folder, 'hassette.log')
  mkdirSync(join(folder, 'data'), { recursive: true })
  for (const each of ['apps', 'hassette.toml']) {
    cpSync(join(HERE, each), join(folder, 'config', each), { recursive: true })
  }

  const peer = startProgram(python, ['fake_ha.py', '--rate', String(rate), '--seed', String(seed)], {}, log)
  /** @type {ReturnType<typeof startProgram> | null} */
  let hassette = null
  let port = 0

  const end = async () => {
    await hassette?.end('SIGTERM')
    await peer.end('SIGTERM')
  }

  const peerPort = JSON.parse(await peer.firstLine).port
  const control = `http://127.0.0.1:${peerPort}/control`

  const startOnce = async () => {
    port ||= await freePort()
    const started = startProgram(
      python,
      ['launch.py', 'run', '--config-file', join(folder, 'config', 'hassette.toml')],
      {
        HASSETTE__TOKEN: 'test-token',
        HASSETTE__BASE_URL: `http://127.0.0.1:${peerPort}`,
        HASSETTE__DATA_DIR: join(folder, 'data'),
        HASSETTE__APPS__DIRECTORY: join(folder, 'config', 'apps'),
        HASSETTE__WEB_API__HOST: '127.0.0.1',
        HASSETTE__WEB_API__PORT: String(port),
        ...environment,
      },
      log,
      join(folder, 'config'),
    )
    hassette = started
    for (const last = Date.now() + READY_MS; Date.now() < last && !started.ended(); await delay(100)) {
      if (await answersReady(port)) return true
    }
    await started.end('SIGKILL')
    return false
  }

  const resume = async () => {
    for (let tries = 1; !(await startOnce()); tries++) {
      // Somebody may have taken the port since it was found free.
      const text = readFileSync(log, 'utf8')
      const taken = /address already in use|port already in use/i.test(text.slice(-8000))
      if (!taken || tries === PORT_TRIES) throw new Error(`Hassette did not get ready:\n${text.slice(-4000)}`)
      port = 0
    }
  }

  const post = async (action, body) => {
    const answer = await fetch(`${control}/${action}`, { method: 'POST', body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`the look-alike answered ${answer.status} to ${action}`)
  }

  try {
    await resume()
  } catch (error) {
    await end()
    throw error
  }

  return {
    version,
    database: join(folder, 'data', 'hassette.db'),
    tokenFile: join(folder, 'data', '.web_api_token'),
    control,
    /** Base of its HTTP API; another one after `resume` if its port was taken meanwhile. */
    api: () => `http://127.0.0.1:${port}/api`,
    log: () => readFileSync(log, 'utf8'),
    /** Like a power cut: the session stays `running` until the next start makes it `unknown`. */
    kill: () => hassette?.end('SIGKILL') ?? Promise.resolve(),
    /** Starts Hassette again on the same data: a new session. */
    resume,
    /** Clean stop of Hassette; the look-alike goes on. */
    stop: () => hassette?.end('SIGTERM') ?? Promise.resolve(),
    /** Ends both. */
    end,
    /**
     * Updates that typed handlers cannot resolve, in the background.
     * @param {{ entityId?: string, seconds?: number, interval?: number, kind?: 'bad_attribute' | 'removed' | 'bad_state', healthyEvery?: number }} [wanted]
     */
    storm: ({
      entityId = 'light.porch',
      seconds = 10,
      interval = 0.2,
      kind = 'bad_attribute',
      healthyEvery = 0,
    } = {}) => post('storm', { entity_id: entityId, seconds, interval, kind, healthy_every: healthyEvery }),
    /** Mean updates a second from now on. @param {number} rate */
    rate: (rate) => post('rate', { rate }),
    /** One update of an entity. @param {string} entityId @param {string} state @param {object} [attributes] */
    set: (entityId, state, attributes) => post('set', { entity_id: entityId, state, attributes }),
    /** Home Assistant closes all connections. */
    drop: () => post('drop', {}),
  }
}

/** A Python program of this folder, ended with its stdin; its output goes into the log. */
function startProgram(python, [script, ...args], environment, log, cwd = HERE) {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('HASSETTE_'))
  const child = spawn(python, [join(HERE, script), ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1', ...environment },
  })
  living.add(child)
  let ended = false
  const gone = new Promise((resolve) => {
    child.once('error', resolve)
    child.once('close', resolve)
  }).then(() => {
    ended = true
    living.delete(child)
  })
  const firstLine = new Promise((resolve, reject) => {
    child.stdout.once('data', (chunk) => resolve(String(chunk).split('\n')[0]))
    void gone.then(() => reject(new Error(`${script} ended at once, see ${log}`)))
  })
  firstLine.catch(() => undefined)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => appendFileSync(log, chunk))
  child.stdin.on('error', () => undefined)
  return {
    firstLine,
    ended: () => ended,
    /** @param {'SIGTERM' | 'SIGKILL'} signal; SIGKILL follows when it takes too long */
    end: async (signal) => {
      if (!ended) child.kill(signal)
      const tooLong = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
      await gone
      clearTimeout(tooLong)
    },
  }
}

async function answersReady(port) {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health/ready`, { signal: AbortSignal.timeout(2000) })
    return answer.ok && (await answer.json()).ready === true
  } catch {
    return false
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}
