import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { configDefaults, defineConfig } from 'vitest/config'

const alias = {
  '@shared': resolve(import.meta.dirname, 'src/shared'),
  '@main': resolve(import.meta.dirname, 'src/main'),
  '@renderer': resolve(import.meta.dirname, 'src/renderer'),
  '@archive': resolve(import.meta.dirname, 'test/support/archive-rooms'),
}

/** Tests that take minutes run only in `npm run test:long`. */
const exclude = [...configDefaults.exclude, ...(process.env['LONG'] ? [] : ['**/*.long.test.ts'])]
const patience = process.env['LONG'] ? 30 : 1

/** What every project shares; a project differs by what its tests need around them. */
function project(name: string, include: string[], testTimeoutMs: number) {
  return {
    name,
    include,
    exclude,
    environment: 'node',
    testTimeout: testTimeoutMs * patience,
    hookTimeout: testTimeoutMs * patience,
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
  } as const
}

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { alias },
        test: project('unit', ['test/{alerts,contract,main,scripts,shared}/**/*.test.ts'], 10_000),
      },
      {
        resolve: { alias },
        plugins: [vue()],
        test: { ...project('renderer', ['test/renderer/**/*.test.ts'], 10_000), environment: 'happy-dom' },
      },
      {
        // Real SQLite files, real threads. Half of the time they wait for a clock, so two files run side by side even
        // where vitest would take one (a processor less than there are).
        resolve: { alias },
        test: {
          ...project('archive', ['test/{archive,sources}/**/*.test.ts'], 60_000),
          globalSetup: ['test/support/build-workers.ts'],
          maxWorkers: Math.max(2, availableParallelism() - 1),
        },
      },
      {
        // The window's pages on the real handlers over an archive of their own, in a real Chromium (CHROMIUM_PATH).
        resolve: { alias },
        test: {
          ...project('browser', ['test/browser/**/*.test.ts'], 60_000),
          globalSetup: ['test/support/web-server.ts'],
          fileParallelism: false,
        },
      },
      {
        // The real Electron (HASSETTE_MONITOR_TEST_ELECTRON): one at a time, they share the display.
        resolve: { alias },
        test: { ...project('e2e', ['test/e2e/**/*.test.ts'], 60_000), fileParallelism: false },
      },
      {
        // The real Electron again: every page, pixel by pixel. One window, in the order of the list.
        resolve: { alias },
        test: project('pictures', ['test/pictures/**/*.test.ts'], 120_000),
      },
      {
        // The packed application.
        resolve: { alias },
        test: { ...project('package', ['test/package/**/*.test.ts'], 180_000), fileParallelism: false },
      },
    ],
  },
})
