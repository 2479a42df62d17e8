/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"

#define BLOCK_SIZE ((size_t)8192)

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	max_align_t data[];
};

struct arena_deferred {
	struct arena_deferred *next;
	void (*release)(void *);
	void *resource;
};

#ifdef FAULT_TESTS
static bool
fault_is_due(void)
{
	static long left = -1;

	if (left < 0) {
		const char *text = getenv("ARENA_FAIL_AT");
		left = text == NULL ? 0 : strtol(text, NULL, 10);
	}
	return left > 0 && --left == 0;
}
#else
static bool
fault_is_due(void)
{
	return false;
}
#endif

void
arena_init(struct arena *arena, size_t ceiling)
{
	*arena = (struct arena){.ceiling = ceiling};
}

static void
run_deferred(struct arena *arena)
{
	while (arena->deferred != NULL) {
		struct arena_deferred *d = arena->deferred;
		arena->deferred = d->next;
		d->release(d->resource);
	}
}

/* One block of the usual size is kept: most exchanges need no other. */
static _Thread_local struct arena_block *spare;

static struct arena_block *
take_block(size_t size)
{
	struct arena_block *block = spare;

	if (fault_is_due())
		return NULL;
	if (size != BLOCK_SIZE || block == NULL)
		return malloc(sizeof *block + size);
	spare = NULL;
	return block;
}

static void
give_back_block(struct arena_block *block)
{
	if (block->size != BLOCK_SIZE || spare != NULL || ADDRESS_SANITIZER)
		free(block);
	else
		spare = block;
}

void
arena_end_thread(void)
{
	free(spare);
	spare = NULL;
}

static struct arena_block *
new_block(struct arena *arena, size_t size)
{
	struct arena_block *block = take_block(size);

	if (block == NULL)
		return NULL;
	block->size = size;
	block->used = 0;
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void
arena_release(struct arena *arena)
{
	run_deferred(arena);
	while (arena->blocks != NULL) {
		struct arena_block *block = arena->blocks;
		arena->blocks = block->next;
		give_back_block(block);
	}
	arena_init(arena, arena->ceiling);
}

void
arena_wipe(struct arena *arena)
{
	run_deferred(arena);
	for (struct arena_block *b = arena->blocks; b != NULL; b = b->next)
		wipe(b->data, b->used);
	arena_release(arena);
}

/* A block with room for `size`: the newest one, or a new one. */
static struct arena_block *
find_room(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;

	if (ADDRESS_SANITIZER)
		return new_block(arena, size);
	if (block != NULL && block->size - block->used >= size)
		return block;
	return new_block(arena, size > BLOCK_SIZE ? size : BLOCK_SIZE);
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	size_t room = arena->ceiling - arena->taken;
	struct arena_block *block = NULL;

	if (size <= room && size <= PTRDIFF_MAX) {
		size_t step = sizeof(max_align_t);
		size = (size + step - 1) / step * step;
		block = find_room(arena, size);
	}
	if (block == NULL) {
		arena->overflow = true;
		return NULL;
	}
	void *piece = (char *)block->data + block->used;
	block->used += size;
	arena->taken += size > room ? room : size;
	return memset(piece, 0, size);
}

void *
arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size != 0 && count > SIZE_MAX / size) {
		arena->overflow = true;
		return NULL;
	}
	return arena_alloc(arena, count * size);
}

struct str
arena_str(struct arena *arena, struct str s)
{
	if (s.at == NULL)
		return STR_NONE;
	char *copy = arena_alloc(
	    arena, s.len == SIZE_MAX ? SIZE_MAX : s.len + 1);
	if (copy == NULL)
		return STR_NONE;
	memcpy(copy, s.at, s.len);
	return (struct str){copy, s.len};
}

struct str
arena_join(struct arena *arena, const struct str *parts, size_t count)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += parts[i].len;
	char *text = arena_alloc(arena, length + 1);
	if (text == NULL)
		return STR_NONE;
	length = 0;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len > 0)
			memcpy(text + length, parts[i].at, parts[i].len);
		length += parts[i].len;
	}
	return (struct str){text, length};
}

struct str
arena_format(struct arena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(NULL, 0, format, arguments);
	va_end(arguments);
	char *text = arena_alloc(
	    arena, length < 0 ? SIZE_MAX : (size_t)length + 1);
	if (text == NULL)
		return STR_NONE;
	va_start(arguments, format);
	(void)vsnprintf(text, (size_t)length + 1, format, arguments);
	va_end(arguments);
	return (struct str){text, (size_t)length};
}

bool
arena_defer(struct arena *arena, void (*release)(void *), void *resource)
{
	struct arena_deferred *d = arena_alloc(arena, sizeof *d);

	if (d == NULL) {
		release(resource);
		return false;
	}
	*d = (struct arena_deferred){arena->deferred, release, resource};
	arena->deferred = d;
	return true;
}
