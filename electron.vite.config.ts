import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const alias = {
  '@shared': resolve(import.meta.dirname, 'src/shared'),
  '@main': resolve(import.meta.dirname, 'src/main'),
  '@renderer': resolve(import.meta.dirname, 'src/renderer'),
}

// Only better-sqlite3 (native) and Electron itself stay outside the bundles: Electron 33's Node cannot require() ES modules.
const external = ['electron', 'better-sqlite3', /^node:/]

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      externalizeDeps: false,
      outDir: 'out/main',
      target: 'node20',
      sourcemap: true,
      rollupOptions: {
        external,
        input: {
          index: resolve(import.meta.dirname, 'src/main/index.ts'),
          writer: resolve(import.meta.dirname, 'src/main/archive/worker/threads/writer.ts'),
          reader: resolve(import.meta.dirname, 'src/main/archive/worker/threads/reader.ts'),
          copier: resolve(import.meta.dirname, 'src/main/archive/worker/threads/copier.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    resolve: { alias },
    build: {
      externalizeDeps: false,
      outDir: 'out/preload',
      sourcemap: false,
      rollupOptions: {
        external: ['electron'],
        input: { index: resolve(import.meta.dirname, 'src/preload/index.ts') },
        // A sandboxed preload must be one CommonJS file.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(import.meta.dirname, 'src/renderer'),
    resolve: { alias },
    plugins: [vue()],
    build: {
      outDir: resolve(import.meta.dirname, 'out/renderer'),
      // Electron 33, the oldest that the code is written for.
      target: 'chrome130',
      emptyOutDir: true,
      sourcemap: false,
      // Inlined assets would need data: in the CSP.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rollupOptions: { input: resolve(import.meta.dirname, 'src/renderer/index.html') },
    },
  },
})
