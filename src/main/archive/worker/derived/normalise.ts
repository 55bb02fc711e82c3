/** Domains of Home Assistant's entity ids: without them `os.path` would look like one. */
const DOMAINS =
  'alarm_control_panel|automation|binary_sensor|button|calendar|camera|climate|cover|date|datetime|device_tracker|' +
  'event|fan|group|humidifier|image|input_boolean|input_button|input_datetime|input_number|input_select|input_text|' +
  'lawn_mower|light|lock|media_player|notify|number|person|proximity|remote|scene|schedule|script|select|sensor|siren|' +
  'sun|switch|text|time|timer|todo|update|vacuum|valve|water_heater|weather|zone'

/** What varies between messages of one cause, most specific first; each becomes ‹its name›. */
const VARYING: readonly [name: string, pattern: RegExp][] = [
  ['url', /\b[a-z][a-z0-9+.-]{1,15}:\/\/[^\s'"<>)\]]+/gi],
  ['address', /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g],
  ['id', /\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b/gi],
  ['date', /\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?\b/g],
  ['time', /\b\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\b/g],
  ['host', /\b(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?\b/g],
  ['host', /\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.(?:local|lan|home|internal|com|net|org|io|de|eu)(?::\d+)?\b/gi],
  ['entity', new RegExp(`\\b(?:${DOMAINS})\\.[a-z0-9_]+\\b`, 'g')],
  ['id', /\b0x[0-9a-f]+\b/gi],
  ['id', /\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi],
  ['id', /\b[0-9A-HJKMNP-TV-Z]{26}\b/g],
  ['duration', /\b\d+(?:\.\d+)?\s?(?:ms|µs|us|s|sec|seconds?|min|minutes?|hours?|days?)\b/g],
  ['value', /'[^'\n]{41,}'|"[^"\n]{41,}"/g],
  ['number', /(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?(?![\w])/gi],
]

/** Longer texts are cut: what tells two causes apart stands at the beginning. Characters. */
const MAX_LENGTH = 2000

/**
 * A message with its varying parts replaced by ‹names›: entity ids, numbers, hex, ids, dates, durations, addresses,
 * hosts and long quoted values. Whole words only, so that words that carry meaning stay. Linear in its length.
 */
export function normaliseMessage(message: string): string {
  let text = message.slice(0, MAX_LENGTH)
  for (const [name, pattern] of VARYING) text = text.replace(pattern, `‹${name}›`)
  return text.replace(/\s+/g, ' ').trim()
}
