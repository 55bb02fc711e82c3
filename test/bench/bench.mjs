// Runs a bench: node test/bench/bench.mjs <name>. Bundles test/bench/<name>.ts with the archive's threads, as the app's
// build does, and starts it in a process of its own. `npm run bench -- <name>` sets up first.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'node_modules/.cache/hassette-monitor-bench')
const names = readdirSync(import.meta.dirname).flatMap((file) => (file.endsWith('.ts') ? file.slice(0, -3) : []))
const [name, ...rest] = process.argv.slice(2)
if (!names.includes(name)) {
  process.stderr.write(`Which bench? ${names.join(', ')}\n`)
  process.exit(2)
}

await build({
  configFile: false,
  root,
  logLevel: 'warn',
  resolve: { alias: { '@shared': join(root, 'src/shared'), '@main': join(root, 'src/main') } },
  plugins: [
    {
      // Helpers of the tests start programs that lie beside them.
      name: 'keep-dirname-of-tests',
      enforce: 'pre',
      transform: (code, id) =>
        id.startsWith(join(root, 'test'))
          ? code.replaceAll('import.meta.dirname', JSON.stringify(dirname(id)))
          : undefined,
    },
  ],
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'node20',
    minify: false,
    ssr: true,
    rollupOptions: {
      external: ['better-sqlite3', 'prettier', /^node:/],
      input: {
        bench: join(root, `test/bench/${name}.ts`),
        writer: join(root, 'src/main/archive/worker/writer.ts'),
        reader: join(root, 'src/main/archive/worker/reader.ts'),
      },
      output: { format: 'es', entryFileNames: '[name].js' },
    },
  },
})

const child = spawn(process.execPath, [join(out, 'bench.js'), ...rest], { stdio: 'inherit', cwd: root })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.once('exit', (code) => {
  process.exitCode = code ?? 1
})
