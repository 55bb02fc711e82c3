import { resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

/** Where the built threads lie for tests. */
export const WORKERS = resolve(root, 'node_modules/.cache/hassette-monitor-tests/workers')

/** Builds the archive's threads as the app's build does; vitest's global set-up of the project `archive`. */
export async function setup(): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: {
      alias: {
        '@shared': resolve(root, 'src/shared'),
        '@main': resolve(root, 'src/main'),
        '@archive': resolve(root, 'test/support/archive-rooms'),
      },
    },
    build: {
      outDir: WORKERS,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      ssr: true,
      rollupOptions: {
        external: ['better-sqlite3', /^node:/],
        input: {
          writer: resolve(root, 'src/main/archive/worker/threads/writer.ts'),
          reader: resolve(root, 'src/main/archive/worker/threads/reader.ts'),
          copier: resolve(root, 'src/main/archive/worker/threads/copier.ts'),
          probe: resolve(root, 'test/support/probe.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
}
