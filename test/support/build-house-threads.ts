import { resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const folder = resolve(root, 'node_modules/.cache/hassette-monitor-tests/house-threads')

/** The archive's threads with the clock of the invented house. */
export const HOUSE_THREADS = {
  writer: resolve(folder, 'writer.js'),
  reader: resolve(folder, 'reader.js'),
  copier: resolve(folder, 'copier.js'),
}

/** Builds them as the app's build does. */
export async function buildHouseThreads(): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    resolve: { alias: { '@shared': resolve(root, 'src/shared'), '@main': resolve(root, 'src/main') } },
    build: {
      outDir: folder,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      ssr: true,
      rollupOptions: {
        external: ['better-sqlite3', /^node:/],
        input: Object.fromEntries(
          Object.keys(HOUSE_THREADS).map((name) => [name, resolve(root, `test/support/house-threads/${name}.ts`)]),
        ),
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  })
}
