/** Several `is` of one field are alternatives, each `not` takes away. */
export function passesAll<T>(
  conditions: readonly { op: 'is' | 'not'; value: T }[],
  holds: (value: T) => boolean,
): boolean {
  const wanted = conditions.filter((condition) => condition.op === 'is')
  if (wanted.length > 0 && !wanted.some((condition) => holds(condition.value))) return false
  return !conditions.some((condition) => condition.op === 'not' && holds(condition.value))
}

/** The same for a field that has one value. */
export function passes<T>(conditions: readonly { op: 'is' | 'not'; value: T }[], value: T): boolean {
  return passesAll(conditions, (each) => each === value)
}
