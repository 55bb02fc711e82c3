/** Rows of `executions` and `log_records` as Hassette 0.60 writes them: ids, messages and tracebacks have its shapes. */

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** What the week's recording had, of all runs; the rest succeeded. */
const WEEK_MIX = { error: 0.006, di: 0.0107, timed_out: 0.0006, cancelled: 0.0023, skipped: 0.013, framework: 0 }

/** type, message, line that failed: ordinary failures of the recording */
const ERRORS = [
  ['KeyError', '24', 'slot = self.slots[hour]'],
  ['ConnectionResetError', '[Errno 104] Connection reset by peer', 'await self.push(payload)'],
  ['DeviceTimeout', 'boiler did not answer on the bus within 2.0 s', 'await self.bus_read(register)'],
  ['JSONDecodeError', "Expecting ',' delimiter: line 1 column 13 (char 12)", 'data = json.loads(body)'],
  ['OSError', '[Errno 113] No route to host', 'await self.connect(host)'],
  ['ValueError', "invalid literal for int() with base 10: 'n/a'", 'value = int(new.state)'],
  ['ValueError', "invalid literal for int() with base 10: '--'", 'value = int(new.state)'],
  ['AttributeError', "'NoneType' object has no attribute 'bounding_box'", 'box = found.bounding_box'],
  ['ZeroDivisionError', 'float division by zero', 'share = part / whole'],
  ['TypeError', "unsupported operand type(s) for +: 'NoneType' and 'int'", 'total = total + reading'],
]

/** The three texts of a dependency failure; the payload's type in the first one varies between events. */
const DI_TEXTS = [
  (method, entity, random) =>
    `Handler '${method}' - failed to convert parameter 'new' of type '${pick(PAYLOAD_TYPES, random)}' to ` +
    `'<class 'hassette.models.states.light.LightState'>' using converter AnnotationConverter.convert: ` +
    `UnableToConvertAnnotatedStateError: Unable to convert state for entity_id '${entity}' (device_class: None) ` +
    'to annotated class LightState.',
  () => 'Required dependency returned NoneType, expected a value',
  (method) =>
    `Handler '${method}' - failed to convert parameter 'brightness' of type 'hassette.const.misc.FalseySentinel' to ` +
    `'int | None' using converter AnnotationConverter.convert: UnableToConvertValueError: Unable to convert ` +
    '<MISSING_VALUE> to int | None',
]
const PAYLOAD_TYPES = [
  'dict[str, dict[str, None | str] | dict[str, int | str] | str]',
  'dict[str, dict[str, None | int | str] | dict[str, None | str] | str]',
  'dict[str, dict[str, bool | str] | str]',
]

/**
 * Numbers in [0, 1) that are the same for the same seed.
 * @param {number} seed
 * @returns {() => number}
 */
