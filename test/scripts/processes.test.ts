import { describe, expect, it } from 'vitest'
import { attempt, exitCodeOf, locateNpm, run } from '../../scripts/lib/processes.mjs'

const node = (script: string) => attempt(process.execPath, ['-e', script])

describe('attempt', () => {
  it('collects what a program prints, stdout apart', async () => {
    const outcome = await node('console.log("out"); console.error("err")')
    expect(outcome).toMatchObject({ code: 0, signal: null, stdout: 'out\n' })
    expect(outcome.output).toContain('err\n')
  })

  it('gives the exit code', async () => {
    expect(await node('process.exit(3)')).toMatchObject({ code: 3, signal: null })
  })

  it.skipIf(process.platform === 'win32')('tells a crash from an exit code', async () => {
    expect(await node('process.kill(process.pid, "SIGSEGV")')).toMatchObject({ code: 139, signal: 'SIGSEGV' })
  })

  it('does not throw for a program that does not exist', async () => {
    const outcome = await attempt('no-such-program-here', [])
    expect(outcome.code).toBe(127)
    expect(outcome.output).toContain('no-such-program-here')
  })
})

describe('run', () => {
  it('fails with a sentence, a remedy and the output', async () => {
    const options = { purpose: 'Counting to three', remedy: 'count again.' }
    const failing = run(process.execPath, ['-e', 'console.log("one, two"); process.exit(2)'], options)
    await expect(failing).rejects.toMatchObject({
      message: 'Counting to three failed: it ended with code 2.',
      remedy: 'count again.',
      details: 'one, two\n',
    })
  })
})

describe('exitCodeOf', () => {
  it.each([
    [0, null, 0],
    [7, null, 7],
    [null, 'SIGINT', 130],
    [null, 'SIGTERM', 143],
  ])('(%s, %s) is %s', (code, signal, expected) => {
    expect(exitCodeOf(code, signal)).toBe(expected)
  })
})

it('finds npm beside this Node', () => {
  expect(locateNpm().cli).toMatch(/npm-cli\.js$/)
  expect(locateNpm().version).toMatch(/^\d+\./)
})
