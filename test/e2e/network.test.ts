import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { RunningApp } from '../support/electron-app'
import { REPOSITORY, dataFolder, launchApp, removeFolders } from '../support/electron-app'
import { listen } from '../support/listener'
import type { Listener } from '../support/listener'

/** Whatever a page may try to get a byte out of the computer, in the running app, against a port that hears all. */
let running: RunningApp
let listener: Listener

beforeAll(async () => {
  listener = await listen()
  running = await launchApp(['--sample'])
})
afterAll(async () => {
  await running.close()
  await listener.close()
  removeFolders()
})

/** What Chromium's network did while `work` went on, by the names of its log. */
async function networkEvents(work: () => Promise<void>): Promise<Set<string>> {
  const file = join(dataFolder(), 'net-log.json')
  await running.app.evaluate(({ session }, path) => session.defaultSession.netLog.startLogging(path), file)
  await work()
  // What a page only hints at has no end to wait for: this question is answered after all that was asked before.
  const last = await running.app.evaluate(({ session }) =>
    session.defaultSession.resolveHost('last.leak.example').then(
      () => 'found',
      () => 'not found',
    ),
  )
  expect(last).toBe('not found')
  await running.app.evaluate(({ session }) => session.defaultSession.netLog.stopLogging())
  const log = JSON.parse(readFileSync(file, 'utf8')) as {
    constants: { logEventTypes: Record<string, number> }
    events: { type: number }[]
  }
  const names = new Map(Object.entries(log.constants.logEventTypes).map(([name, type]) => [type, name]))
  // Under another name it would not be missed.
  expect([...names.values()]).toEqual(expect.arrayContaining(SENT))
  return new Set(log.events.map(({ type }) => names.get(type) ?? ''))
}

/** A datagram that left, multicast too; a connection that was tried; a name that was looked up. */
const SENT = ['UDP_BYTES_SENT', 'TCP_CONNECT_ATTEMPT', 'DNS_TRANSACTION', 'HOST_RESOLVER_SYSTEM_TASK']

function expectNothing(events: Set<string>): void {
  expect(listener.arrived()).toEqual([])
  expect(SENT.filter((name) => events.has(name))).toEqual([])
}