export function seededRandom(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function pick(list, random) {
  return list[Math.floor(random() * list.length)]
}

/** A UUIDv7 for a time in milliseconds, lower case. */
function uuid7(ms, random) {
  const hex = (digits) => Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${pick('89ab', random)}${hex(3)}-${hex(12)}`
}

/** A context id of Home Assistant. */
function ulid(ms, random) {
  let time = Math.floor(ms)
  let text = ''
  for (let at = 0; at < 10; at++, time = Math.floor(time / 32)) text = BASE32[time % 32] + text
  return text + Array.from({ length: 16 }, () => BASE32[Math.floor(random() * 32)]).join('')
}

function traceback(target, [type, message, line]) {
  const { handler_method: method, source_location: location, app_key: appKey } = target.row
  const [file] = location.split(':')
  const name = method.split('.').at(-1)
  const library = '/usr/lib/python3.13/site-packages/hassette'
  const builtIn = /^(Key|Connection|OS|Value|Attribute|ZeroDivision|Type)/.test(type)
  return [
    'Traceback (most recent call last):',
    `  File "${library}/utils/execution.py", line 109, in track_execution`,
    '    yield result',
    `  File "${library}/core/command_executor.py", line 352, in _execute`,
    '    await fn()',
    `  File "${file}", line 35, in ${name}`,
    `    ${line}`,
    `    ${'~'.repeat(line.length)}`,
    `${builtIn ? '' : `apps.${appKey}.`}${type}: ${message}`,
    '',
  ].join('\n')
}

/**
 * Makes rows of one home.
 * @param {() => number} random
 * @param {() => { kind: 'handler' | 'job', id: number, tier: 'app' | 'framework', weight: number, meanMs: number, row: object }[]} targets
 *   what is registered, with the ids that the database gave
 */
export function createRowMaker(random, targets) {
  const choose = (tier, kind) => {
    const able = targets().filter((each) => each.tier === tier && (kind === null || each.kind === kind))
    let left = random() * able.reduce((sum, { weight }) => sum + weight, 0)
    return able.find(({ weight }) => (left -= weight) < 0) ?? able.at(-1)
  }

  /** Which `like` the next row of a mix has. */
  const draw = (mix) => {
    let left = random()
    for (const [like, share] of Object.entries(mix)) if ((left -= share) < 0) return like
    return 'ok'
  }

  /**
   * One row.
   * @param {object} wanted
   * @param {string} [wanted.like] ok, error, di, timed_out, cancelled, skipped, framework
   * @param {number} [wanted.text] which of the three texts a dependency failure has
   * @param {string} [wanted.target] `app/instance/name`; any that fits by default
   * @param {number} [wanted.finishedAt] unix seconds; now by default
   * @param {number} [wanted.startedAt] unix seconds; wins over `finishedAt`
   * @param {object} [wanted.columns] these columns exactly
   */
  const make = ({ like = 'ok', text, target: key, finishedAt, startedAt, columns = {} }) => {
    const kind = { di: 'handler', skipped: 'job', cancelled: 'handler' }[like] ?? null
    const target = key
      ? targets().find((each) => keyOf(each) === key)
      : choose(like === 'framework' ? 'framework' : 'app', kind)
    if (!target) throw new Error(`no handler or job ${key ?? like}`)
    const durationMs = durationOf(like, target)
    const start = startedAt ?? (finishedAt ?? Date.now() / 1000) - durationMs / 1000
    const isHandler = target.kind === 'handler'
    return {
      kind: target.kind,
      listener_id: isHandler ? target.id : null,
      job_id: isHandler ? null : target.id,
      execution_start_ts: start,
      duration_ms: durationMs,
      is_di_failure: 0,
      source_tier: target.tier,
      execution_id: uuid7(start * 1000, random),
      trigger_context_id: isHandler ? ulid(start * 1000, random) : null,
      trigger_origin: isHandler ? (target.tier === 'app' ? 'LOCAL' : 'HASSETTE') : null,
      trigger_mode: null,
      retry_count: 0,
      attempt_number: 1,
      args_json: '[]',
      kwargs_json: '{}',
      thread_leaked: 0,
      ...outcome(like, target, text),
      ...columns,
    }
  }

  const outcome = (like, target, text) => {
    const none = { error_type: null, error_message: null, error_traceback: null }
    if (like === 'error') {
      const error = pick(ERRORS, random)
      const [type, message] = error
      return {
        status: 'error',
        error_type: type,
        error_message: message,
        error_traceback: traceback(target, error),
      }
    }
    if (like === 'di') {
      const say = DI_TEXTS[text ?? Math.floor(random() * DI_TEXTS.length)]
      const message = say(target.row.handler_method, target.row.entity_id, random)
      return {
        ...none,
        status: 'error',
        error_type: 'DependencyResolutionError',
        error_message: message,
        is_di_failure: 1,
      }
    }
    if (like === 'timed_out') {
      return { ...none, status: like, error_type: 'TimeoutError', error_message: 'execution timed out' }
    }
    return { ...none, status: like === 'cancelled' || like === 'skipped' ? like : 'success' }
  }

  const durationOf = (like, { meanMs }) => {
    if (like === 'skipped') return 0
    // The handler's body never ran.
    if (like === 'di') return 0.2 + random() * 0.6
    // Lognormal, sigma 0.8; its mean is `meanMs`.
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    return meanMs * Math.exp(0.8 * normal - 0.32)
  }

  return { make, draw: (mix) => draw({ ...WEEK_MIX, ...mix }) }
}

/**
 * How tests name a handler or a job: `app/instance/name`.
 * @param {{ row: Record<string, unknown> }} target
 */
export function keyOf({ row }) {
  return `${row.app_key}/${row.instance_index}/${row.name ?? row.job_name}`
}
