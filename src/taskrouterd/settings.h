/* SPDX-License-Identifier: MIT
 *
 * What taskrouterd is told: by its command line, its environment and, for
 * limits, by a configuration file. One table of keys (settings.c) reads all
 * three, and is the list in taskrouterd(8).
 */
#ifndef TASKROUTERD_SETTINGS_H
#define TASKROUTERD_SETTINGS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"

struct settings {
	struct arena arena; /* of all that follows */
	struct str listen;      /* "127.0.0.1:8015" */
	struct str store;       /* file, or ":memory:" */
	struct str seed;        /* file, or absent */
	struct str account_sid;
	struct config_strings auth_tokens; /* the first one signs */
	bool has_own_credentials; /* set by the user, not made up */
	struct str public_url;  /* origin of URLs in answers; absent: from the
				 * request's Host */
	struct str random_seed; /* absent: chance is the kernel's */
	struct {
		struct str start; /* RFC 3339; absent: the machine's time */
		bool frozen;
	} clock;
	struct {
		int64_t timeout_ms;     /* of one assignment callback: 5 s */
		int64_t answer_limit;   /* bytes of an answer: 64 KiB */
		int64_t event_timeout_ms; /* of one event callback: 15 s */
		int64_t connections;    /* open at once, all applications */
		struct str ca_file;     /* absent: the distribution's */
	} callback;
	struct {
		int64_t head;           /* bytes */
		int64_t body;           /* bytes: a Workflow's configuration,
					 * encoded, must fit */
		int64_t connections;
		int64_t receive_timeout_ms;
		int64_t send_timeout_ms;
		int64_t idle_timeout_ms;
		int64_t stop_timeout_ms;
		int64_t timers;         /* that one turn of the loop runs */
		int64_t offers;         /* of a Task within a second */
		int64_t debugger;       /* alerts that are remembered */
		int64_t calls;          /* simulated ones that are remembered */
		int64_t events_days;    /* that Events are kept: 30 */
		int64_t faults;         /* that there may be at once */
		bool rates;             /* TaskRouter's own are in force */
	} limits;
	int log;       /* enum log_target */
	int log_level; /* enum log_level */
	bool allow_readable_secrets;
};

/* What the configuration file takes, and what stands above it. */
struct settings_source {
	const char *file; /* NULL: none */
	const struct config_option *options;
	size_t option_count;
};

/* Messages, errors and warnings alike, go to `report`. NULL if there was an
 * error. */
struct settings *settings_gather(const struct settings_source *source,
    void (*report)(void *to, bool warning, const char *message), void *to);

/* Overwrites the secrets. NULL is allowed. */
void settings_discard(struct settings *settings);

/* Makes credentials up where some are missing. Where the store is a file they
 * are kept beside it, in FILE.credentials, for its owner alone, and are the
 * same at the next start; the store must be open, so that no other process
 * does this at the same time. False: *err. */
MUST_USE bool settings_make_credentials(
    struct settings *settings, struct err *err);

/* As a configuration file with masked secrets (-T). */
void settings_print(const struct settings *settings, FILE *out);

#endif
