/* SPDX-License-Identifier: MIT
 *
 * The statements that are the same for all kinds of objects; those of a kind
 * are made of its fields.
 *
 * STATEMENT(id, SQL)
 */
STATEMENT(BEGIN, "BEGIN IMMEDIATE")
STATEMENT(COMMIT, "COMMIT")
STATEMENT(ROLLBACK, "ROLLBACK")
STATEMENT(WRITE_MARK, "UPDATE mark SET number = ?1")
STATEMENT(PUT_EVENT, "INSERT INTO event(number, at, date, sid, workspace, type, resource_type, resource_sid, description, data, reservation, task, worker, workflow, task_queue, task_channel, activity, task_age, task_queue_time, activity_time) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)")
STATEMENT(MOST_LATE, "SELECT at - date FROM event WHERE at > date ORDER BY at - date DESC LIMIT 1")
STATEMENT(FIRST_FROM, "SELECT number FROM event WHERE at >= ?1 ORDER BY at, number LIMIT 1")
STATEMENT(LAST_UNTIL, "SELECT number FROM event WHERE at <= ?1 ORDER BY at DESC, number DESC LIMIT 1")
STATEMENT(PURGE, "DELETE FROM event WHERE number IN (SELECT number FROM event WHERE number <= ?1 AND date < ?2 ORDER BY number LIMIT ?3)")
STATEMENT(KEEP_SETTING, "INSERT INTO setting(name, value) VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value")
STATEMENT(RECALL_SETTING, "SELECT value FROM setting WHERE name = ?1")
