-- Generated: what the migrations make together (user_version 1). See README.md.

CREATE TABLE meta (
  k TEXT PRIMARY KEY,
  v ANY
) STRICT, WITHOUT ROWID;

CREATE TABLE sources (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  name           TEXT NOT NULL,
  mode           TEXT NOT NULL CHECK (mode IN ('live', 'snapshot', 'sample')),
  file_path      TEXT UNIQUE,
  -- Waits for sources that are read over HTTP.
  address        TEXT,
  -- Stage 7: the zone of its schedules, and who says so: the user, Hassette's TOML, its address, our own zone, UTC, or a
  -- fixed offset that fits what was seen. NULL = not known.
  time_zone      TEXT,
  zone_origin    TEXT CHECK (zone_origin IN ('user', 'toml', 'address', 'ours', 'utc', 'offset')),
  -- Stage 7: our clock less its own, and when that was last seen to hold, by ours.
  clock_offset_us    INTEGER,
  clock_offset_at_us INTEGER,
  schema_version INTEGER,
  removed_us     INTEGER,
  -- The longest time between two heartbeats of its Hassette that was seen to pass.
  heartbeat_us   INTEGER,
  CHECK ((time_zone IS NULL) = (zone_origin IS NULL)),
  CHECK ((clock_offset_us IS NULL) = (clock_offset_at_us IS NULL))
) STRICT;

CREATE TABLE epochs (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id         INTEGER NOT NULL REFERENCES sources (id),
  first_seen_us     INTEGER NOT NULL,
  last_foreign_id   INTEGER NOT NULL DEFAULT 0,
  last_log_id       INTEGER NOT NULL DEFAULT 0,
  reason            TEXT NOT NULL CHECK (reason IN ('first', 'recreated', 'attached'))
) STRICT;

CREATE INDEX epochs_source ON epochs (source_id);

