// Runs benches: node test/bench/bench.mjs [name] [--quick] [--fresh] [--long]; all of them without a name. Bundles test/bench/*.ts
// with the archive's threads, as the app's build does, and starts each bench in a process of its own. `npm run bench`
// sets up first. Ends with 1 if a bench could not be run; a goal that is missed is a figure, no error.
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')
const out = join(root, 'node_modules/.cache/hassette-monitor-bench')
// What takes little room and time comes first; the alert engine last, since it has no archive.
const FLAGS = ['--quick', '--fresh', '--long']
const ORDER = ['gate', 'append', 'goals', 'import', 'retention', 'loop', 'week', 'alerts']
const names = readdirSync(import.meta.dirname).flatMap((file) => (file.endsWith('.ts') ? file.slice(0, -3) : []))
const args = process.argv.slice(2)
const flags = args.filter((arg) => arg.startsWith('--'))
const wanted = args.filter((arg) => !arg.startsWith('--'))
const unknown = [...wanted.filter((name) => !names.includes(name)), ...flags.filter((flag) => !FLAGS.includes(flag))]
if (unknown.length > 0) {
  process.stderr.write(`There is no ${unknown.join(', ')}. Benches: ${names.join(', ')}; ${FLAGS.join(', ')}\n`)
  process.exit(2)
}
const benches = wanted.length > 0 ? wanted : ORDER.filter((name) => names.includes(name))

const threads = ['writer', 'reader', 'copier']
await build({
  configFile: false,
  root,
  logLevel: 'warn',
  resolve: {
    alias: {
      '@shared': join(root, 'src/shared'),
      '@main': join(root, 'src/main'),
      '@archive': join(root, 'test/support/archive-rooms'),
    },
  },
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
      input: Object.fromEntries([
        ...benches.map((name) => [`bench-${name}`, join(root, `test/bench/${name}.ts`)]),
        ...threads.map((name) => [name, join(root, `test/bench/threads/${name}.ts`)]),
      ]),
      // Chunks beside the entries: whoever starts a thread looks for it there.
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunk-[name]-[hash].js' },
    },
  },
})

let child = null
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopped = true
    child?.kill(signal)
  })
}

/** Answers the exit code of a bench. */
function run(name) {
  process.stdout.write(`\n${name}\n`)
  const began = performance.now()
  child = spawn(process.execPath, [join(out, `bench-${name}.js`), ...flags], { stdio: 'inherit', cwd: root })
  return new Promise((done) =>
    child.once('exit', (code) => {
      process.stdout.write(`\n${name}: ${((performance.now() - began) / 1000).toFixed(0)} s\n`)
      done(code ?? 1)
    }),
  )
}

const failed = []
for (const name of benches) {
  if (!stopped && (await run(name)) !== 0) failed.push(name)
}
if (failed.length > 0) process.stderr.write(`\nCould not be run: ${failed.join(', ')}\n`)
process.exitCode = failed.length > 0 || stopped ? 1 : 0
