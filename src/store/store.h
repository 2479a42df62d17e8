/* SPDX-License-Identifier: MIT
 *
 * Where a router's state is kept: objects as rows, Events as a log. A driver
 * is one struct of functions, so that another database can take SQLite's
 * place; what is above knows no SQL.
 *
 * Every function that can fail says why in *err, in words for an operator with
 * the store's name in them. Blocks: to be called by a program whose work the
 * store is. Not thread-safe.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "router/engine.h"

/* An Event as it is kept; the views live until `take` returns. */
struct store_event {
	struct str sid;
	uint64_t number;
	struct str workspace;
	struct str type;
	struct str resource_type;
	struct str resource_sid;
	int64_t date; /* ms */
	struct str description;
	struct str data; /* JSON object of strings */
};

/* The part of an Event that statistics are made of; the views live until `take`
 * returns. Texts are absent where there is none. */
struct store_moment {
	uint64_t number;
	int64_t date; /* ms */
	struct str type;
	struct str worker;
	struct str workflow;
	struct str task_queue;
	struct str task_channel;
	struct str activity; /* the one whose time ended for the Worker */
	/* ms; ROUTER_NEVER: there is none, or it was stored by a program that
	 * kept none. See struct record. */
	int64_t task_age;
	int64_t task_queue_time;
	int64_t activity_time;
};

/* Which Events; absent texts match all. All given must match. */
struct store_events_query {
	struct str workspace; /* always given */
	struct str sid;
	struct str type;      /* exact */
	struct str task;
	struct str worker;
	struct str reservation;
	struct str task_queue;
	struct str workflow;
	struct str task_channel; /* SID */
	int64_t from, to;     /* ms, both inclusive; ROUTER_NEVER: open */
	uint64_t after;       /* number; 0: from the first */
	size_t most;
};

/* Returns false to end the query early. */
typedef bool store_take_event(void *context, const struct store_event *event);
typedef bool store_take_moment(
    void *context, const struct store_moment *moment);

/* A number that is no object's. */
struct store_setting {
	const char *name;
	int64_t value;
};

struct store_extent {
	uint64_t number; /* the largest that an object or Event has, or had */
	int64_t at;      /* the latest date of all Events; ROUTER_NEVER: none */
};

struct store {
	const struct store_driver *driver;
};

struct store_driver {
	/* Gives every object to router_restore, then calls router_restored.
	 * False also where the router refused a row. */
	bool (*load)(struct store *store, struct router *router, struct err *err);
	/* Writes the effects in one transaction. True: they are on disk, and
	 * survive a power cut. False: nothing of them is. */
	bool (*write)(struct store *store, const struct router_effects *effects,
	    struct err *err);
	/* Events in order of their numbers. */
	bool (*events)(struct store *store,
	    const struct store_events_query *query, store_take_event *take,
	    void *context, struct err *err);
	/* The same Events in the same order, of each only what is counted. */
	bool (*moments)(struct store *store,
	    const struct store_events_query *query, store_take_moment *take,
	    void *context, struct err *err);
	/* Forgets at most `most` Events older than `before`; *count is how
	 * many there were. */
	bool (*purge)(struct store *store, int64_t before, size_t most,
	    size_t *count, struct err *err);
	/* Keeps numbers under their names, in one transaction. */
	bool (*keep)(struct store *store, const struct store_setting *settings,
	    size_t count, struct err *err);
	/* Gives them back; where none was kept the value stays as it is. */
	bool (*recall)(struct store *store, struct store_setting *settings,
	    size_t count, struct err *err);
	/* Forgets everything, in one transaction: as it was when it was
	 * made. */
	bool (*clear)(struct store *store, struct err *err);
	/* What is known of the rows without reading them. */
	struct store_extent (*extent)(const struct store *store);
	void (*close)(struct store *store);
};

/* Opens or creates the SQLite database `file`, brings its schema up to date,
 * and takes it for this process alone until it is closed. ":memory:": one that
 * ends with the process. NULL: *err; among the reasons: another process has it,
 * its schema is newer than this program, it is no database, no permission. */
struct store *store_open_sqlite(const char *file, struct err *err);

#define store_load(store, ...) ((store)->driver->load((store), __VA_ARGS__))
#define store_write(store, ...) ((store)->driver->write((store), __VA_ARGS__))
#define store_events(store, ...) ((store)->driver->events((store), __VA_ARGS__))
#define store_keep(store, ...) ((store)->driver->keep((store), __VA_ARGS__))
#define store_recall(store, ...) ((store)->driver->recall((store), __VA_ARGS__))
#define store_clear(store, err) ((store)->driver->clear((store), (err)))
#define store_extent(store) ((store)->driver->extent(store))
#define store_moments(store, ...) \
	((store)->driver->moments((store), __VA_ARGS__))
#define store_purge(store, ...) ((store)->driver->purge((store), __VA_ARGS__))
/* NULL is allowed. */
void store_close(struct store *store);

#endif