CREATE TABLE anchors (
  epoch_id   INTEGER NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('app', 'framework', 'session')),
  foreign_id INTEGER NOT NULL,
  uid        BLOB,
  started_us INTEGER NOT NULL,
  PRIMARY KEY (epoch_id, kind, foreign_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE streams (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  epoch_id        INTEGER NOT NULL REFERENCES epochs (id),
  tier            TEXT NOT NULL CHECK (tier IN ('app', 'framework')),
  role            TEXT NOT NULL CHECK (role IN ('live', 'backfill')),
  last_sequence   INTEGER NOT NULL DEFAULT 0,
  rolled_sequence INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE INDEX streams_epoch ON streams (epoch_id);

CREATE TABLE apps (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id    INTEGER NOT NULL REFERENCES sources (id),
  app_key      TEXT NOT NULL,
  display_name TEXT,
  UNIQUE (source_id, app_key)
) STRICT;

CREATE TABLE targets (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  app_id          INTEGER NOT NULL REFERENCES apps (id),
  kind            TEXT NOT NULL CHECK (kind IN ('handler', 'job')),
  tier            TEXT NOT NULL CHECK (tier IN ('app', 'framework')),
  instance_index  INTEGER NOT NULL,
  name            TEXT NOT NULL,
  topic           TEXT,
  stable_key      TEXT NOT NULL UNIQUE,
  method          TEXT NOT NULL,
  entity_id       TEXT,
  schedule_type   TEXT,
  schedule_label  TEXT,
  schedule_detail TEXT,
  -- Stage 7, as Hassette says: `completed` starts nothing more, and why (`trigger_error`).
  schedule_status TEXT,
  schedule_status_reason TEXT,
  mode            TEXT,
  backpressure    TEXT,
  debounce_s      REAL,
  throttle_s      REAL,
  duration_s      REAL,
  priority        INTEGER,
  once            INTEGER NOT NULL DEFAULT 0,
  immediate       INTEGER NOT NULL DEFAULT 0,
  predicate       TEXT,
  source_location TEXT,
  registration    TEXT,
  foreign_id      INTEGER,
  first_seen_us   INTEGER NOT NULL,
  retired_us      INTEGER,
  removed_us      INTEGER
) STRICT;

CREATE INDEX targets_app ON targets (app_id);

CREATE TABLE sessions (
  id                INTEGER PRIMARY KEY AUTOINCREMENT,
  epoch_id          INTEGER NOT NULL REFERENCES epochs (id),
  foreign_id        INTEGER NOT NULL,
  started_us        INTEGER NOT NULL,
  ended_us          INTEGER,
  stopped_us        INTEGER,
  heartbeat_us      INTEGER,
  last_run_us       INTEGER,
  -- Stage 7: the zone that its schedules followed; another session may have another.
  time_zone         TEXT,
  ending            TEXT NOT NULL CHECK (ending IN ('running', 'clean', 'crashed', 'killed')),
  error_type        TEXT,
  error_message     TEXT,
  error_traceback   TEXT,
  dropped_overflow  INTEGER NOT NULL DEFAULT 0,
  dropped_exhausted INTEGER NOT NULL DEFAULT 0,
  dropped_shutdown  INTEGER NOT NULL DEFAULT 0,
  UNIQUE (epoch_id, foreign_id)
) STRICT;

CREATE TABLE runs (
  id          INTEGER PRIMARY KEY,
  target_id   INTEGER NOT NULL,
  session_id  INTEGER,
  started_us  INTEGER NOT NULL,
  duration_us INTEGER NOT NULL,
  status      INTEGER NOT NULL CHECK (status BETWEEN 0 AND 4),
  flags       INTEGER NOT NULL,
  group_id    INTEGER,
  uid         BLOB,
  context     BLOB
) STRICT;

CREATE TABLE blocks (
  block           INTEGER PRIMARY KEY,
  n               INTEGER NOT NULL,
  min_start_us    INTEGER NOT NULL,
  max_start_us    INTEGER NOT NULL,
  min_end_us      INTEGER NOT NULL,
  max_end_us      INTEGER NOT NULL,
  max_duration_us INTEGER NOT NULL,
  outcomes        INTEGER NOT NULL,
  bytes           INTEGER NOT NULL,
  targets         BLOB NOT NULL
) STRICT;

CREATE TABLE target_recent (
  target_id INTEGER PRIMARY KEY,
  ids       BLOB NOT NULL,
  ends      BLOB NOT NULL,
  outcomes  TEXT NOT NULL
) STRICT;

CREATE TABLE target_states (
  target_id        INTEGER PRIMARY KEY,
  last_ok_us       INTEGER,
  last_ok_run_id   INTEGER,
  -- The first failure since its last success, and how many there were; NULL and 0 while it is well.
  failing_since_us INTEGER,
  failing_run_id   INTEGER,
  failing_count    INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE error_types (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE tracebacks (
  id   INTEGER PRIMARY KEY AUTOINCREMENT,
  hash BLOB NOT NULL UNIQUE,
  body TEXT NOT NULL,
  refs INTEGER NOT NULL
) STRICT;

CREATE TABLE failures (
  run_id        INTEGER PRIMARY KEY,
  error_type_id INTEGER,
  message       TEXT,
  traceback_id  INTEGER
) STRICT;

CREATE TABLE run_logs (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  run_id      INTEGER NOT NULL,
  at_us       INTEGER NOT NULL,
  level       TEXT NOT NULL,
  logger      TEXT NOT NULL,
  function    TEXT,
  line        INTEGER,
  message     TEXT NOT NULL,
  error       TEXT
) STRICT;

CREATE INDEX run_logs_run ON run_logs (run_id);

CREATE TABLE blocking_events (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  epoch_id        INTEGER NOT NULL,
  foreign_id      INTEGER NOT NULL,
  session_id      INTEGER,
  run_uid         BLOB,
  app_key         TEXT,
  instance_index  INTEGER,
  detected_us     INTEGER NOT NULL,
  duration_us     INTEGER,
  detector        TEXT NOT NULL,
  primitive       TEXT,
  source_location TEXT,
  reason          TEXT,
  frames          TEXT,
  UNIQUE (epoch_id, foreign_id)
) STRICT;

CREATE TABLE error_groups (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id           INTEGER NOT NULL,
  fingerprint         TEXT NOT NULL,
  fingerprint_version INTEGER NOT NULL,
  -- What they have in common, in parts, as JSON; the class of the error stands beside it.
  cause               TEXT NOT NULL,
  error_type_id       INTEGER,
  state               TEXT NOT NULL CHECK (state IN ('new', 'ongoing', 'regressed', 'resolved', 'muted')),
  first_us            INTEGER NOT NULL,
  last_us             INTEGER NOT NULL,
  n_total             INTEGER NOT NULL,
  n_deleted           INTEGER NOT NULL,
  merged_into         INTEGER,
  UNIQUE (source_id, fingerprint_version, fingerprint)
) STRICT;

CREATE TABLE group_targets (
  group_id  INTEGER NOT NULL,
  target_id INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  first_us  INTEGER NOT NULL,
  last_us   INTEGER NOT NULL,
  PRIMARY KEY (group_id, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE group_rollups (
  resolution INTEGER NOT NULL,
  bucket     INTEGER NOT NULL,
  group_id   INTEGER NOT NULL,
  n          INTEGER NOT NULL,
  PRIMARY KEY (resolution, bucket, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollups (
  resolution      INTEGER NOT NULL,
  bucket          INTEGER NOT NULL,
  target_id       INTEGER NOT NULL,
  n               INTEGER NOT NULL,
  failed          INTEGER NOT NULL,
  timed_out       INTEGER NOT NULL,
  cancelled       INTEGER NOT NULL,
  skipped         INTEGER NOT NULL,
  di              INTEGER NOT NULL,
  expected        INTEGER,
  -- Stage 7: starts that a schedule foresaw and that were not; `expected` is then starts + missed.
  missed          INTEGER,
  -- Of ok and failed runs. Stage 7: they clamp percentiles.
  min_us          INTEGER,
  max_us          INTEGER,
  histogram       BLOB,
  PRIMARY KEY (resolution, bucket, target_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE coverage (
  stream_id INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('runs', 'trends', 'gap')),
  from_us   INTEGER NOT NULL,
  to_us     INTEGER NOT NULL,
  reason    TEXT CHECK (reason IN ('deleted', 'recreated', 'not_watching')),
  -- How many runs a gap lacks; NULL where that is not known.
  lost      INTEGER,
  PRIMARY KEY (stream_id, kind, from_us),
  CHECK ((kind = 'gap') = (reason IS NOT NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE recent_keys (
  source_id INTEGER NOT NULL,
  key       BLOB NOT NULL,
  at_us     INTEGER NOT NULL,
  PRIMARY KEY (source_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE incidents (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id  INTEGER NOT NULL,
  cleared_us INTEGER,
  detail     TEXT NOT NULL
) STRICT;

CREATE TABLE mutes (
  source_id INTEGER NOT NULL,
  kind      TEXT NOT NULL CHECK (kind IN ('group', 'target')),
  muted_id  INTEGER NOT NULL,
  PRIMARY KEY (source_id, kind, muted_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE notifications (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  incident_id INTEGER,
  at_us       INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('opened', 'update', 'louder', 'still', 'recovered', 'digest', 'summary',
                'capped', 'test')),
  content     TEXT,
  silent      INTEGER NOT NULL,
  replaces    INTEGER,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'withheld', 'failed')),
  reason      TEXT CHECK (reason IN ('off', 'snoozed', 'quiet_hours', 'cap', 'paused', 'late', 'unsupported', 'refused',
                'no_answer', 'system', 'app_ended')),
  said        TEXT,
  CHECK ((state IN ('withheld', 'failed')) = (reason IS NOT NULL)),
  CHECK ((said IS NOT NULL) = (reason IS 'system'))
) STRICT;

CREATE INDEX notifications_incident ON notifications (incident_id) WHERE incident_id IS NOT NULL;

CREATE INDEX notifications_pending ON notifications (at_us) WHERE state = 'pending';

CREATE TABLE retention_log (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  at_us          INTEGER NOT NULL,
  duration_us    INTEGER NOT NULL,
  reason         TEXT NOT NULL CHECK (reason IN ('start', 'hourly', 'daily', 'growth', 'by_hand', 'limits_changed',
                   'compact', 'backup', 'restore', 'move', 'source_removed')),
  bound          TEXT CHECK (bound IN ('time', 'size')),
  runs           INTEGER NOT NULL,
  framework_runs INTEGER NOT NULL DEFAULT 0,
  bytes_before   INTEGER NOT NULL DEFAULT 0,
  bytes_after    INTEGER NOT NULL DEFAULT 0,
  up_to_us       INTEGER,
  cancelled      INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE saved_views (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  name       TEXT NOT NULL UNIQUE,
  page       TEXT NOT NULL,
  query      TEXT NOT NULL,
  created_us INTEGER NOT NULL
) STRICT;

CREATE VIEW executions AS
SELECT
  r.id AS id,
  s.name AS source,
  st.tier AS tier,
  t.kind AS kind,
  a.app_key AS app_key,
  t.instance_index AS instance_index,
  t.name AS name,
  t.stable_key AS stable_key,
  r.session_id AS session_id,
  strftime('%Y-%m-%dT%H:%M:%S', r.started_us / 1000000, 'unixepoch') || printf('.%06dZ', r.started_us % 1000000) AS started_at,
  r.duration_us / 1000.0 AS duration_ms,
  CASE r.status WHEN 0 THEN 'success' WHEN 1 THEN 'error' WHEN 2 THEN 'timed_out' WHEN 3 THEN 'cancelled' WHEN 4 THEN 'skipped' END AS status,
  r.flags & 1 AS is_di_failure,
  CASE WHEN r.flags & 1 THEN 'DependencyError' ELSE et.name END AS error_type,
  et.name AS error_class,
  f.message AS error_message,
  CASE
    WHEN r.uid IS NULL THEN NULL
    WHEN length(r.uid) = 16 THEN
      lower(hex(substr(r.uid, 1, 4)) || '-' || hex(substr(r.uid, 5, 2)) || '-' || hex(substr(r.uid, 7, 2)) || '-' ||
        hex(substr(r.uid, 9, 2)) || '-' || hex(substr(r.uid, 11, 6)))
    -- A text of 15 bytes has one more 0x00 in front, lest it look like a UUID.
    WHEN substr(r.uid, 2, 1) = x'00' THEN CAST(substr(r.uid, 3) AS TEXT)
    ELSE CAST(substr(r.uid, 2) AS TEXT)
  END AS execution_id
FROM runs r
JOIN streams st ON st.id = r.id >> 40
JOIN epochs e ON e.id = st.epoch_id
JOIN sources s ON s.id = e.source_id
JOIN targets t ON t.id = r.target_id
JOIN apps a ON a.id = t.app_id
LEFT JOIN failures f ON f.run_id = r.id
LEFT JOIN error_types et ON et.id = f.error_type_id;
