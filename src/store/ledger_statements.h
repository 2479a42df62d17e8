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
