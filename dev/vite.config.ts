import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { serveSampleHome } from './serve'

const root = resolve(import.meta.dirname, '..')

/** The window in a plain browser, on the real handlers (`npm run dev:web`, browser tests). */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [vue(), serveSampleHome()],
  resolve: {
    alias: {
      '@shared': resolve(root, 'src/shared'),
      '@main': resolve(root, 'src/main'),
      '@renderer': resolve(root, 'src/renderer'),
    },
  },
  server: { fs: { allow: [root] } },
  build: {
    outDir: resolve(root, 'out/window'),
    emptyOutDir: true,
    // One file from this computer, not from a network.
    chunkSizeWarningLimit: 1000,
    // As in the oldest Electron that runs the app: `light-dark()` must survive, since the theme is switched by it.
    target: 'chrome130',
  },
})
