/* SPDX-License-Identifier: MIT
 *
 * The tables and indexes of the ledger. A row belongs to the version of the
 * schema that it came with; rows are only ever added, at the end.
 *
 * STEP(version, SQL)
 */
STEP(1, "CREATE TABLE budget(name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID")
STEP(1, "CREATE TABLE event(number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, received INTEGER NOT NULL, type TEXT, description TEXT, resource_type TEXT, resource TEXT, workspace TEXT, task TEXT, worker TEXT, reservation TEXT, task_queue TEXT, workflow TEXT, activity TEXT, previous_activity TEXT, data TEXT NOT NULL) STRICT")
STEP(1, "CREATE INDEX event_at ON event(at)")
STEP(1, "CREATE INDEX event_task ON event(task, at) WHERE task IS NOT NULL")
STEP(1, "CREATE INDEX event_worker ON event(worker, at) WHERE worker IS NOT NULL")
STEP(1, "CREATE INDEX event_reservation ON event(reservation, at) WHERE reservation IS NOT NULL")
STEP(1, "CREATE TABLE outbox(number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, lane TEXT, key TEXT UNIQUE, fingerprint TEXT, path TEXT NOT NULL, form TEXT NOT NULL, extra TEXT, due INTEGER NOT NULL, is_blocked INTEGER NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, created INTEGER NOT NULL, since INTEGER NOT NULL, owner TEXT, leased_until INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0, sid TEXT, result TEXT, error TEXT) STRICT")
STEP(1, "CREATE INDEX outbox_due ON outbox(due, number) WHERE finished = 0 AND is_blocked = 0")
STEP(1, "CREATE INDEX outbox_lane ON outbox(lane, number) WHERE finished = 0")
STEP(1, "CREATE INDEX outbox_finished ON outbox(finished) WHERE finished > 0")
STEP(1, "CREATE INDEX outbox_failed ON outbox(number) WHERE state = 'failed'")
/* Of a lane's open entries exactly one, its head, is not blocked. */
STEP(1, "CREATE TRIGGER outbox_ended AFTER UPDATE OF finished ON outbox WHEN OLD.finished = 0 AND NEW.finished > 0 AND OLD.is_blocked = 0 BEGIN UPDATE outbox SET is_blocked = 0 WHERE number = (SELECT min(number) FROM outbox WHERE lane = OLD.lane AND finished = 0); END")
STEP(1, "CREATE TRIGGER outbox_deleted AFTER DELETE ON outbox WHEN OLD.finished = 0 AND OLD.is_blocked = 0 BEGIN UPDATE outbox SET is_blocked = 0 WHERE number = (SELECT min(number) FROM outbox WHERE lane = OLD.lane AND finished = 0); END")
STEP(1, "CREATE TABLE answer(reservation TEXT PRIMARY KEY, at INTEGER NOT NULL, rule TEXT, instruction TEXT NOT NULL, json TEXT NOT NULL, holder INTEGER, claim INTEGER, work_1 INTEGER, work_2 INTEGER) STRICT, WITHOUT ROWID")
STEP(1, "CREATE INDEX answer_at ON answer(at) WHERE holder IS NULL")
STEP(1, "CREATE INDEX answer_holder ON answer(holder) WHERE holder IS NOT NULL")
/* Workers who were, or were not, put back; `entry` is in the outbox, or 0. */
STEP(1, "CREATE TABLE recovery(change TEXT PRIMARY KEY, worker TEXT NOT NULL, decided INTEGER NOT NULL, entry INTEGER NOT NULL) STRICT, WITHOUT ROWID")
STEP(1, "CREATE INDEX recovery_decided ON recovery(decided)")
