/** Rows of `log_records` and `blocking_events`; `columns` are taken exactly. */

/** @param {number} sequence @param {string | null} executionId @param {object} [columns] */
export function logRow(sequence, executionId, columns) {
  return {
    seq: sequence,
    timestamp: Date.now() / 1000,
    level: 'INFO',
    logger_name: 'hassette.apps.light_keeper',
    func_name: 'on_porch',
    lineno: 35,
    message: `porch light changed ${sequence}`,
    exc_info: null,
    app_key: 'light_keeper',
    instance_name: 'light_keeper',
    instance_index: 0,
    execution_id: executionId,
    author: 'app',
    ...columns,
  }
}

const FRAME = { filename: '/srv/hassette/config/apps/air_quality.py', lineno: 21, function: 'on_pm25' }

/** A stall of the event loop, found by the watchdog. @param {number} sessionId @param {object} [columns] */
export function blockingRow(sessionId, columns) {
  return {
    session_id: sessionId,
    app_key: 'air_quality',
    instance_name: 'air_quality',
    instance_index: 0,
    execution_id: null,
    tier: 'watchdog',
    primitive: null,
    source_location: `  File "${FRAME.filename}", line ${FRAME.lineno}, in ${FRAME.function} (apps.air_quality)`,
    stall_duration_ms: 467.97206500014,
    detected_ts: Date.now() / 1000,
    source_tier: 'app',
    reason: 'attributed',
    frames: JSON.stringify([{ ...FRAME, module: 'apps.air_quality' }]),
    ...columns,
  }
}
