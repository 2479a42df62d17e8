/* SPDX-License-Identifier: MIT
 *
 * Memory that lives as long as one exchange (or one configuration): taken
 * piece by piece, given back all at once. Nothing that a handler allocates
 * can leak, because a handler cannot allocate anywhere else.
 *
 * Every arena has a ceiling. What does not fit, and what malloc refuses, is
 * NULL and sets `overflow`, which the owner tests once before it uses what
 * was built. An arena belongs to one thread at a time.
 *
 * Under AddressSanitizer each piece is a malloc of its own, so that a step
 * over its end is seen. The environment variable ARENA_FAIL_AT=n makes the
 * n-th allocation of the process fail, in builds with --enable-fault-tests.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/compat.h"
#include "base/str.h"

struct arena_block;
struct arena_deferred;

struct arena {
	struct arena_block *blocks;
	struct arena_deferred *deferred;
	size_t taken;   /* bytes handed out so far */
	size_t ceiling; /* bytes that may be handed out */
	bool overflow;
};

void arena_init(struct arena *arena, size_t ceiling);

/* Gives back what the calling thread keeps for its next arenas: the last thing
 * that a thread which ends does with them. */
void arena_end_thread(void);


/* Runs the deferred releases, last in first out, and frees everything; the
 * arena is empty and usable again with the same ceiling. */
void arena_release(struct arena *arena);

/* As arena_release, and overwrites the memory before it is given back: for an
 * arena that held secrets. */
void arena_wipe(struct arena *arena);

/* Zeroed and aligned for any type, or NULL. */
MUST_USE void *arena_alloc(struct arena *arena, size_t size);
/* As arena_alloc for `count` members; an overflowing product is NULL. */
MUST_USE void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy that also ends in NUL; absent stays absent, and what does not fit
 * is absent. */
struct str arena_str(struct arena *arena, struct str s);
/* The `count` views one behind the other, ending in NUL; absent when they do
 * not fit. */
struct str arena_join(
    struct arena *arena, const struct str *parts, size_t count);
/* Formatted text, ending in NUL; absent when it does not fit. */
struct str arena_format(struct arena *arena, const char *format, ...)
    PRINTF_LIKE(2, 3);

/* Calls release(resource) when the arena is released. False when there is no
 * room to remember it: then it has been released at once. */
MUST_USE bool arena_defer(
    struct arena *arena, void (*release)(void *), void *resource);

#endif
