import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { _electron } from 'playwright'
import type { ElectronApplication, Page } from 'playwright'
import { removeFolder } from './remove-folder'

export const REPOSITORY = resolve(import.meta.dirname, '..', '..')

/** The Electron that the set-up resolved; `npm test` names it. */
export function electronPath(): string {
  const path = process.env['HASSETTE_MONITOR_TEST_ELECTRON']
  if (!path) throw new Error('HASSETTE_MONITOR_TEST_ELECTRON is not set: run the tests through npm test')
  return path
}

const START_TIMEOUT_MS = 20_000

/**
 * Once in some twenty starts on a busy machine Chromium drops the page while Playwright attaches to it (seen with
 * Electron 33 and Playwright 1.65): the app runs, but Playwright waits for ever. Only then it is started once more.
 */
const RACE = /rejected by interface blink\.mojom\.Widget/

const sandbox = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []

/** Environment of a user who has configured nothing. */
export function cleanEnvironment(extra: Record<string, string> = {}): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined &&
      !name.startsWith('HASSETTE') &&
      name !== 'ELECTRON_RENDERER_URL' &&
      name !== 'NODE_OPTIONS',
  ) as [string, string][]
  return { ...Object.fromEntries(kept), ...extra }
}

export interface RunningApp {
  app: ElectronApplication
  page: Page
  dataDir: string
  close: () => Promise<void>
}

/** A data folder of its own, removed by `removeFolders`. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'hassette-monitor-e2e-'))
  folders.push(folder)
  return folder
}

const folders: string[] = []
export function removeFolders(): void {
  folders.splice(0).forEach(removeFolder)
}

/** Starts the built app with its window, under Playwright. */
export async function launchApp(
  args: string[],
  { dataDir = dataFolder(), env = {} }: { dataDir?: string; env?: Record<string, string> } = {},
): Promise<RunningApp> {
  const launch = (): Promise<ElectronApplication> =>
    _electron.launch({
      executablePath: electronPath(),
      args: [...sandbox, REPOSITORY, '--data-dir', dataDir, ...args],
      env: cleanEnvironment(env),
      cwd: REPOSITORY,
      // Shorter than a test may take, so that it is said what did not come.
      timeout: START_TIMEOUT_MS,
    })
  const app = await launch().catch((thrown: unknown) => {
    if (!RACE.test(String(thrown))) throw thrown
    return launch()
  })
  const page = await app.firstWindow({ timeout: START_TIMEOUT_MS })
  // Before that the window follows no change of its address.
  await page.locator('#app > *').first().waitFor({ state: 'attached' })
  return { app, page, dataDir, close: () => app.close() }
}

/**
 * What the user answers the system's dialogs from now on; null closes them without a choice. The dialogs themselves
 * cannot be driven; all that is ours runs.
 */
export async function choose(app: ElectronApplication, path: string | null): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    const canceled = chosen === null
    dialog.showSaveDialog = () => Promise.resolve({ canceled, filePath: chosen ?? '' })
    dialog.showOpenDialog = () => Promise.resolve({ canceled, filePaths: canceled ? [] : [chosen] })
  }, path)
}

export interface PlainProcess {
  child: ChildProcess
  stdout: () => string
  stderr: () => string
  /** Exit code, or the signal that ended it. */
  ended: Promise<number | string>
}

/** Starts the built app as a user's shell would, without any inspector. */
export function spawnApp(args: string[], env: Record<string, string> = {}): PlainProcess {
  const child = spawn(electronPath(), [...sandbox, REPOSITORY, ...args], { env: cleanEnvironment(env), cwd: tmpdir() })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += String(chunk)))
  child.stderr.on('data', (chunk) => (stderr += String(chunk)))
  const ended = new Promise<number | string>((done) => {
    child.once('exit', (code, signal) => done(code ?? signal ?? 'unknown'))
  })
  return { child, stdout: () => stdout, stderr: () => stderr, ended }
}
