/** Who may enter which room: the layer rules of ARCHITECTURE.md, checked by `npm test`. */
const only = (name, from, allowed, extra = {}) => ({
  name,
  severity: 'error',
  from: { path: from, ...extra },
  to: { pathNot: allowed },
})

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^src/renderer/index\\.html$', '^src/preload/'] },
      to: {},
    },
    // What stands in for Electron while somebody develops or tests: only they reach it, and the faults that it can make.
    { name: 'no-dev-in-the-app', severity: 'error', from: { path: '^src/' }, to: { path: '^dev/' } },
    only('shared-is-pure', '^src/shared/', ['^src/shared/', '^node_modules/valibot/']),
    only('renderer-sees-shared-only', '^src/renderer/', ['^src/(shared|renderer)/', '^node_modules/']),
    {
      name: 'renderer-has-no-node',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'renderer-has-no-electron',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^node_modules/(electron|electron-log|better-sqlite3)(/|$)' },
    },
    only('preload-is-thin', '^src/preload/', ['^src/(shared|preload)/', '^node_modules/electron/']),
    only('archive-worker-layers', '^src/main/archive/worker/', [
      '^src/shared/',
      '^src/main/archive/',
      '^src/main/sources/hassette-file/',
      // Pure: no clock, no files.
      '^src/main/alerts/engine/',
      '^migrations/',
      '^node_modules/(better-sqlite3|croner)/',
      '^(node:)?(worker_threads|path|os|crypto|util|timers|perf_hooks|url|child_process|module)',
    ]),
    only('hassette-file-layers', '^src/main/sources/hassette-file/', [
      '^src/shared/',
      '^src/main/archive/(batch|file-facts)\\.ts$',
      '^src/main/sources/hassette-file/',
      '^node_modules/better-sqlite3/',
      '^(node:)?(path|os|crypto|util|timers)',
    ]),
    {
      name: 'sqlite-in-threads-only',
      severity: 'error',
      from: { pathNot: ['^src/main/archive/worker/', '^src/main/sources/hassette-file/'] },
      to: { path: '^node_modules/better-sqlite3/' },
    },
    {
      name: 'threads-have-no-electron',
      severity: 'error',
      from: { path: ['^src/main/archive/worker/', '^src/main/sources/hassette-file/'] },
      to: { path: '^node_modules/electron(-log)?/' },
    },
    // So that the handlers run in plain Node, too; Electron is handed in.
    {
      name: 'handlers-have-no-electron',
      severity: 'error',
      from: { path: ['^src/main/(ipc|maintenance|settings|sources)/', '^src/main/(back-end|open-archive)\\.ts$'] },
      to: { path: '^node_modules/electron(-log)?/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'threads-are-entered-by-message-only',
      severity: 'error',
      from: { path: '^src/main/', pathNot: '^src/main/archive/worker/' },
      to: { path: '^src/main/archive/worker/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.test.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
}
