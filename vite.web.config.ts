import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** The renderer alone in a plain browser, on the fake of the contract (`npm run dev:web`, browser tests). */
export default defineConfig({
  root: resolve(import.meta.dirname, 'src/renderer'),
  plugins: [vue()],
  resolve: {
    alias: {
      '@shared': resolve(import.meta.dirname, 'src/shared'),
      '@renderer': resolve(import.meta.dirname, 'src/renderer'),
    },
  },
  build: {
    outDir: resolve(import.meta.dirname, 'out/web'),
    emptyOutDir: true,
    // One file from this computer, not from a network.
    chunkSizeWarningLimit: 1000,
    // As in the oldest Electron that runs the app: `light-dark()` must survive, since the theme is switched by it.
    target: 'chrome130',
    rollupOptions: { input: resolve(import.meta.dirname, 'src/renderer/web.html') },
  },
})
