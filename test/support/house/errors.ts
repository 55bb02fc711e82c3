import type { HouseTarget } from './targets'

/** What went wrong in a run. */
export interface HouseError {
  type: string
  message: string
  traceback: string | null
}

/** Class name of an app, as Hassette writes it in handler names. */
function className(app: string): string {
  return app.replace(/(^|_)(\w)/g, (_all, _gap, letter: string) => letter.toUpperCase())
}

function handler(target: HouseTarget): string {
  return `apps.${target.app}.${className(target.app)}.on_${target.name}`
}

/** The shapes that dependency failures have in databases of Hassette 0.50–0.60. */
export const DEPENDENCY_ERRORS: ((target: HouseTarget) => HouseError)[] = [
  (target) => ({
    type: 'DependencyResolutionError',
    message: `Handler '${handler(target)}' - failed to convert parameter 'new' of type 'dict[str, dict[str, None | str] | dict[str, int | str] | str]' to '<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: UnableToConvertAnnotatedStateError: Unable to convert state for entity_id 'light.kitchen' (device_class: None) to annotated class LightState.`,
    traceback: null,
  }),
  () => ({
    type: 'DependencyResolutionError',
    message: 'Required dependency returned NoneType, expected a value',
    traceback: null,
  }),
  (target) => ({
    type: 'DependencyResolutionError',
    message: `Handler '${handler(target)}' - failed to convert parameter 'brightness' of type 'hassette.const.misc.FalseySentinel' to 'int | None' using converter AnnotationConverter.convert: UnableToConvertValueError: Unable to convert <MISSING_VALUE> to int | None`,
    traceback: null,
  }),
  (target) => ({
    type: 'DependencyResolutionError',
    message: `Handler '${handler(target)}' - failed to convert parameter 'new' of type 'dict[str, dict[str, None | int | str] | str]' to '<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: ValidationError: 2 validation errors for LightState
attributes.brightness
  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='level-1', input_type=str]
    For further information visit https://errors.pydantic.dev/2.13/v/int_parsing
attributes.supported_color_modes
  Input should be a valid set [type=set_type, input_value='brightness', input_type=str]
    For further information visit https://errors.pydantic.dev/2.13/v/set_type`,
    traceback: null,
  }),
]

function traceback(target: HouseTarget, last: string): string {
  return `Traceback (most recent call last):
  File "/srv/house/venv/lib/python3.13/site-packages/hassette/utils/execution.py", line 109, in track_execution
    yield result
  File "/srv/house/venv/lib/python3.13/site-packages/hassette/core/command_executor.py", line 352, in _execute
    await fn()
  File "/srv/house/venv/lib/python3.13/site-packages/hassette/bus/listeners.py", line 348, in invoke
    await self.async_handler(**kwargs)
  File "/srv/house/config/apps/${target.app}.py", line 31, in on_${target.name}
    checksum(read_frame(ok=False))
             ~~~~~~~~~~^^^^^^^^^^
  File "/srv/house/config/apps/common.py", line 37, in read_frame
    return json.loads(raw)
           ~~~~~~~~~~^^^^^
  File "/srv/python3.13/lib/python3.13/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ~~~~~~~~~~~~~~~~~~~~~~~^^^
${last}
`
}

/** Ordinary errors; the last two test how hostile text is shown. */
export const PLAIN_ERRORS: ((target: HouseTarget) => HouseError)[] = [
  (target) => error(target, 'JSONDecodeError', "Expecting ',' delimiter: line 1 column 13 (char 12)", 'json.decoder.'),
  (target) => error(target, 'ConnectionClosedError', 'no close frame received or sent', 'websockets.exceptions.'),
  (target) => error(target, 'DeviceTimeout', 'boiler did not answer on the bus within 2.0 s'),
  (target) => error(target, 'KeyError', "'coffee_machine'"),
  (target) => error(target, 'ValueError', 'name \u202egnp.exe\u202c holds \u0007 and <img src=x onerror=alert(1)>'),
  (target) => error(target, 'RuntimeError', `payload ${'0123456789abcdef'.repeat(800)}`),
]

function error(target: HouseTarget, type: string, message: string, module = ''): HouseError {
  return { type, message, traceback: traceback(target, `${module}${type}: ${message}`) }
}
