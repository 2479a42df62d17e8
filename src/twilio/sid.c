/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/sid.h"

#include <string.h>

#define PREFIX_LENGTH ((size_t)2)

static const struct {
	const char *kind, *name;
} kinds[] = {
	{"AC", "Account"},
	{"CA", "Call"},
	{"CF", "Conference"},
	{"EV", "Event"},
	{"QU", "Queue"},
	{"SK", "API key"},
	{"TC", "TaskChannel"},
	{"WA", "Activity"},
	{"WC", "WorkerChannel"},
	{"WK", "Worker"},
	{"WQ", "TaskQueue"},
	{"WR", "Reservation"},
	{"WS", "Workspace"},
	{"WT", "Task"},
	{"WW", "Workflow"},
};

const char *
sid_kind_name(const char *kind)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].name;
	return kind;
}

bool
sid_is(struct str s, const char *kind)
{
	if (s.len != SID_LENGTH ||
	    !str_is(str_slice(s, 0, PREFIX_LENGTH), kind))
		return false;
	for (size_t i = PREFIX_LENGTH; i < s.len; i++)
		if (ascii_hex(s.at[i]) < 0)
			return false;
	return true;
}

bool
sid_check(struct str s, const char *kind, struct err *err)
{
	const char *name = sid_kind_name(kind);

	if (sid_is(s, kind))
		return true;
	return err_set(err, 0, "expected %s %s SID: %s and %zu hexadecimal digits",
	    str_has_byte(STR("AEIOU"), name[0]) ? "an" : "a", name, kind,
	    SID_LENGTH - PREFIX_LENGTH);
}
