/* SPDX-License-Identifier: MIT
 *
 * The keys below "store": where the responder keeps what must survive it.
 */
#ifndef RESPONDER_SETTINGS_STORE_H
#define RESPONDER_SETTINGS_STORE_H

#include "base/compat.h"
#include "base/str.h"

struct settings_store {
	struct str file; /* absent: there is no store */
	int64_t size;    /* bytes */
	int64_t jobs;
	int64_t timeout_ms; /* for another process's lock */
};

/* What keeps the present user from using the store's file, as far as its name
 * and its folder tell; NULL: nothing, or there is no store. */
const char *settings_store_doubt(const struct settings_store *store);

#endif
