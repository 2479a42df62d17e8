/* SPDX-License-Identifier: MIT
 *
 * The tables and indexes of the ledger. A row belongs to the version of the
 * schema that it came with; rows are only ever added, at the end.
 *
 * STEP(version, SQL)
 */
STEP(1, "CREATE TABLE budget(name TEXT PRIMARY KEY, next INTEGER NOT NULL) STRICT, WITHOUT ROWID")
