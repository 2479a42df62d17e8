/* SPDX-License-Identifier: MIT
 *
 * Rules in the configuration, and the time zone of their conditions.
 */
#include "base/compat.h"

#include <stdio.h>
#include <sys/stat.h>

#include "responder/settings_parts.h"

/* Where rules_read reports to. */
struct place {
	struct config_reader *reader;
	const char *path;
};

#define NAME_SHOWN ((size_t)60) /* bytes of a rule's name in a path */

static struct str
shorten(struct str name)
{
	struct str shown = str_slice(name, 0, NAME_SHOWN);

	while (shown.len > 0 && shown.len < name.len &&
	    ((unsigned char)name.at[shown.len] & 0xc0) == 0x80)
		shown.len--;
	return shown;
}

/* "assignment.rules.3.answer.from", "assignment.rules.4 (\"night\").when": rules
 * are counted from 1. */
static const char *
path_of(const struct place *place, const struct rules_fault *fault)
{
	struct str name = shorten(fault->name);
	bool is_named = name.len > 0;
	const char *path = place->path;
	char step[NAME_SHOWN + 32];

	if (fault->rule != RULES_NONE) {
		(void)snprintf(step, sizeof step, "%zu%s%.*s%s",
		    fault->rule + 1, is_named ? " (\"" : "", STR_ARGS(name),
		    is_named ? "\")" : "");
		path = config_path(place->reader, path, str_from(step));
	}
	return fault->key.len == 0
	    ? path
	    : config_path(place->reader, path, fault->key);
}

static void
report(void *to, const struct rules_fault *fault)
{
	const struct place *place = to;
	const char *path = path_of(place, fault);

	if (fault->is_warning)
		config_warning(place->reader, path, "%s", fault->message);
	else
		config_error(place->reader, path, "%s", fault->message);
	config_show_place(place->reader, fault->is_warning, fault->shown);
}

static void
check_secrets(const struct place *place, struct json_object *list)
{
	for (size_t i = 0; i < json_length(list); i++) {
		struct rules_fault where = {.rule = i, .key = STR("answer"),
		    .name = json_get_text(json_item(list, i), "name")};
		struct json_object *answer =
		    json_get(json_item(list, i), "answer");
		if (json_get(answer, INSTRUCTION_SECRET) != NULL)
			settings_check_secret_parameter(place->reader,
			    path_of(place, &where), answer);
	}
}

void
settings_read_rules(struct config_reader *reader, const char *path,
    struct json_object *value, void *rules)
{
	struct settings_rules *to = rules;
	struct place place = {reader, path};
	struct arena *arena = config_arena(reader);

	check_secrets(&place, value);
	to->list = rules_read(value, arena, report, &place);
	if (to->list != NULL)
		to->written = instruction_mask(arena, json_write(arena, value));
}

struct str
settings_show_rules(struct arena *arena, const void *rules)
{
	const struct settings_rules *r = rules;

	return arena_str(arena, r->written);
}

/* What tzset(3) is to find as a file, and no text of its other forms. */
static bool
is_zone_name(struct str value)
{
	if (value.len == 0 || !ascii_is_alpha((unsigned char)value.at[0]))
		return false;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) &&
		    !str_has_byte(STR("/_+-"), (char)c))
			return false;
	}
	return true;
}

bool
settings_check_time_zone(struct str value, struct err *err)
{
	static const char folder[] = "/usr/share/zoneinfo";
	char path[256];
	struct stat status;

	if (str_is(value, "UTC"))
		return true;
	int length = snprintf(
	    path, sizeof path, "%s/%.*s", folder, STR_ARGS(value));
	if (is_zone_name(value) && length > 0 &&
	    (size_t)length < sizeof path && stat(path, &status) == 0 &&
	    S_ISREG(status.st_mode))
		return true;
	return err_set(err, 0,
	    "expected a time zone such as Europe/Berlin: there is no such "
	    "file below %s", folder);
}

void
settings_note_default(struct config_reader *reader, struct settings *s)
{
	s->rules.has_default = config_is_set(reader, "assignment.default");
}

/* With rules nothing may look as if the default still counted. */
void
settings_derive_rules(struct settings *s)
{
	if (s->rules.list != NULL)
		s->assignment_default.json = STR_NONE;
}
