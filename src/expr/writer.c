/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "codec/json.h"
#include "expr/number.h"

void
expr_write(struct expr_writer *writer, struct str s)
{
	if (writer->at != NULL && s.len > 0)
		memcpy(writer->at + writer->length, s.at, s.len);
	writer->length += s.len;
}

struct str
expr_write_twice(struct arena *arena,
    void (*write)(struct expr_writer *writer, const void *subject),
    const void *subject)
{
	struct expr_writer counter = {0}, writer = {0};

	write(&counter, subject);
	if (!counter.failed)
		writer.at = arena_alloc(arena, counter.length + 1);
	if (writer.at != NULL)
		write(&writer, subject);
	arena->overflow = arena->overflow || counter.failed || writer.failed;
	return writer.at == NULL || writer.failed
	    ? STR_NONE
	    : (struct str){writer.at, writer.length};
}

void
expr_write_integer(struct expr_writer *writer, int64_t integer)
{
	char text[EXPR_NUMBER_SIZE];
	int length = snprintf(text, sizeof text, "%" PRId64, integer);

	expr_write(writer, (struct str){text, (size_t)length});
}

static void
write_number(struct expr_writer *writer, double number)
{
	char text[EXPR_NUMBER_SIZE];
	size_t length = expr_number_write(number, text);

	expr_write(writer, (struct str){text, length});
}

static void
write_quoted(struct expr_writer *writer, struct str s)
{
	struct arena scratch;

	/* Each byte may become six. */
	arena_init(&scratch, s.len * 6 + 64);
	struct str quoted = json_quote(&scratch, s);
	writer->failed = writer->failed || quoted.at == NULL;
	expr_write(writer, quoted);
	arena_release(&scratch);
}

static void
write_list(struct expr_writer *writer, struct expr_value list)
{
	size_t length = expr_value_length(list);

	expr_write(writer, STR("["));
	for (size_t i = 0; i < length; i++) {
		if (i > 0)
			expr_write(writer, STR(","));
		expr_write_json(writer, expr_value_item(list, i));
	}
	expr_write(writer, STR("]"));
}

static void
write_record(struct expr_writer *writer, struct expr_value record)
{
	size_t members = expr_value_members(record);

	expr_write(writer, STR("{"));
	for (size_t i = 0; i < members; i++) {
		struct str name;
		struct expr_value member =
		    expr_value_member(record, i, &name);
		if (i > 0)
			expr_write(writer, STR(","));
		write_quoted(writer, name);
		expr_write(writer, STR(":"));
		expr_write_json(writer, member);
	}
	expr_write(writer, STR("}"));
}

/* Recurses as deep as json_parse lets a document be. */
void
expr_write_json(struct expr_writer *writer, struct expr_value value)
{
	switch (value.type) {
	case EXPR_NULL:
		expr_write(writer, STR("null"));
		break;
	case EXPR_BOOLEAN:
		expr_write(writer, value.boolean ? STR("true") : STR("false"));
		break;
	case EXPR_INTEGER:
		expr_write_integer(writer, value.integer);
		break;
	case EXPR_NUMBER:
		write_number(writer, value.number);
		break;
	case EXPR_STRING:
		write_quoted(writer, value.text);
		break;
	case EXPR_LIST:
		write_list(writer, value);
		break;
	case EXPR_RECORD:
		write_record(writer, value);
		break;
	}
}

static void
write_value(struct expr_writer *writer, const void *subject)
{
	const struct expr_value *value = subject;

	expr_write_json(writer, *value);
}

struct str
expr_value_json(struct arena *arena, struct expr_value value)
{
	return expr_write_twice(arena, write_value, &value);
}
