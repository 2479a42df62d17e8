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
