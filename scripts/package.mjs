/** `npm run package`: the application as it will be installed, unpacked in dist/. */
import { napiOf } from './lib/addon-check.mjs'
import { packageApplication } from './lib/packaging.mjs'
import { setUp } from './lib/setup.mjs'
import { runMain, step } from './lib/steps.mjs'

runMain(async () => {
  const runtime = await setUp({ build: true })
  const napi = await napiOf({ name: 'Electron', executable: runtime.executable, electron: true })
  await step('package', (say) => packageApplication(runtime, napi, say))
  if (runtime.kind === 'registry') {
    process.stdout.write(
      `  This package holds the older Electron ${runtime.version}: for tests only, never to be given away.\n`,
    )
  }
})
