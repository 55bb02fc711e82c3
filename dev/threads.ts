import { resolve } from 'node:path'
import { build } from 'vite'
import type { ThreadFiles } from '@main/back-end'

const root = resolve(import.meta.dirname, '..')
const NAMES = ['writer', 'reader', 'copier'] as const

/**
 * Builds the archive's threads as the app's build does; returns their files. `entries` is a folder with a file for each;
 * by default they are those of the app.
 */
export async function buildThreads(outDir: string, entries = 'src/main/archive/worker/threads'): Promise<ThreadFiles> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: { '@shared': resolve(root, 'src/shared'), '@main': resolve(root, 'src/main') } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      ssr: true,
      rollupOptions: {
        external: ['better-sqlite3', /^node:/],
        input: Object.fromEntries(NAMES.map((name) => [name, resolve(root, entries, `${name}.ts`)])),
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
  return threadsIn(outDir)
}

/** The files of threads that were built into a folder. */
export function threadsIn(folder: string): ThreadFiles {
  const [writer, reader, copier] = NAMES.map((name) => resolve(folder, `${name}.js`)) as [string, string, string]
  return { writer, reader, copier }
}
