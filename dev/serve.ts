import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Plugin } from 'vite'
import type { Verb } from '@shared/verbs'
import { Failure } from '../src/shared/result'
import type { DevBackEnd, createDevBackEnd } from './back-end'
import { buildThreads } from './threads'

/** A call of the page over Vite's own socket. */
interface Call {
  id: number
  verb: Verb
  input: unknown
}

const root = resolve(import.meta.dirname, '..')

/** The real handlers over the sample home, for every page that Vite's server shows. Nothing outlives the server. */
export function serveSampleHome(): Plugin {
  return {
    name: 'hassette-monitor:sample-home',
    apply: 'serve',
    configureServer: async (server) => {
      const { warn } = server.config.logger
      const threads = await buildThreads(resolve(root, 'node_modules/.cache/hassette-monitor-dev/threads'))
      const dataDir = mkdtempSync(join(tmpdir(), 'hassette-monitor-dev-'))
      // Vite knows the names by which the parts of main import each other.
      const made = (await server.ssrLoadModule(join(import.meta.dirname, 'back-end.ts'))) as {
        createDevBackEnd: typeof createDevBackEnd
      }
      const none = (): Promise<never> => Promise.reject(new Failure('cancelled', 'A browser has no such dialog.'))
      const backEnd: DevBackEnd = made.createDevBackEnd({
        dataDir,
        recordingDir: resolve(root, 'resources/sample'),
        threads,
        desktop: {
          version: 'in a browser',
          showFile: () => undefined,
          openFolder: () => Promise.resolve(),
          openUrl: () => Promise.resolve(),
          copyText: () => Promise.resolve(),
          askFile: none,
          askFolder: none,
          askNewFile: none,
        },
        show: () => Promise.resolve({ kind: 'failed', reason: 'system', said: 'This is a browser.' }),
        emit: (event, payload) => server.ws.send('main:event', { event, payload }),
        warn: (message, thrown) => warn(thrown === undefined ? message : `${message}: ${String(thrown)}`),
        sample: true,
        services: ['alerts'],
      })
      server.ws.on('main:call', ({ id, verb, input }: Call, client) => {
        void backEnd.dispatch(verb, input).then((result) => client.send('main:result', { id, result }))
      })
      await backEnd.start()
      const remove = (): void => rmSync(dataDir, { recursive: true, force: true })
      // Vite restarts its server whenever its configuration changes.
      server.httpServer?.once('close', () => void backEnd.stop().finally(remove))
      const end = (): never => process.exit()
      process.once('exit', remove).once('SIGINT', end).once('SIGTERM', end)
    },
  }
}
