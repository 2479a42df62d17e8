/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tap.h"

/* More than a block of the arena, so that each takes one of its own. */
#define LARGE ((size_t)10000)
#define ROOMY ((size_t)1 << 20)

static void
test_fault(void)
{
#ifdef FAULT_TESTS
	struct arena arena;

	arena_init(&arena, ROOMY);
	ok(arena_alloc(&arena, LARGE) != NULL, "fault: the first is given");
	ok(arena_alloc(&arena, LARGE) != NULL, "fault: the second is given");
	ok(!arena.overflow, "fault: nothing has failed yet");
	ok(arena_alloc(&arena, LARGE) == NULL, "fault: the third fails");
	ok(arena.overflow, "fault: the arena says so");
	ok(arena_alloc(&arena, LARGE) != NULL, "fault: the fourth is given");
	ok(arena.overflow, "fault: what failed is not forgotten");
	arena_release(&arena);
	ok(!arena.overflow, "fault: a released arena is as new");
#else
	ok(true, "fault # SKIP built without --enable-fault-tests");
#endif
}

static void
test_alloc(void)
{
	static const size_t sizes[] = {0, 1, 7, 8, 15, 16, 17, 100, 8192, 8193};
	struct arena arena;

	arena_init(&arena, ROOMY);
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		unsigned char *piece = arena_alloc(&arena, sizes[i]);
		unsigned sum = 0;

		ok(piece != NULL, "%zu bytes", sizes[i]);
		ok((uintptr_t)piece % _Alignof(max_align_t) == 0,
		    "%zu bytes: aligned for any type", sizes[i]);
		for (size_t at = 0; at < sizes[i]; at++)
			sum |= piece[at];
		is_int(sum, 0, "%zu bytes: zeroed", sizes[i]);
		memset(piece, 0xff, sizes[i]);
	}
	/* The pieces were filled, so one that overlaps would not be zero. */
	arena_release(&arena);
	ok(arena.taken == 0 && arena.blocks == NULL,
	    "nothing is held after the release");
}

static void
test_ceiling(void)
{
	struct arena arena;

	arena_init(&arena, 100);
	ok(arena_alloc(&arena, 101) == NULL, "more than the ceiling");
	ok(arena.overflow, "more than the ceiling: overflow");
	arena_release(&arena);
	ok(arena.ceiling == 100 && !arena.overflow,
	    "the ceiling outlives the release, the overflow does not");
	ok(arena_alloc(&arena, 100) != NULL, "exactly the ceiling");
	ok(!arena.overflow, "exactly the ceiling: no overflow");
	ok(arena_alloc(&arena, 1) == NULL, "one byte more");
	ok(arena_alloc(&arena, 0) != NULL, "nothing still fits");
	ok(arena.overflow, "the overflow stays");
	arena_release(&arena);
	ok(arena_array(&arena, SIZE_MAX / 2, 3) == NULL && arena.overflow,
	    "a product beyond size_t");
	arena_release(&arena);
	ok(arena_array(&arena, SIZE_MAX / 8 + 2, 8) == NULL && arena.overflow,
	    "a product that would come round to something small");
	arena_release(&arena);
	ok(arena_alloc(&arena, SIZE_MAX) == NULL && arena.overflow,
	    "all the memory there could be");
	arena_release(&arena);
	ok(arena_array(&arena, 5, 20) != NULL, "an array of the ceiling");
	arena_release(&arena);
	ok(arena_array(&arena, 0, 20) != NULL, "an array of nothing");
	arena_release(&arena);
	arena_init(&arena, 0);
	ok(arena_alloc(&arena, 1) == NULL, "a ceiling of nothing");
	arena_init(&arena, SIZE_MAX);
	ok(arena_alloc(&arena, SIZE_MAX) == NULL && arena.overflow,
	    "no ceiling: a size that rounding up would wrap");
}

