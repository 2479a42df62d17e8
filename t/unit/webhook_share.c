/* SPDX-License-Identifier: MIT
 *
 * Applications that take turns: what each may have, and that one cannot keep
 * another waiting.
 */
#include "base/compat.h"

#include "twilio/webhook_share.h"

#include <stdio.h>
#include <stdlib.h>

#include "tap.h"

#define MOST 4096

static struct share_entry entries[MOST];
static size_t used;

static void
enter(struct share *share, const char *name, size_t count)
{
	while (count-- > 0)
		if (!share_enter(share, &entries[used++], str_from(name)))
			abort();
}

/* How many may begin now. */
static size_t
take_all(struct share *share)
{
	size_t count = 0;

	while (share_take(share) != NULL)
		count++;
	return count;
}

static void
empty(struct share *share)
{
	struct share_entry *entry;

	while ((entry = share_any(share)) != NULL)
		share_leave(share, entry);
	share_free(share);
	used = 0;
}

static void
test_order(void)
{
	struct share *share = share_new(100);
	const size_t expected[] = {0, 3, 1, 4, 2, 5};

	enter(share, "a", 3);
	enter(share, "b", 3);
	for (size_t i = 0; i < ARRAY_LENGTH(expected); i++)
		ok(share_take(share) == &entries[expected[i]],
		    "turn %zu: in order, one application after the other", i);
	ok(share_take(share) == NULL, "nobody is left");
	empty(share);
}

static void
test_limits(void)
{
	struct share *share = share_new(100);

	enter(share, "a", 500);
	is_int((int64_t)take_all(share), 26,
	    "one application alone: its first connection, and half of the half "
	    "that is shared");
	enter(share, "b", 500);
	is_int((int64_t)take_all(share), 14, "the next one finds half of the rest");
	enter(share, "c", 1);
	is_int((int64_t)take_all(share), 1, "and the third is served at once");
	for (size_t i = 0; i < 14; i++)
		share_leave(share, &entries[i]);
	is_int((int64_t)take_all(share), 10,
	    "two that always want more come to a third of the half each");
	empty(share);

	share = share_new(0);
	enter(share, "a", 5);
	is_int((int64_t)take_all(share), 2, "there are always two connections");
	empty(share);
}

static void
test_hanging(void)
{
	struct share *share = share_new(128);
	char name[16];

	for (unsigned i = 0; i < 60; i++) {
		(void)snprintf(name, sizeof name, "hangs%u", i);
		enter(share, name, 50);
		(void)take_all(share);
	}
	enter(share, "good", 1);
	is_int((int64_t)take_all(share), 1,
	    "60 applications that hang leave one connection for another");
	empty(share);
}

static void
test_leaving(void)
{
	struct share *share = share_new(2);

	enter(share, "a", 2);
	ok(share_waiting(share) == &entries[0], "the first one waits");
	share_leave(share, &entries[0]);
	ok(entries[0].application == NULL, "it has left");
	ok(share_take(share) == &entries[1], "the second is not held up");
	ok(entries[1].is_active && share_waiting(share) == NULL,
	    "nobody waits any more");
	share_leave(share, &entries[1]);
	ok(share_any(share) == NULL, "nobody is left");
	enter(share, "a", 1);
	ok(share_take(share) == &entries[2], "the application comes again");
	empty(share);
}

static size_t
count_active(void)
{
	size_t count = 0;

	for (size_t i = 0; i < used; i++)
		count += entries[i].application != NULL && entries[i].is_active;
	return count;
}

static bool
is_served(const struct share_application *application)
{
	for (size_t i = 0; i < used; i++)
		if (entries[i].application == application &&
		    entries[i].is_active)
			return true;
	return false;
}

static bool
somebody_starves(void)
{
	for (size_t i = 0; i < used; i++)
		if (entries[i].application != NULL &&
		    !is_served(entries[i].application))
			return true;
	return false;
}

/* Any history of 8 applications: never more than the 20 connections, and none
 * waits without having one. */
static void
test_histories(void)
{
	uint32_t seed = 1;
	unsigned over = 0, starved = 0;

	for (unsigned round = 0; round < 50; round++) {
		struct share *share = share_new(20);
		for (unsigned step = 0; step < 200; step++) {
			seed = seed * 1103515245U + 12345U;
			char name[] = {(char)('a' + (int)((seed >> 16) % 8)), 0};
			struct share_entry *entry = share_any(share);
			if ((seed >> 24) % 3 > 0)
				enter(share, name, 1);
			else if (entry != NULL)
				share_leave(share, entry);
			(void)take_all(share);
			over += count_active() > 20;
			starved += somebody_starves();
		}
		empty(share);
	}
	is_int(over, 0, "never more than there are connections");
	is_int(starved, 0, "nobody waits without being served");
}

int
main(void)
{
	test_order();
	test_limits();
	test_hanging();
	test_leaving();
	test_histories();
	return tap_done();
}
