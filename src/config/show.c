/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "config/config.h"

#include <inttypes.h>
#include <string.h>

#include "config/reader.h"

#define SHOW_CEILING ((size_t)16 * 1024 * 1024)

/* Where the output is: which object is open, and what stands before the next
 * member. */
struct shower {
	FILE *out;
	struct arena *arena; /* for one value */
	struct str open;     /* path of the open object, "" at the top */
	size_t depth;
	bool first;          /* nothing in it yet */
};

static struct str
show_list(struct arena *arena, const struct config_strings *list, bool mask)
{
	struct str text = STR("");

	if (list->count == 0)
		return STR_NONE;
	for (size_t i = 0; i < list->count; i++) {
		struct str item = json_quote(
		    arena, mask ? STR(CONFIG_MASK) : list->items[i]);
		text = arena_format(arena, "%.*s%s%.*s", STR_ARGS(text),
		    i > 0 ? ", " : "", STR_ARGS(item));
	}
	if (list->count == 1)
		return text;
	return arena_format(arena, "[%.*s]", STR_ARGS(text));
}

static struct str
show_string(struct arena *arena, const struct str *text)
{
	return text->at == NULL ? STR_NONE : json_quote(arena, *text);
}

static struct str
show_seconds(struct arena *arena, const int64_t *milliseconds)
{
	char text[CONFIG_SECONDS_SIZE];

	config_format_seconds(*milliseconds, text);
	return arena_str(arena, str_from(text));
}

/* The member as JSON; absent if there is nothing to show. */
static struct str
show_value(
    struct arena *arena, const struct config_key *key, const void *settings)
{
	const void *member = (const char *)settings + key->offset;

	switch (key->type) {
	case CONFIG_STRING:
		return show_string(arena, member);
	case CONFIG_BOOLEAN:
		return *(const bool *)member ? STR("true") : STR("false");
	case CONFIG_INTEGER:
		return arena_format(
		    arena, "%" PRId64, *(const int64_t *)member);
	case CONFIG_SECONDS:
		return show_seconds(arena, member);
	case CONFIG_CHOICE:
		return json_quote(
		    arena, str_from(key->choices[*(const int *)member]));
	case CONFIG_STRINGS:
		return show_list(arena, member, false);
	case CONFIG_SECRET:
		return show_list(arena, member, true);
	case CONFIG_CUSTOM:
		return key->show == NULL ? STR_NONE : key->show(arena, member);
	}
	return STR_NONE;
}

static void
indent(struct shower *s)
{
	fprintf(s->out, "%s\n%*s", s->first ? "" : ",", (int)s->depth * 4, "");
	s->first = false;
}

static void
close_object(struct shower *s)
{
	size_t end = s->open.len;

	while (end > 0 && s->open.at[end - 1] != '.')
		end--;
	s->open = str_slice(s->open, 0, end > 0 ? end - 1 : 0);
	s->depth--;
	s->first = true;
	indent(s);
	fputs("}", s->out);
}

/* Whether the object at `path` holds, at any depth, the key `key`. */
static bool
holds(struct str path, struct str key)
{
	return path.len == 0 ||
	    (str_has_prefix(key, path) && key.len > path.len &&
		key.at[path.len] == '.');
}

/* Leaves open exactly the objects that `key` stands in; its last name. */
static struct str
enter(struct shower *s, struct str key)
{
	while (!holds(s->open, key))
		close_object(s);
	size_t from = s->open.len > 0 ? s->open.len + 1 : 0;
	struct str rest = str_slice(key, from, key.len);
	while (str_has_byte(rest, '.')) {
		struct str name = str_cut(&rest, '.');
		indent(s);
		fprintf(s->out, "\"%.*s\": {", STR_ARGS(name));
		s->depth++;
		s->first = true;
		s->open = str_slice(
		    key, 0, (size_t)(name.at - key.at) + name.len);
	}
	return rest;
}

void
config_show(const struct config_key *keys, size_t count, const void *settings,
    FILE *out)
{
	struct arena arena;
	struct shower s = {out, &arena, STR(""), 1, true};

	arena_init(&arena, SHOW_CEILING);
	fputs("{", out);
	for (size_t i = 0; i < count; i++) {
		struct str value = show_value(&arena, &keys[i], settings);
		if (value.at != NULL) {
			struct str name = enter(&s, str_from(keys[i].path));
			indent(&s);
			fprintf(out, "\"%.*s\": %.*s", STR_ARGS(name),
			    STR_ARGS(value));
		}
		arena_release(&arena);
	}
	while (s.open.len > 0)
		close_object(&s);
	fputs("\n}\n", out);
}
