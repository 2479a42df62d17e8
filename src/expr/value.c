/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "expr/value.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "codec/json.h"
#include "expr/number.h"
#include "expr/pack.h"

/* What a document takes, and what of it has been filled. */
struct extent {
	size_t nodes;
	size_t bytes;
};

/* Recurses as deep as json_parse lets a document be: JSON_DEPTH. */
static void
measure(struct json_object *value, struct extent *extent)
{
	struct json_member member = {0};

	extent->nodes++;
	extent->bytes += json_text(value).len;
	for (size_t i = 0; i < json_length(value); i++)
		measure(json_item(value, i), extent);
	if (json_type(value) != JSON_OBJECT)
		return;
	while (json_next(value, &member)) {
		extent->nodes++;
		extent->bytes += member.key.len;
		measure(member.value, extent);
	}
}

static char *
text_of(const struct expr_pack *pack)
{
	return (char *)(uintptr_t)(pack->node + pack->nodes);
}

static struct expr_pack_node
keep_text(struct expr_pack *pack, struct extent *filled, struct str s)
{
	struct expr_pack_node node = {.type = EXPR_STRING,
	    .text = (uint32_t)filled->bytes, .size = (uint32_t)s.len};

	if (s.len > 0)
		memcpy(text_of(pack) + filled->bytes, s.at, s.len);
	filled->bytes += s.len;
	return node;
}

static size_t
count_members(struct json_object *object)
{
	struct json_member member = {0};
	size_t count = 0;

	while (json_next(object, &member))
		count++;
	return count;
}

static struct expr_pack_node fill(
    struct expr_pack *pack, struct extent *filled, struct json_object *value);

static struct expr_pack_node
fill_list(
    struct expr_pack *pack, struct extent *filled, struct json_object *value)
{
	size_t first = filled->nodes, count = json_length(value);

	filled->nodes += count;
	for (size_t i = 0; i < count; i++)
		pack->node[first + i] =
		    fill(pack, filled, json_item(value, i));
	return (struct expr_pack_node){.type = EXPR_LIST, .first = (uint32_t)first,
	    .size = (uint32_t)count};
}

static struct expr_pack_node
fill_record(
    struct expr_pack *pack, struct extent *filled, struct json_object *value)
{
	struct json_member member = {0};
	size_t first = filled->nodes, count = count_members(value);

	filled->nodes += 2 * count;
	for (size_t at = first; json_next(value, &member); at += 2) {
		pack->node[at] = keep_text(pack, filled, member.key);
		pack->node[at + 1] = fill(pack, filled, member.value);
	}
	return (struct expr_pack_node){.type = EXPR_RECORD, .first = (uint32_t)first,
	    .size = (uint32_t)count};
}

static struct expr_pack_node
fill(struct expr_pack *pack, struct extent *filled, struct json_object *value)
{
	switch (json_type(value)) {
	case JSON_BOOLEAN:
		return (struct expr_pack_node){.type = EXPR_BOOLEAN,
		    .size = json_boolean(value) ? 1 : 0};
	case JSON_INTEGER:
		return (struct expr_pack_node){.type = EXPR_INTEGER,
		    .integer = json_integer(value)};
	case JSON_NUMBER:
		return (struct expr_pack_node){.type = EXPR_NUMBER,
		    .number = json_number(value)};
	case JSON_STRING:
		return keep_text(pack, filled, json_text(value));
	case JSON_ARRAY:
		return fill_list(pack, filled, value);
	case JSON_OBJECT:
		return fill_record(pack, filled, value);
	case JSON_NULL:
		break;
	}
	return (struct expr_pack_node){.type = EXPR_NULL};
}

static struct expr_pack *
pack_value(struct json_object *value, struct err *err)
{
	struct extent extent = {0}, filled = {.nodes = 1};

	measure(value, &extent);
	if (extent.nodes > UINT32_MAX || extent.bytes > UINT32_MAX) {
		(void)err_set(err, 0, "too large");
		return NULL;
	}
	struct expr_pack *pack = malloc(sizeof *pack +
	    extent.nodes * sizeof(struct expr_pack_node) + extent.bytes);
	if (pack == NULL) {
		(void)err_set(err, 0, "out of memory");
		return NULL;
	}
	pack->nodes = (uint32_t)extent.nodes;
	pack->bytes = (uint32_t)extent.bytes;
	pack->node[0] = fill(pack, &filled, value);
	return pack;
}

/* What json_parse takes of its arena: a copy, and for the message about a
 * repeated key a note of each, of 24 bytes for `"":0,`. */
#define SCRATCH_PER_BYTE 8
#define SCRATCH_BASE 4096

struct expr_pack *
expr_pack_make(struct str json, size_t most, struct err *err)
{
	struct json_limits limits = {.values = most};
	struct expr_pack *pack = expr_pack_plain(json, most);
	struct json_object *value;
	struct arena scratch;

	if (pack != NULL)
		return pack;
	if (json.len > INT32_MAX) {
		(void)err_set(err, 0, "too large");
		return NULL;
	}
	arena_init(&scratch, json.len * SCRATCH_PER_BYTE + SCRATCH_BASE);
	if (json_parse(&scratch, json, limits, &value, err))
		pack = pack_value(value, err);
	arena_release(&scratch);
	return pack;
}

void
expr_pack_free(struct expr_pack *pack)
{
	free(pack);
}