describe('the window', () => {
  it('reaches nothing by WebRTC: not by STUN, not by TURN, not by candidates made by hand', async () => {
    const events = await networkEvents(async () => {
      const found = await running.page.evaluate(
        async ({ port, addresses }) => {
          const turn = { username: 'u', credential: 'p' }
          const iceServers = addresses.flatMap((address) => [
            { urls: `stun:${address}:${port}` },
            { urls: `turn:${address}:${port}?transport=udp`, ...turn },
            { urls: `turn:${address}:${port}?transport=tcp`, ...turn },
            { urls: `turns:${address}:${port}?transport=tcp`, ...turn },
          ])
          iceServers.push({ urls: `stun:stun.leak.example:${port}` })
          iceServers.push({ urls: `turn:turn.leak.example:${port}?transport=tcp`, ...turn })
          const here = new RTCPeerConnection({ iceServers })
          const there = new RTCPeerConnection()
          const candidates: string[] = []
          here.onicecandidate = ({ candidate }) => candidate?.candidate && candidates.push(candidate.candidate)
          const ended = new Promise((end) => {
            const look = (): void => {
              const isOver = ['disconnected', 'failed'].includes(here.iceConnectionState)
              if (isOver && here.iceGatheringState === 'complete') end(null)
            }
            here.oniceconnectionstatechange = look
            here.onicegatheringstatechange = look
          })
          here.createDataChannel('out')
          await here.setLocalDescription(await here.createOffer())
          await there.setRemoteDescription(here.localDescription!)
          await there.setLocalDescription(await there.createAnswer())
          await here.setRemoteDescription(there.localDescription!)
          for (const address of [...addresses, 'candidate.leak.example', 'secret.local']) {
            for (const candidate of [
              `candidate:1 1 udp 2122260223 ${address} ${port} typ host`,
              `candidate:2 1 tcp 1518280447 ${address} ${port} typ host tcptype passive`,
            ]) {
              await here.addIceCandidate({ candidate, sdpMid: '0', sdpMLineIndex: 0 })
            }
          }
          await ended
          here.close()
          there.close()
          return candidates
        },
        { port: listener.port, addresses: listener.addresses },
      )
      expect(found).toEqual([])
    })
    expectNothing(events)
  })

  it('reaches nothing by any request, hint or name', async () => {
    const events = await networkEvents(async () => {
      const reached = await running.page.evaluate(
        async ({ address, names }) => {
          const hints = [
            'dns-prefetch',
            'preconnect',
            'prefetch',
            'preload',
            'modulepreload',
            'prerender',
            'stylesheet',
          ]
          for (const rel of [...hints, 'icon', 'manifest']) {
            for (const host of [address, `${rel}.${names}`]) {
              for (const scheme of ['http', 'https']) {
                document.head.append(
                  Object.assign(document.createElement('link'), { rel, href: `${scheme}://${host}/`, as: 'script' }),
                )
              }
            }
          }
          const rules = Object.assign(document.createElement('script'), {
            type: 'speculationrules',
            textContent: JSON.stringify({ prefetch: [{ source: 'list', urls: [`http://${address}/rules`] }] }),
          })
          document.head.append(rules)
          const url = `http://${address}/`
          const fails = (target: EventTarget, event = 'error'): Promise<string> =>
            new Promise((failed) => target.addEventListener(event, () => failed('failed')))
          const element = (name: string, set: object): HTMLElement => {
            const made = Object.assign(document.createElement(name), set)
            document.body.append(made)
            return made
          }
          const form = element('form', { action: url, method: 'post' }) as HTMLFormElement
          form.submit()
          element('a', { href: url, ping: url }).click()
          element('iframe', { src: url })
          navigator.sendBeacon(url, 'secret')
          const tries: (() => Promise<unknown>)[] = [
            () => fetch(url),
            () => fetch(url, { mode: 'no-cors', keepalive: true, method: 'POST', body: 'secret' }),
            () => fails(new WebSocket(`ws://${address}/`)),
            () => fails(new EventSource(url)),
            () => fails(Object.assign(new Image(), { src: url })),
            () => fails(Object.assign(new Audio(), { src: url })),
            () => fails(element('script', { src: url })),
            () => new WebTransport(`https://${address}/`).ready,
            () => new WebTransport(`https://transport.${names}/`).ready,
            () => fails(element('script', { src: url, type: 'module' })),
          ]
          const ends = await Promise.allSettled(tries.map((attempt) => attempt()))
          return ends.flatMap((end) => (end.status === 'fulfilled' && end.value !== 'failed' ? [end.value] : []))
        },
        { address: `127.0.0.1:${listener.port}`, names: 'leak.example' },
      )
      expect(reached).toEqual([])
    })
    expectNothing(events)
  })
})

describe('in development', () => {
  it('the dev server is reached, and nothing else', async () => {
    const files = join(REPOSITORY, 'out', 'renderer')
    const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost')
      response.setHeader('content-type', types[extname(pathname)] ?? 'application/octet-stream')
      response.end(readFileSync(join(files, pathname)))
    })
    await new Promise<void>((ready) => server.listen(0, 'localhost', ready))
    const url = `http://localhost:${(server.address() as AddressInfo).port}`
    const { page, close } = await launchApp(['--sample'], { env: { ELECTRON_RENDERER_URL: url } })
    onTestFinished(async () => {
      await close()
      server.close()
    })
    expect(page.url()).toContain(`${url}/index.html`)
    expect(await page.evaluate(() => window.hassetteMonitor.app.info())).toMatchObject({ ok: true })
    const others = [`http://127.0.0.1:${listener.port}/`, `http://localhost:${listener.port}/`]
    for (const other of others) {
      const reached = await page.evaluate((to) => fetch(to, { mode: 'no-cors' }).then(Boolean, () => false), other)
      expect(reached).toBe(false)
    }
    expect(listener.arrived()).toEqual([])
  })
})
