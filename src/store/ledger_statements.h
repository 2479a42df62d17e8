/* SPDX-License-Identifier: MIT
 *
 * The statements of the ledger, each prepared when it is first needed.
 *
 * STATEMENT(id, SQL)
 */
STATEMENT(BEGIN, "BEGIN IMMEDIATE")
STATEMENT(COMMIT, "COMMIT")
STATEMENT(UNDO, "ROLLBACK")
STATEMENT(READ_BUDGET, "SELECT next FROM budget WHERE name = ?1")
STATEMENT(WRITE_BUDGET, "INSERT INTO budget(name, next) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET next = excluded.next")
STATEMENT(PUT_EVENT, "INSERT INTO event(key, at, received, data, type, description, resource_type, resource, workspace, task, worker, reservation, task_queue, workflow, activity, previous_activity) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) ON CONFLICT(key) DO NOTHING")
STATEMENT(PURGE_EVENTS, "DELETE FROM event WHERE number IN (SELECT number FROM (SELECT number, received FROM event ORDER BY number LIMIT ?3) WHERE received < ?1 OR received > ?2)")
STATEMENT(READ_EVENTS, "SELECT number, at, type, description, resource_type, resource, workspace, task, worker, reservation, task_queue, workflow, activity, previous_activity, key, received, data FROM event WHERE (at, number) < (?1, ?2) AND at >= ?3 ORDER BY at DESC, number DESC")
STATEMENT(READ_EVENTS_OF_TASK, "SELECT number, at, type, description, resource_type, resource, workspace, task, worker, reservation, task_queue, workflow, activity, previous_activity, key, received, data FROM event WHERE (at, number) < (?1, ?2) AND at >= ?3 AND task = ?4 ORDER BY at DESC, number DESC")
STATEMENT(READ_EVENTS_OF_WORKER, "SELECT number, at, type, description, resource_type, resource, workspace, task, worker, reservation, task_queue, workflow, activity, previous_activity, key, received, data FROM event WHERE (at, number) < (?1, ?2) AND at >= ?3 AND worker = ?4 ORDER BY at DESC, number DESC")
STATEMENT(READ_EVENTS_OF_RESERVATION, "SELECT number, at, type, description, resource_type, resource, workspace, task, worker, reservation, task_queue, workflow, activity, previous_activity, key, received, data FROM event WHERE (at, number) < (?1, ?2) AND at >= ?3 AND reservation = ?4 ORDER BY at DESC, number DESC")
