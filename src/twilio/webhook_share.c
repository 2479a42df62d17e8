/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/webhook_share.h"

#include <stdlib.h>
#include <string.h>

/* Applications are few: tens, where a test of a large system has hundreds. */
#define BUCKETS 256
#define CONNECTIONS_LEAST 2

TAILQ_HEAD(share_entries, share_entry);

/* Exists while something of it waits or is active. */
struct share_application {
	LIST_ENTRY(share_application) of_bucket;
	TAILQ_ENTRY(share_application) turn; /* while something waits */
	struct share_entries waiting;
	struct share_entries active;
	size_t active_count;
	struct str name;
	char text[];
};

struct share {
	LIST_HEAD(, share_application) buckets[BUCKETS];
	TAILQ_HEAD(, share_application) turns;
	size_t connections;
	size_t active;       /* entries */
	size_t active_first; /* applications with one at least */
};

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
static size_t
bucket_of(struct str name)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.at[i]) * 16777619U;
	return hash % BUCKETS;
}

static struct share_application *
find(const struct share *share, struct str name)
{
	struct share_application *application;

	LIST_FOREACH(application, &share->buckets[bucket_of(name)], of_bucket)
		if (str_equal(application->name, name))
			return application;
	return NULL;
}

static struct share_application *
add(struct share *share, struct str name)
{
	struct share_application *application =
	    calloc(1, sizeof *application + name.len);

	if (application == NULL)
		return NULL;
	if (name.len > 0)
		memcpy(application->text, name.at, name.len);
	application->name = (struct str){application->text, name.len};
	TAILQ_INIT(&application->waiting);
	TAILQ_INIT(&application->active);
	LIST_INSERT_HEAD(
	    &share->buckets[bucket_of(name)], application, of_bucket);
	return application;
}

struct share *
share_new(size_t connections)
{
	struct share *share = calloc(1, sizeof *share);

	if (share == NULL)
		return NULL;
	TAILQ_INIT(&share->turns);
	share->connections = connections < CONNECTIONS_LEAST
	    ? CONNECTIONS_LEAST
	    : connections;
	return share;
}

void
share_free(struct share *share)
{
	free(share);
}

bool
share_enter(struct share *share, struct share_entry *entry, struct str name)
{
	struct share_application *application = find(share, name);

	if (application == NULL)
		application = add(share, name);
	if (application == NULL)
		return false;
	if (TAILQ_EMPTY(&application->waiting))
		TAILQ_INSERT_TAIL(&share->turns, application, turn);
	TAILQ_INSERT_TAIL(&application->waiting, entry, entry);
	entry->application = application;
	entry->is_active = false;
	return true;
}

static bool
may_begin(
    const struct share *share, const struct share_application *application)
{
	size_t shared = share->connections / 2;
	size_t used = share->active - share->active_first;

	if (share->active >= share->connections)
		return false;
	return application->active_count == 0 ||
	    (used < shared &&
		application->active_count - 1 < shared - used);
}

struct share_entry *
share_take(struct share *share)
{
	struct share_application *application;

	TAILQ_FOREACH(application, &share->turns, turn)
		if (may_begin(share, application))
			break;
	if (application == NULL)
		return NULL;
	struct share_entry *entry = TAILQ_FIRST(&application->waiting);
	TAILQ_REMOVE(&application->waiting, entry, entry);
	TAILQ_INSERT_TAIL(&application->active, entry, entry);
	TAILQ_REMOVE(&share->turns, application, turn);
	if (!TAILQ_EMPTY(&application->waiting))
		TAILQ_INSERT_TAIL(&share->turns, application, turn);
	entry->is_active = true;
	share->active++;
	share->active_first += application->active_count++ == 0;
	return entry;
}

void
share_leave(struct share *share, struct share_entry *entry)
{
	struct share_application *application = entry->application;

	if (entry->is_active) {
		TAILQ_REMOVE(&application->active, entry, entry);
		share->active--;
		share->active_first -= --application->active_count == 0;
	} else {
		TAILQ_REMOVE(&application->waiting, entry, entry);
		if (TAILQ_EMPTY(&application->waiting))
			TAILQ_REMOVE(&share->turns, application, turn);
	}
	entry->application = NULL;
	entry->is_active = false;
	if (application->active_count > 0 ||
	    !TAILQ_EMPTY(&application->waiting))
		return;
	LIST_REMOVE(application, of_bucket);
	free(application);
}

struct share_entry *
share_waiting(const struct share *share)
{
	const struct share_application *application =
	    TAILQ_FIRST(&share->turns);

	return application == NULL ? NULL : TAILQ_FIRST(&application->waiting);
}

struct share_entry *
share_any(const struct share *share)
{
	const struct share_application *application;

	for (size_t i = 0; i < BUCKETS; i++) {
		application = LIST_FIRST(&share->buckets[i]);
		if (application != NULL)
			return TAILQ_EMPTY(&application->active)
			    ? TAILQ_FIRST(&application->waiting)
			    : TAILQ_FIRST(&application->active);
	}
	return NULL;
}
