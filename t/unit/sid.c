/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "tap.h"

#include <string.h>

#include "twilio/sid.h"

#define HEX "0123456789abcdefABCDEF0123456789"

static const struct {
	const char *what, *text, *kind;
	bool is;
} rows[] = {
	{"a Task SID", "WT" HEX, "WT", true},
	{"hexadecimal digits in both cases", "WR" HEX, "WR", true},
	{"another kind", "WT" HEX, "WR", false},
	{"a kind in lower case", "wt" HEX, "WT", false},
	{"one digit too few", "WT" "123456789abcdefABCDEF0123456789", "WT", false},
	{"one digit too many", "WT" HEX "0", "WT", false},
	{"g as the first digit", "WTg123456789abcdefABCDEF0123456789", "WT", false},
	{"g as the last digit", "WT0123456789abcdefABCDEF012345678g", "WT", false},
	{"a line feed at the end", "WT0123456789abcdefABCDEF012345678\n", "WT", false},
	{"a slash within", "WT0123456789abcdef/BCDEF0123456789", "WT", false},
	{"an empty text", "", "WT", false},
	{"the kind alone", "WT", "WT", false},
};

static const struct {
	const char *kind, *name, *message;
} kinds[] = {
	{"WT", "Task", "expected a Task SID: WT and 32 hexadecimal digits"},
	{"WA", "Activity", "expected an Activity SID: WA and 32 hexadecimal digits"},
	{"AC", "Account", "expected an Account SID: AC and 32 hexadecimal digits"},
	{"WK", "Worker", "expected a Worker SID: WK and 32 hexadecimal digits"},
	{"WQ", "TaskQueue", "expected a TaskQueue SID: WQ and 32 hexadecimal digits"},
	{"WW", "Workflow", "expected a Workflow SID: WW and 32 hexadecimal digits"},
	{"WS", "Workspace", "expected a Workspace SID: WS and 32 hexadecimal digits"},
	{"WR", "Reservation", "expected a Reservation SID: WR and 32 hexadecimal digits"},
	{"CA", "Call", "expected a Call SID: CA and 32 hexadecimal digits"},
	{"ZZ", "ZZ", "expected a ZZ SID: ZZ and 32 hexadecimal digits"},
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct err err = {0};
		struct str text = str_from(rows[i].text);

		ok(sid_is(text, rows[i].kind) == rows[i].is, "%s is %s %s SID",
		    rows[i].what, rows[i].is ? "a" : "no", rows[i].kind);
		ok(sid_check(text, rows[i].kind, &err) == rows[i].is &&
			(err.text[0] == '\0') == rows[i].is,
		    "%s: the check agrees", rows[i].what);
	}
	ok(!sid_is(STR_NONE, "WT"), "an absent text is no SID");
	char nul[] = "WT" HEX;
	nul[20] = '\0';
	ok(!sid_is((struct str){nul, SID_LENGTH}, "WT"),
	    "a NUL within is no SID");
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++) {
		struct err err = {0};

		is_str(str_from(sid_kind_name(kinds[i].kind)), kinds[i].name,
		    "%s is called %s", kinds[i].kind, kinds[i].name);
		ok(!sid_check(STR("x"), kinds[i].kind, &err), "x is no %s",
		    kinds[i].kind);
		is_str(str_from(err.text), kinds[i].message, "words for %s",
		    kinds[i].kind);
	}
	return tap_done();
}
