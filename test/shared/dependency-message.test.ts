import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDependencyMessage, shortType } from '@shared/dependency-message'

// Copied from databases that Hassette 0.52 and 0.60 wrote (shared/data/live-0.52.db, live-0.60.db, week-0.60.db).
const ANNOTATED =
  "Handler 'apps.light_keeper.LightKeeper.on_porch' - failed to convert parameter 'new' of type 'dict[str, dict[str, None | str] | dict[str, int | str] | str]' to '<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: UnableToConvertAnnotatedStateError: Unable to convert state for entity_id 'light.porch' (device_class: None) to annotated class LightState."
const MISSING =
  "Handler 'apps.air_quality.AirQuality.on_co2' - failed to convert parameter 'quality' of type 'hassette.const.misc.FalseySentinel' to '<class 'int'>' using converter AnnotationConverter.convert: UnableToConvertValueError: Unable to convert <MISSING_VALUE> to <class 'int'>"
const NONE = 'Required dependency returned NoneType, expected a value'
const MANY_LINES = `Handler 'apps.light_keeper.LightKeeper.on_porch' - failed to convert parameter 'new' of type 'dict[str, dict[str, None | int | str] | dict[str, None | str] | str]' to '<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: ValidationError: 2 validation errors for LightState
attributes.brightness
  Input should be a valid integer, unable to parse string as an integer [type=int_parsing, input_value='level-1', input_type=str]
    For further information visit https://errors.pydantic.dev/2.13/v/int_parsing
attributes.supported_color_modes
  Input should be a valid set [type=set_type, input_value='brightness', input_type=str]
    For further information visit https://errors.pydantic.dev/2.13/v/set_type`

describe('messages of dependency failures', () => {
  it('takes apart a state that does not fit its class', () => {
    expect(parseDependencyMessage(ANNOTATED)).toEqual({
      kind: 'convert',
      handler: 'apps.light_keeper.LightKeeper.on_porch',
      parameter: 'new',
      fromType: 'dict[str, dict[str, None | str] | dict[str, int | str] | str]',
      toType: "<class 'hassette.models.states.light.LightState'>",
      converter: 'AnnotationConverter.convert',
      innerType: 'UnableToConvertAnnotatedStateError',
      innerMessage:
        "Unable to convert state for entity_id 'light.porch' (device_class: None) to annotated class LightState.",
      entityId: 'light.porch',
      missing: false,
      fields: [],
    })
  })

  it('sees that a value was missing', () => {
    expect(parseDependencyMessage(MISSING)).toMatchObject({
      kind: 'convert',
      parameter: 'quality',
      fromType: 'hassette.const.misc.FalseySentinel',
      innerType: 'UnableToConvertValueError',
      entityId: null,
      missing: true,
    })
  })

  it('knows that the short form names nothing', () => {
    expect(parseDependencyMessage(NONE)).toEqual({ kind: 'none', got: 'NoneType' })
  })

  it('lists the fields of the many-line form of 0.52', () => {
    const parsed = parseDependencyMessage(MANY_LINES)
    expect(parsed).toMatchObject({ innerType: 'ValidationError', entityId: null })
    expect(parsed).toHaveProperty('fields', [
      { path: 'attributes.brightness', problem: expect.stringContaining('Input should be a valid integer') },
      { path: 'attributes.supported_color_modes', problem: expect.stringContaining('Input should be a valid set') },
    ])
  })

  it('takes apart what could not be extracted, and a type that nothing provides', () => {
    expect(parseDependencyMessage("Handler 'a.B.c' - failed to extract parameter 'p': KeyError: 'x'")).toEqual({
      kind: 'extract',
      handler: 'a.B.c',
      parameter: 'p',
      innerType: 'KeyError',
      innerMessage: "'x'",
    })
    expect(parseDependencyMessage('no source available for type Foo')).toEqual({ kind: 'no_source', type: 'Foo' })
  })

  it('leaves unknown and cut messages as they are', () => {
    expect(parseDependencyMessage('something new')).toBeNull()
    expect(parseDependencyMessage(ANNOTATED.slice(0, 120))).toBeNull()
    expect(parseDependencyMessage('')).toBeNull()
  })

  it('never throws and never invents text', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(300), (noise, at) => {
        const message = ANNOTATED.slice(0, at) + noise + ANNOTATED.slice(at)
        const parsed = parseDependencyMessage(message)
        if (parsed?.kind === 'convert') expect(message).toContain(parsed.parameter)
      }),
    )
  })
})

describe('names of types', () => {
  it.each([
    ["<class 'hassette.models.states.light.LightState'>", 'LightState'],
    ['hassette.const.misc.FalseySentinel', 'FalseySentinel'],
    ['int | None', 'int | None'],
    ['dict[str, int]', 'dict[str, int]'],
  ])('%s is %s', (type, short) => expect(shortType(type)).toBe(short))
})
