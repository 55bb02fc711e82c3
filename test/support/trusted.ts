import type { TrustedTime } from '@archive/retention'
import type { Database } from 'better-sqlite3'

/** A clock that is right, for tests of something else. `nowUs` gives the time, microseconds. */
export function trusted(nowUs: () => number): TrustedTime {
  return { clockUs: nowUs, look: () => ({ nowUs: nowUs(), waits: null }), note: () => undefined }
}

/** Puts a live source into an archive whose Hassette has just given a sign of life: our clock is right from the start. */
export function addHeartbeat(db: Database): void {
  const nowUs = Date.now() * 1000
  db.exec(`INSERT INTO sources (name, mode) VALUES ('alive', 'live');
    INSERT INTO epochs (source_id, first_seen_us, reason) SELECT max(id), 0, 'first' FROM sources;
    INSERT INTO sessions (epoch_id, foreign_id, started_us, heartbeat_us, ending)
    SELECT max(id), 1, 0, ${nowUs}, 'running' FROM epochs`)
}
