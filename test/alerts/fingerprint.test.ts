import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FailedRun } from '@archive/derived'
import { fingerprintOf, normaliseMessage } from '@archive/derived'
import { groupTitle } from '@shared/error-group'

const base: FailedRun = {
  status: 'failed',
  dependencyFailure: false,
  kind: 'handler',
  appKey: 'light_keeper',
  targetName: 'porch',
  errorType: 'ValueError',
  message: 'bad',
  traceback: null,
}
const keyOf = (change: Partial<FailedRun>): string | undefined => fingerprintOf({ ...base, ...change })?.key

/** As Hassette 0.60 writes them. */
function converted(fromType: string, handler = 'apps.light_keeper.LightKeeper.on_porch', parameter = 'new'): string {
  return (
    `Handler '${handler}' - failed to convert parameter '${parameter}' of type '${fromType}' to ` +
    `'<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: ` +
    `UnableToConvertAnnotatedStateError: Unable to convert state for entity_id 'light.porch' (device_class: None) to ` +
    `annotated class LightState.`
  )
}

/** As 0.52 writes them: a report of many lines with the offending values and an address. */
function report(value: string): string {
  return (
    `Handler 'apps.light_keeper.LightKeeper.on_porch' - failed to convert parameter 'new' of type 'dict[str, str]' to ` +
    `'<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: ValidationError: ` +
    `2 validation errors for LightState\nattributes.brightness\n  Input should be a valid integer, unable to parse ` +
    `string as an integer [type=int_parsing, input_value='${value}', input_type=str]\n    For further information ` +
    `visit https://errors.pydantic.dev/2.11/v/int_parsing`
  )
}

const di = { dependencyFailure: true, errorType: 'DependencyResolutionError' }

describe('dependency failures', () => {
  it('of one cause are one group, whatever type the payload had', () => {
    const one = keyOf({ ...di, message: converted('dict[str, dict[str, None | str] | str]') })
    expect(keyOf({ ...di, message: converted('dict[str, dict[str, int | str] | None]') })).toBe(one)
  })

  it('of 0.52 are one group, whatever the values', () => {
    expect(keyOf({ ...di, message: report('level-1') })).toBe(keyOf({ ...di, message: report('level-2') }))
  })

  it('differ by handler, parameter and class', () => {
    const keys = [
      keyOf({ ...di, message: converted('x') }),
      keyOf({ ...di, message: converted('x'), targetName: 'any_light' }),
      keyOf({ ...di, message: converted('x', 'h', 'old') }),
      keyOf({ ...di, message: converted('x'), errorType: 'DependencyInjectionError' }),
    ]
    expect(new Set(keys).size).toBe(4)
  })

  it('name the handler when the message names nothing', () => {
    const message = 'Required dependency returned NoneType, expected a value'
    expect(keyOf({ ...di, message })).toContain('light_keeper.porch')
    expect(keyOf({ ...di, message })).not.toBe(keyOf({ ...di, message, targetName: 'garage' }))
  })

  it('of no known shape fall back to the message', () => {
    expect(keyOf({ ...di, message: 'something new 17' })).toBe(keyOf({ ...di, message: 'something new 18' }))
  })
})

const trace = (line: number, code: string, last: string): string => `Traceback (most recent call last):
  File "/srv/venv/lib/python3.13/site-packages/hassette/core.py", line 10, in run
    await call()
  File "/srv/apps/energy.py", line ${line}, in on_power
    fetch(${code})
  File "/srv/apps/common.py", line 49, in fetch
    return table[hour]
KeyError: ${last}
`

describe('other failures', () => {
  it('with a traceback are grouped by their own frames, not by lines or values', () => {
    const one = keyOf({ errorType: 'KeyError', message: '24', traceback: trace(27, '24', '24') })
    expect(keyOf({ errorType: 'KeyError', message: '25', traceback: trace(31, '25', '25') })).toBe(one)
    expect(one).toContain('apps/common.py:fetch')
    expect(one).not.toContain('site-packages')
  })

  it('of one place are one group over instances and handlers', () => {
    const failed = { errorType: 'KeyError', message: '1', traceback: trace(1, '1', '1') }
    expect(keyOf({ ...failed, targetName: 'a' })).toBe(keyOf({ ...failed, targetName: 'b' }))
  })

  it('without a traceback belong to their handler', () => {
    expect(keyOf({ targetName: 'a' })).not.toBe(keyOf({ targetName: 'b' }))
  })

  it('timed out ones are a group a handler; cancelled and skipped ones are none', () => {
    expect(keyOf({ status: 'timed_out', message: 'execution timed out' })).toBe(
      keyOf({ status: 'timed_out', message: 'other words' }),
    )
    expect(fingerprintOf({ ...base, status: 'cancelled' })).toBeNull()
    expect(fingerprintOf({ ...base, status: 'skipped' })).toBeNull()
    expect(fingerprintOf({ ...base, status: 'ok' })).toBeNull()
  })

  it('without class, message and traceback still have one', () => {
    const { cause } = fingerprintOf({ ...base, errorType: null, message: null })!
    expect(groupTitle(cause)).toBe('unknown error')
  })
})

describe('normaliseMessage', () => {
  it.each([
    ['light.porch is unavailable', '‹entity› is unavailable'],
    ['cannot import os.path', 'cannot import os.path'],
    ['took 12.5 s, limit 600', 'took ‹duration›, limit ‹number›'],
    ['[Errno 104] Connection reset by peer', '[Errno ‹number›] Connection reset by peer'],
    ['Cannot connect to host boiler.local:80', 'Cannot connect to host ‹host›'],
    ['GET https://example.org/a?b=1 failed', 'GET ‹url› failed'],
    ['from 192.168.1.20:8080', 'from ‹host›'],
    ['at 0x7fd0e37fe2a0', 'at ‹id›'],
    ['run 01a1de38-7bc7-763f-ba73-78dd01376745', 'run ‹id›'],
    ['on 2026-11-23T14:25:18Z', 'on ‹date›'],
    [`got '${'x'.repeat(60)}'`, 'got ‹value›'],
    ["got 'short'", "got 'short'"],
    ['H2O sensor1 needs v2', 'H2O sensor1 needs v2'],
    ['  spaces\n\tand lines ', 'spaces and lines'],
  ])('%s → %s', (message, expected) => {
    expect(normaliseMessage(message)).toBe(expected)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        const once = normaliseMessage(text)
        expect(normaliseMessage(once)).toBe(once)
      }),
    )
  })

  it('gives one text for any number', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(normaliseMessage(`value ${a} is bad`)).toBe(normaliseMessage(`value ${b} is bad`))
      }),
    )
  })
})
