-- The schema of Hassette 0.60 (user_version 15), as sqlite_schema of a file that it wrote has it: same text, same order.
-- Hassette is MIT-licensed; this is the result of its migrations, not their text.

CREATE TABLE sessions (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at            REAL    NOT NULL,
    stopped_at            REAL,
    last_heartbeat_at     REAL    NOT NULL,
    status                TEXT    NOT NULL
        CHECK (status IN ('running', 'stopped', 'crashed', 'success', 'failure', 'unknown')),
    error_type            TEXT,
    error_message         TEXT,
    error_traceback       TEXT,
    dropped_overflow      INTEGER NOT NULL DEFAULT 0,
    dropped_exhausted     INTEGER NOT NULL DEFAULT 0,
    dropped_shutdown      INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE listeners (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    app_key               TEXT    NOT NULL,
    instance_index        INTEGER NOT NULL,
    name                  TEXT    NOT NULL,
    handler_method        TEXT    NOT NULL,
    topic                 TEXT    NOT NULL,
    debounce              REAL,
    throttle              REAL,
    once                  INTEGER NOT NULL DEFAULT 0,
    priority              INTEGER NOT NULL DEFAULT 0,
    immediate             INTEGER NOT NULL DEFAULT 0,
    duration              REAL,
    entity_id             TEXT,
    predicate_description TEXT,
    human_description     TEXT,
    source_location       TEXT    NOT NULL,
    registration_source   TEXT,
    retired_at            REAL,
    source_tier           TEXT    NOT NULL DEFAULT 'app'
        CHECK (source_tier IN ('app', 'framework')), removed_at REAL, mode TEXT NOT NULL DEFAULT 'single'
    CHECK (mode IN ('single', 'restart', 'queued', 'parallel')), backpressure TEXT NOT NULL DEFAULT 'block'
    CHECK (backpressure IN ('block', 'drop_newest')),
    CHECK ((app_key != '__hassette__' AND app_key NOT GLOB '__hassette__.*') OR source_tier = 'framework')
);

CREATE INDEX idx_listeners_app ON listeners(app_key, instance_index);

CREATE UNIQUE INDEX idx_listeners_natural
    ON listeners(app_key, instance_index, name, topic);

CREATE TABLE log_records (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    seq             INTEGER NOT NULL,
    timestamp       REAL    NOT NULL,
    level           TEXT    NOT NULL,
    logger_name     TEXT    NOT NULL,
    func_name       TEXT,
    lineno          INTEGER,
    message         TEXT    NOT NULL,
    exc_info        TEXT,
    app_key         TEXT,
    instance_name   TEXT,
    instance_index  INTEGER,
    execution_id    TEXT,
    author TEXT NOT NULL DEFAULT 'framework'
    CHECK (author IN ('app', 'framework')));

CREATE INDEX idx_lr_time     ON log_records(timestamp);

CREATE INDEX idx_lr_exec     ON log_records(execution_id) WHERE execution_id IS NOT NULL;

CREATE INDEX idx_lr_app_time ON log_records(app_key, timestamp);

CREATE TABLE blocking_events (
    id               INTEGER PRIMARY KEY AUTOINCREMENT,
    session_id       INTEGER REFERENCES sessions(id),
    app_key          TEXT,
    instance_name    TEXT,
    instance_index   INTEGER,
    execution_id     TEXT,
    tier             TEXT NOT NULL
        CHECK (tier IN ('watchdog', 'monkeypatch')),
    primitive        TEXT,
    -- source_location format differs by tier (check the `tier` column before parsing):
    --   tier='monkeypatch' (Tier 2): "<file>:<lineno>" of the first non-hassette caller frame.
    --   tier='watchdog'   (Tier 1): a multi-line loop-thread stack snapshot (or NULL when none).
    source_location  TEXT,
    stall_duration_ms REAL,
    detected_ts      REAL NOT NULL,
    source_tier      TEXT NOT NULL
        CHECK (source_tier IN ('app', 'framework'))
, reason TEXT
    CHECK (reason IN ('attributed', 'framework', 'displaced')), frames TEXT);

CREATE INDEX idx_be_ts      ON blocking_events(detected_ts);

CREATE INDEX idx_be_app_ts  ON blocking_events(app_key, detected_ts);

CREATE INDEX idx_be_session ON blocking_events(session_id);

CREATE TABLE "executions" (
    id                    INTEGER PRIMARY KEY AUTOINCREMENT,
    kind                  TEXT    NOT NULL CHECK (kind IN ('handler', 'job')),
    listener_id           INTEGER REFERENCES listeners(id) ON DELETE SET NULL,
    job_id                INTEGER REFERENCES scheduled_jobs(id) ON DELETE SET NULL,
    session_id            INTEGER NOT NULL REFERENCES sessions(id),
    execution_start_ts    REAL    NOT NULL,
    duration_ms           REAL    NOT NULL
        CHECK (duration_ms >= 0.0),
    status                TEXT    NOT NULL
        CHECK (status IN ('success', 'error', 'cancelled', 'timed_out', 'skipped')),
    error_type            TEXT,
    error_message         TEXT,
    error_traceback       TEXT,
    is_di_failure         INTEGER NOT NULL DEFAULT 0,
    source_tier           TEXT    NOT NULL DEFAULT 'app'
        CHECK (source_tier IN ('app', 'framework')),
    execution_id          TEXT UNIQUE,
    trigger_context_id    TEXT,
    trigger_origin        TEXT,
    trigger_mode          TEXT,
    retry_count           INTEGER NOT NULL DEFAULT 0,
    attempt_number        INTEGER NOT NULL DEFAULT 1,
    args_json             TEXT    NOT NULL DEFAULT '[]',
    kwargs_json           TEXT    NOT NULL DEFAULT '{}',
    thread_leaked         INTEGER NOT NULL DEFAULT 0,
    CHECK ((listener_id IS NOT NULL) + (job_id IS NOT NULL) = 1)
);

CREATE INDEX idx_exec_listener_time
    ON executions(listener_id, execution_start_ts DESC)
    WHERE listener_id IS NOT NULL;

CREATE INDEX idx_exec_job_time
    ON executions(job_id, execution_start_ts DESC)
    WHERE job_id IS NOT NULL;

CREATE INDEX idx_exec_status_time  ON executions(status, execution_start_ts DESC);

CREATE INDEX idx_exec_time         ON executions(execution_start_ts);

CREATE INDEX idx_exec_session      ON executions(session_id);

CREATE INDEX idx_exec_source_tier_time ON executions(source_tier, execution_start_ts DESC);

CREATE TABLE app_manifests (
    id           INTEGER PRIMARY KEY,
    app_key      TEXT NOT NULL UNIQUE,
    class_name   TEXT NOT NULL,
    display_name TEXT NOT NULL,
    filename     TEXT NOT NULL,
    enabled      INTEGER NOT NULL DEFAULT 1,
    autostart    INTEGER NOT NULL DEFAULT 1,
    created_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now')),
    updated_at   TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now'))
);

CREATE TABLE "scheduled_jobs" (
    id                      INTEGER PRIMARY KEY AUTOINCREMENT,
    app_key                 TEXT    NOT NULL,
    instance_index          INTEGER NOT NULL,
    job_name                TEXT    NOT NULL,
    handler_method          TEXT    NOT NULL,
    trigger_type            TEXT
        CHECK (trigger_type IN ('interval', 'cron', 'once', 'after', 'custom', 'manual')),
    trigger_label           TEXT    NOT NULL DEFAULT '',
    trigger_detail          TEXT,
    repeat                  INTEGER NOT NULL DEFAULT 0,
    args_json               TEXT    NOT NULL DEFAULT '[]',
    kwargs_json             TEXT    NOT NULL DEFAULT '{}',
    source_location         TEXT    NOT NULL,
    registration_source     TEXT,
    retired_at              REAL,
    source_tier             TEXT    NOT NULL DEFAULT 'app'
        CHECK (source_tier IN ('app', 'framework')),
    "group"                 TEXT,
    removed_at              REAL,
    mode                    TEXT    NOT NULL DEFAULT 'single'
        CHECK (mode IN ('single', 'restart', 'queued', 'parallel')),
    predicate_description   TEXT,
    human_description       TEXT,
    schedule_status         TEXT    NOT NULL
        CHECK (schedule_status IN ('scheduled', 'waiting', 'completed', 'manual')),
    schedule_status_reason  TEXT
        CHECK (schedule_status_reason IN ('legacy_unknown', 'trigger_error') OR schedule_status_reason IS NULL),
    CHECK ((app_key != '__hassette__' AND app_key NOT GLOB '__hassette__.*') OR source_tier = 'framework')
);

CREATE INDEX idx_scheduled_jobs_app ON scheduled_jobs(app_key, instance_index);

CREATE UNIQUE INDEX idx_scheduled_jobs_natural
    ON scheduled_jobs(app_key, instance_index, job_name);

CREATE VIEW active_app_listeners AS
    SELECT * FROM listeners WHERE retired_at IS NULL AND removed_at IS NULL AND source_tier = 'app';

CREATE VIEW active_framework_listeners AS
    SELECT * FROM listeners WHERE retired_at IS NULL AND removed_at IS NULL AND source_tier = 'framework';

CREATE VIEW active_listeners AS
    SELECT * FROM listeners WHERE retired_at IS NULL AND removed_at IS NULL;

CREATE VIEW active_app_scheduled_jobs AS
    SELECT * FROM scheduled_jobs WHERE retired_at IS NULL AND removed_at IS NULL AND source_tier = 'app';

CREATE VIEW active_framework_scheduled_jobs AS
    SELECT * FROM scheduled_jobs WHERE retired_at IS NULL AND removed_at IS NULL AND source_tier = 'framework';

CREATE VIEW active_scheduled_jobs AS
    SELECT * FROM scheduled_jobs WHERE retired_at IS NULL AND removed_at IS NULL;
