/* SPDX-License-Identifier: MIT
 *
 * Attributes packed without a tree in between: several times as fast, for
 * those who read them once. What is refused here is read once more, by
 * json_parse, which knows what to say.
 */
#include "base/compat.h"

#include "expr/pack.h"

#include <stdlib.h>
#include <string.h>

#include "codec/json.h"

#define TEXT_MOST ((size_t)65536)
#define MEMBERS_MOST 64 /* of a record: each key is compared with all others */
#define DIGITS_MOST ((size_t)18) /* fit int64_t */

/* A block with room for more nodes and bytes than there can be, behind them
 * those nodes whose list or record is not closed yet, then the bytes. */
struct packing {
	struct str json;
	size_t at;
	size_t values; /* that there still may be */
	struct expr_pack_node *nodes;
	size_t filled;
	struct expr_pack_node *open;
	size_t held;
	char *text;
	size_t bytes;
};

static bool take_value(struct packing *p, unsigned depth,
    struct expr_pack_node *node);

/* The next byte that is no white space; NUL at the end. */
static char
peek(struct packing *p)
{
	while (p->at < p->json.len) {
		char c = p->json.at[p->at];
		if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
			return c;
		p->at++;
	}
	return '\0';
}

static bool
take_string(struct packing *p, struct expr_pack_node *node)
{
	size_t start = ++p->at;

	for (;; p->at++) {
		if (p->at == p->json.len)
			return false;
		unsigned char c = (unsigned char)p->json.at[p->at];
		if (c == '"')
			break;
		if (c < ' ' || c == '\\')
			return false;
		if (c < 0x80)
			continue;
		size_t sequence = str_utf8_sequence(p->json, p->at);
		if (sequence == 0)
			return false;
		p->at += sequence - 1;
	}
	size_t length = p->at++ - start;
	*node = (struct expr_pack_node){.type = EXPR_STRING,
	    .text = (uint32_t)p->bytes, .size = (uint32_t)length};
	memcpy(p->text + p->bytes, p->json.at + start, length);
	p->bytes += length;
	return true;
}

/* What may stand behind a number or a word. */
static bool
is_end(struct packing *p)
{
	return p->at == p->json.len ||
	    str_has_byte(STR(" \n\t\r,]}"), p->json.at[p->at]);
}

static bool
take_word(struct packing *p, struct str word, enum expr_type type,
    uint32_t size, struct expr_pack_node *node)
{
	if (!str_has_prefix(
		str_slice(p->json, p->at, p->json.len), word))
		return false;
	p->at += word.len;
	*node = (struct expr_pack_node){.type = type, .size = size};
	return is_end(p);
}

static bool
take_integer(struct packing *p, struct expr_pack_node *node)
{
	bool negative = p->json.at[p->at] == '-';
	size_t start = p->at += negative;
	int64_t value = 0;

	while (p->at < p->json.len && p->at - start < DIGITS_MOST &&
	    ascii_is_digit((unsigned char)p->json.at[p->at]))
		value = 10 * value + (p->json.at[p->at++] - '0');
	if (p->at == start || !is_end(p) ||
	    (p->json.at[start] == '0' && (negative || p->at > start + 1)))
		return false;
	*node = (struct expr_pack_node){.type = EXPR_INTEGER,
	    .integer = negative ? -value : value};
	return true;
}

/* What is held from `from` on, as the members of `node`. */
static void
close_members(struct packing *p, size_t from, struct expr_pack_node *node)
{
	size_t count = p->held - from;

	node->first = (uint32_t)p->filled;
	node->size = (uint32_t)(node->type == EXPR_RECORD ? count / 2 : count);
	memcpy(p->nodes + p->filled, p->open + from,
	    count * sizeof *p->nodes);
	p->filled += count;
	p->held = from;
}

/* Whether the last of the keys that are held is none of the others. */
static bool
is_new_key(const struct packing *p, size_t from)
{
	const struct expr_pack_node *key = &p->open[p->held - 1];

	if (p->held - from > 2 * MEMBERS_MOST)
		return false;
	for (size_t i = from; i + 1 < p->held; i += 2) {
		const struct expr_pack_node *other = &p->open[i];
		if (other->size == key->size &&
		    memcmp(p->text + other->text, p->text + key->text,
			key->size) == 0)
			return false;
	}
	return true;
}

static bool
take_key(struct packing *p, size_t from)
{
	if (peek(p) != '"' || !take_string(p, &p->open[p->held]))
		return false;
	p->held++;
	if (!is_new_key(p, from) || peek(p) != ':')
		return false;
	p->at++;
	return true;
}

/* A list or a record. Recurses as deep as JSON_DEPTH. */
static bool
take_members(struct packing *p, unsigned depth, enum expr_type type,
    struct expr_pack_node *node)
{
	char end = type == EXPR_RECORD ? '}' : ']';
	size_t from = p->held;
	struct expr_pack_node member;

	*node = (struct expr_pack_node){.type = type};
	p->at++;
	if (depth == JSON_DEPTH)
		return false;
	for (char next; (next = peek(p)) != end;) {
		if (p->at == p->json.len || (p->held > from && next != ','))
			return false;
		p->at += p->held > from;
		if (type == EXPR_RECORD && !take_key(p, from))
			return false;
		if (!take_value(p, depth + 1, &member))
			return false;
		p->open[p->held++] = member;
	}
	p->at++;
	close_members(p, from, node);
	return true;
}

static bool
take_value(struct packing *p, unsigned depth, struct expr_pack_node *node)
{
	if (p->values-- == 0)
		return false;
	switch (peek(p)) {
	case '"':
		return take_string(p, node);
	case '{':
		return take_members(p, depth, EXPR_RECORD, node);
	case '[':
		return take_members(p, depth, EXPR_LIST, node);
	case 't':
		return take_word(p, STR("true"), EXPR_BOOLEAN, 1, node);
	case 'f':
		return take_word(p, STR("false"), EXPR_BOOLEAN, 0, node);
	case 'n':
		return take_word(p, STR("null"), EXPR_NULL, 0, node);
	case '\0':
		return false;
	default:
		return take_integer(p, node);
	}
}

/* Keys and values: each stands behind one of these, or is the first. */
static size_t
bound_nodes(struct str json)
{
	size_t count = 2;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.at[i];
		count += c == ',' || c == ':' || c == '[' || c == '{';
	}
	return count;
}

/* Gives back what was too much. */
static struct expr_pack *
shrink(struct expr_pack *pack, const struct packing *p)
{
	pack->nodes = (uint32_t)p->filled;
	pack->bytes = (uint32_t)p->bytes;
	memmove(p->nodes + p->filled, p->text, p->bytes);
	struct expr_pack *smaller = realloc(pack, expr_pack_size(pack));
	return smaller != NULL ? smaller : pack;
}

struct expr_pack *
expr_pack_plain(struct str json, size_t most)
{
	size_t bound = bound_nodes(json);
	struct packing p = {.json = json, .values = most, .filled = 1};
	struct expr_pack *pack;

	if (json.len > TEXT_MOST)
		return NULL;
	pack = malloc(
	    sizeof *pack + 2 * bound * sizeof *p.nodes + json.len);
	if (pack == NULL)
		return NULL;
	p.nodes = pack->node;
	p.open = p.nodes + bound;
	p.text = (char *)(p.open + bound);
	if (take_value(&p, 0, &p.nodes[0]) && peek(&p) == '\0' &&
	    p.at == json.len)
		return shrink(pack, &p);
	free(pack);
	return NULL;
}
