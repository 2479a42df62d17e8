/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "metrics/names.h"

#include <stdatomic.h>
#include <string.h>

#define PADDING 0xff /* is in no UTF-8 text */
#define OTHER "other"

/* The name as its cells: what is too long is cut between characters, and a
 * byte that could be padding, or a cell of 0, is replaced. */
static void
spell(struct str name, uint64_t cells[NAMES_CELLS])
{
	unsigned char bytes[METRIC_NAME_LENGTH];
	size_t length = name.len;

	if (length > sizeof bytes) {
		length = sizeof bytes;
		while (length > 0 && (name.at[length] & 0xc0) == 0x80)
			length--;
	}
	memset(bytes, PADDING, sizeof bytes);
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)name.at[i];
		bytes[i] = c == PADDING || c == 0 ? '?' : c;
	}
	memcpy(cells, bytes, sizeof bytes);
}

static size_t
hash_name(const uint64_t name[NAMES_CELLS])
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < NAMES_CELLS; i++) {
		hash = (hash ^ name[i]) * UINT64_C(1099511628211);
		hash ^= hash >> 32;
	}
	return (size_t)hash;
}

/* Whether the place is the name's, or has become so. Each cell is decided by
 * one compare-and-swap and never changes again: whoever finds a name half
 * written, as another process is about it or was killed, writes the rest if
 * it could be his, and goes on to another place if it is not. */
static bool
claim(cell *place, const uint64_t name[NAMES_CELLS])
{
	for (size_t i = 0; i < NAMES_CELLS; i++) {
		uint64_t found = atomic_load_explicit(
		    &place[i], memory_order_relaxed);
		if (found == 0 &&
		    atomic_compare_exchange_strong_explicit(&place[i], &found,
			name[i], memory_order_relaxed, memory_order_relaxed))
			continue;
		if (found != name[i])
			return false;
	}
	return true;
}

size_t
names_place(cell *places, size_t count, struct str name)
{
	uint64_t spelt[NAMES_CELLS];

	if (str_is(name, OTHER))
		return count;
	spell(name, spelt);
	size_t start = hash_name(spelt) % (count > 0 ? count : 1);
	for (size_t i = 0; i < count; i++) {
		size_t place = (start + i) % count;
		if (claim(&places[place * NAMES_CELLS], spelt))
			return place;
	}
	return count;
}

struct str
names_at(const cell *places, size_t count, size_t place,
    char text[METRIC_NAME_LENGTH])
{
	uint64_t cells[NAMES_CELLS];
	size_t length = 0;

	if (place >= count)
		return STR(OTHER);
	for (size_t i = 0; i < NAMES_CELLS; i++)
		cells[i] = atomic_load_explicit(
		    &places[place * NAMES_CELLS + i], memory_order_relaxed);
	memcpy(text, cells, sizeof cells);
	while (length < METRIC_NAME_LENGTH &&
	    (unsigned char)text[length] != PADDING)
		length++;
	return (struct str){text, length};
}
