/* SPDX-License-Identifier: MIT
 *
 * Assignment instructions: an instruction is refused exactly when a mistake
 * was reported, and what is accepted is accepted again as it will be sent,
 * and stays the same.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "twilio/instruction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
count_mistakes(void *to, bool warning, struct str key, const char *message)
{
	unsigned *mistakes = to;

	if (key.at == NULL || message[0] == '\0')
		abort();
	*mistakes += !warning;
}

static bool
read_text(struct arena *arena, struct str text, struct instruction *instruction)
{
	struct json_object *value;
	struct err err;
	unsigned mistakes = 0;

	if (!json_parse(arena, text, (struct json_limits){.values = 1000},
		&value, &err))
		return false;
	bool accepted = instruction_read(
	    value, arena, instruction, count_mistakes, &mistakes);
	if (accepted != (mistakes == 0))
		abort();
	return accepted;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct instruction first, second;

	if (size > 65536)
		return 0;
	arena_init(&arena, (size_t)4 << 20);
	if (read_text(
		&arena, (struct str){(const char *)data, size}, &first) &&
	    (!read_text(&arena, first.json, &second) ||
		!str_equal(first.json, second.json) ||
		first.name != second.name))
		abort();
	arena_release(&arena);
	return 0;
}