static void
test_text(void)
{
	struct arena arena;

	arena_init(&arena, 4096);
	char source[] = "text";
	struct str copy = arena_str(&arena, (struct str){source, 4});
	source[0] = 'n';
	is_str(copy, "text", "a copy");
	is_int(copy.at[copy.len], 0, "a copy ends in NUL");
	is_str(arena_str(&arena, STR_NONE), NULL, "absent stays absent");
	is_str(arena_str(&arena, STR("")), "", "empty stays empty");
	is_int((int64_t)arena_str(&arena, (struct str){"a\0b", 3}).len, 3,
	    "a NUL is copied");
	is_str(arena_format(&arena, "%s-%d", "a", 7), "a-7", "formatted");
	is_str(arena_format(&arena, "%s", ""), "", "formatted: empty");
	ok(!arena.overflow, "all that fitted");
	is_str(arena_join(&arena,
		   (struct str[]){STR("a"), STR_NONE, STR(""), STR("bc")}, 4),
	    "abc", "joined; absent is empty");
	is_str(arena_join(&arena, NULL, 0), "", "joined: no parts");
	is_str(arena_format(&arena, "%5000d", 1), NULL,
	    "formatted: more than the ceiling is absent");
	ok(arena.overflow, "and overflow");
	arena_release(&arena);
	is_str(arena_str(&arena, (struct str){"", SIZE_MAX}), NULL,
	    "a length that cannot be is absent");
	ok(arena.overflow, "and overflow");
	arena_release(&arena);
}

/* Blocks are used again: what was in them must not be seen again. */
static void
test_used_again(void)
{
	struct arena arena;
	unsigned sum = 0;

	arena_init(&arena, ROOMY);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 40; i++) {
			unsigned char *piece = arena_alloc(&arena, 1000);
			for (size_t at = 0; piece != NULL && at < 1000; at++)
				sum |= piece[at];
			if (piece != NULL)
				memset(piece, 0xff, 1000);
		}
		arena_release(&arena);
	}
	is_int(sum, 0, "memory that is used again is zeroed again");
}

static char order[8];
static size_t order_length;

static void
note_release(void *resource)
{
	order[order_length++] = *(const char *)resource;
}

static void
test_deferred(void)
{
	static char letters[] = "abc";
	struct arena arena;

	arena_init(&arena, 1024);
	for (size_t i = 0; i < 3; i++)
		ok(arena_defer(&arena, note_release, &letters[i]),
		    "deferred: %c", letters[i]);
	is_int((int64_t)order_length, 0, "nothing is released before its time");
	arena_release(&arena);
	is_str((struct str){order, order_length}, "cba",
	    "last in, first out");
	arena_release(&arena);
	is_int((int64_t)order_length, 3, "and once");

	order_length = 0;
	ok(arena_defer(&arena, note_release, &letters[0]), "deferred: a");
	arena_wipe(&arena);
	is_str((struct str){order, order_length}, "a",
	    "wiping releases too");

	order_length = 0;
	arena_init(&arena, 1);
	ok(!arena_defer(&arena, note_release, &letters[1]),
	    "no room to remember");
	is_str((struct str){order, order_length}, "b",
	    "no room to remember: released at once");
	arena_release(&arena);
	is_int((int64_t)order_length, 1, "and not again");
}

static char *secret;
static bool secret_was_there;

static void
look_at_secret(void *resource)
{
	secret_was_there = strcmp(resource, "secret") == 0;
}

static void
test_wipe(void)
{
	struct arena arena;

	arena_init(&arena, 1024);
	secret = arena_alloc(&arena, 16);
	if (secret == NULL)
		return;
	memcpy(secret, "secret", 7);
	ok(arena_defer(&arena, look_at_secret, secret), "wipe: deferred");
	arena_wipe(&arena);
	ok(secret_was_there, "wipe: what is deferred still sees its memory");
	ok(arena.taken == 0 && arena.blocks == NULL, "wipe: nothing is held");
}

int
main(void)
{
	/* Read once, at the first allocation. */
	if (setenv("ARENA_FAIL_AT", "3", 1) != 0)
		return 1;
	test_fault();
	test_alloc();
	test_ceiling();
	test_text();
	test_used_again();
	test_deferred();
	test_wipe();
	return tap_done();
}
