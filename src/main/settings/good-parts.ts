import * as v from 'valibot'

/**
 * The parts of a value that pass their check; `fallback` stands in for the others, which are named in `invalid` as they
 * stand in the file (`alerts.notify.blind`). Looks into objects, so that one bad part does not cost its neighbours.
 */
export function goodParts(
  schema: v.GenericSchema,
  raw: unknown,
  fallback: unknown,
  at: string,
  invalid: string[],
): unknown {
  const whole = v.safeParse(schema, raw)
  if (whole.success) return whole.output
  if (isObject(raw) && isObject(fallback) && hasEntries(schema)) {
    const parts = Object.entries(schema.entries).map(([name, part]) => {
      const given = raw[name]
      return [
        name,
        given === undefined ? fallback[name] : goodParts(part, given, fallback[name], `${at}.${name}`, invalid),
      ]
    })
    return Object.fromEntries(parts) as unknown
  }
  invalid.push(at)
  return fallback
}

/** Whether a value of a JSON file is an object, neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasEntries(schema: v.GenericSchema): schema is v.GenericSchema & { entries: Record<string, v.GenericSchema> } {
  return 'entries' in schema && isObject(schema.entries)
}