size_t
expr_pack_size(const struct expr_pack *pack)
{
	return pack == NULL ? 0
			    : sizeof *pack + pack->nodes * sizeof(struct expr_pack_node) +
		pack->bytes;
}

static struct expr_value
value_at(const struct expr_pack *pack, uint32_t number)
{
	const struct expr_pack_node *node = &pack->node[number];
	struct expr_value value = {.type = node->type};

	switch (node->type) {
	case EXPR_NULL:
		break;
	case EXPR_BOOLEAN:
		value.boolean = node->size == 1;
		break;
	case EXPR_INTEGER:
		value.integer = node->integer;
		break;
	case EXPR_NUMBER:
		value.number = node->number;
		break;
	case EXPR_STRING:
		value.text =
		    (struct str){text_of(pack) + node->text, node->size};
		break;
	case EXPR_LIST:
	case EXPR_RECORD:
		value.inside.pack = pack;
		value.inside.node = number;
		break;
	}
	return value;
}

struct expr_value
expr_pack_root(const struct expr_pack *pack)
{
	return value_at(pack, 0);
}

/* The node behind a list or record; NULL for what is none, or is a list that
 * is written in an expression. */
static const struct expr_pack_node *
node_of(struct expr_value value, enum expr_type type)
{
	return value.type == type && value.inside.pack != NULL
	    ? &value.inside.pack->node[value.inside.node]
	    : NULL;
}

/* Mostly not: the last byte tells keys apart that begin alike. */
static bool
is_key(const char *key, struct str name)
{
	return name.len == 0 ||
	    (key[name.len - 1] == name.at[name.len - 1] &&
		memcmp(key, name.at, name.len) == 0);
}

static struct expr_value
find_member(struct expr_value record, struct str name)
{
	const struct expr_pack_node *node = node_of(record, EXPR_RECORD);
	const struct expr_pack *pack = record.inside.pack;

	if (node == NULL)
		return (struct expr_value){.type = EXPR_NULL};
	const struct expr_pack_node *key = &pack->node[node->first];
	const char *text = text_of(pack);
	for (uint32_t i = 0; i < node->size; i++, key += 2)
		if (key->size == name.len && is_key(text + key->text, name))
			return value_at(pack, node->first + 2 * i + 1);
	return (struct expr_value){.type = EXPR_NULL};
}

struct expr_value
expr_value_follow(
    struct expr_value value, const struct expr_step *steps, size_t count)
{
	for (size_t i = 0; i < count && value.type != EXPR_NULL; i++)
		value = steps[i].name.at != NULL
		    ? find_member(value, steps[i].name)
		    : expr_value_item(value, steps[i].index);
	return value;
}

size_t
expr_value_length(struct expr_value list)
{
	const struct expr_pack_node *node = node_of(list, EXPR_LIST);

	return node == NULL ? 0 : node->size;
}

struct expr_value
expr_value_item(struct expr_value list, size_t index)
{
	const struct expr_pack_node *node = node_of(list, EXPR_LIST);

	if (node == NULL || index >= node->size)
		return (struct expr_value){.type = EXPR_NULL};
	return value_at(list.inside.pack, node->first + (uint32_t)index);
}

size_t
expr_value_members(struct expr_value record)
{
	const struct expr_pack_node *node = node_of(record, EXPR_RECORD);

	return node == NULL ? 0 : node->size;
}

struct expr_value
expr_value_member(struct expr_value record, size_t index, struct str *name)
{
	const struct expr_pack_node *node = node_of(record, EXPR_RECORD);
	const struct expr_pack *pack = record.inside.pack;

	*name = STR_NONE;
	if (node == NULL || index >= node->size)
		return (struct expr_value){.type = EXPR_NULL};
	uint32_t key = node->first + 2 * (uint32_t)index;
	*name = value_at(pack, key).text;
	return value_at(pack, key + 1);
}

bool
expr_value_equal(struct expr_value a, struct expr_value b)
{
	int order;

	if (a.type != b.type)
		return expr_number_compare(a, b, &order) && order == 0;
	switch (a.type) {
	case EXPR_NULL:
		return true;
	case EXPR_BOOLEAN:
		return a.boolean == b.boolean;
	case EXPR_INTEGER:
		return a.integer == b.integer;
	case EXPR_NUMBER:
		return expr_number_compare(a, b, &order) && order == 0;
	case EXPR_STRING:
		return str_equal(a.text, b.text);
	case EXPR_LIST:
	case EXPR_RECORD:
		break;
	}
	return false;
}

/* FNV-1a */
static uint64_t
hash_bytes(const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	uint64_t hash = 0xcbf29ce484222325U;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ at[i]) * 0x100000001b3U;
	return hash;
}

/* An integer equals the number that it is as a double, if any. */
static uint64_t
hash_number(double number)
{
	double positive = number + 0.0; /* -0.0 equals 0.0 */

	return hash_bytes(&positive, sizeof positive);
}

uint64_t
expr_value_hash(struct expr_value value)
{
	switch (value.type) {
	case EXPR_BOOLEAN:
		return value.boolean ? 2 : 1;
	case EXPR_INTEGER:
		return hash_number((double)value.integer);
	case EXPR_NUMBER:
		return hash_number(value.number);
	case EXPR_STRING:
		return hash_bytes(value.text.at, value.text.len);
	case EXPR_NULL:
	case EXPR_LIST:
	case EXPR_RECORD:
		break;
	}
	return 0;
}
