/* SPDX-License-Identifier: MIT
 *
 * Spans of time and thresholds out of queries. Numbers are of the sections of
 * the reference.
 */
#include "base/compat.h"

#include "taskrouterd/span.h"
#include "tap.h"

/* 2026-01-31T12:00:00.500Z */
#define NOW INT64_C(1769860800500)
#define MINUTE INT64_C(60000)
#define DAY (24 * 60 * MINUTE)

static const struct {
	const char *query;
	/* From NOW; a refusal where there are words. */
	int64_t from, to;
	const char *refusal;
	unsigned code;
} spans[] = {
	{"", -15 * MINUTE, 0, NULL, 0},
	{"Minutes=", -15 * MINUTE, 0, NULL, 0},
	{"Minutes=1", -MINUTE, 0, NULL, 0},
	{"Minutes=43200", -30 * DAY, 0, NULL, 0},
	{"Minutes=43201", 0, 0, "Minutes: expected a whole number from 1 to "
				"43200", 20001},
	{"Minutes=0", 0, 0, "Minutes: ", 20001},
	{"Minutes=-1", 0, 0, "Minutes: ", 20001},
	{"Minutes=1e3", 0, 0, "Minutes: ", 20001},
	{"StartDate=2026-01-31T11:59:00Z", -MINUTE - 500, 0, NULL, 0},
	{"StartDate=2026-01-31", -12 * 60 * MINUTE - 500, 0, NULL, 0},
	{"StartDate=2026-01-31T12:59:00%2B01:00", -MINUTE - 500, 0, NULL, 0},
	{"StartDate=2026-01-31T11:59:00Z&EndDate=2026-01-31T11:59:00Z",
	    -MINUTE - 500, -MINUTE + 499, NULL, 0},
	{"StartDate=2026-01-31T11:59:00Z&EndDate=2026-01-31T12:00:00Z",
	    -MINUTE - 500, 0, NULL, 0},
	{"StartDate=2026-01-31T11:59:00Z&EndDate=2027-01-31T12:00:00Z",
	    -MINUTE - 500, 0, NULL, 0},
	{"EndDate=2026-01-31T11:59:00Z", -16 * MINUTE + 499, -MINUTE + 499,
	    NULL, 0},
	{"StartDate=2026-01-31T11:59:00Z&EndDate=2026-01-31T11:58:59Z", 0, 0,
	    "StartDate: expected a date that is not after EndDate", 20001},
	{"StartDate=2026-01-31T12:00:01Z", 0, 0,
	    "StartDate: expected a date that is not after now", 20001},
	{"StartDate=2026-01-01T12:00:01Z", -30 * DAY + 500, 0, NULL, 0},
	{"StartDate=2026-01-01T12:00:00Z", 0, 0,
	    "StartDate: expected a date of the last 30 days, the time that "
	    "Events are kept", 14241},
	{"EndDate=2026-01-01T12:00:00Z", 0, 0,
	    "EndDate: expected a date of the last 30 days", 14241},
	{"StartDate=then", 0, 0, "StartDate: ", 20001},
	{"EndDate=then", 0, 0, "EndDate: ", 20001},
	{"Minutes=5&StartDate=2026-01-31T11:59:00Z", 0, 0,
	    "Minutes: cannot be combined with StartDate or EndDate", 20001},
	{"Minutes=5&EndDate=2026-01-31T11:59:00Z", 0, 0,
	    "Minutes: cannot be combined with StartDate or EndDate", 20001},
	{"Minutes=5&StartDate=&EndDate=", -5 * MINUTE, 0, NULL, 0},
};

static const struct {
	const char *query, *seconds; /* NULL: refused */
} splits[] = {
	{"", ""},
	{"SplitByWaitTime=", ""},
	{"SplitByWaitTime=5", " 5"},
	{"SplitByWaitTime=5,30", " 5 30"},
	{"SplitByWaitTime=30,+5+,0", " 30 5 0"},
	{"SplitByWaitTime=5,5,05,30", " 5 30"},
	{"SplitByWaitTime=2147483647", " 2147483647"},
	{"SplitByWaitTime=2147483648", NULL},
	{"SplitByWaitTime=5,", NULL},
	{"SplitByWaitTime=,5", NULL},
	{"SplitByWaitTime=5;6", NULL},
	{"SplitByWaitTime=-1", NULL},
	{"SplitByWaitTime=1.5", NULL},
	{"SplitByWaitTime=five", NULL},
	{"SplitByWaitTime=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,"
	 "21,22,23,24,25,26,27,28,29,30,31,32,32",
	    " 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 "
	    "25 26 27 28 29 30 31 32"},
	{"SplitByWaitTime=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,"
	 "21,22,23,24,25,26,27,28,29,30,31,32,33",
	    NULL},
};

static struct form
form_of(struct arena *arena, const char *query)
{
	struct form form = {0};
	struct err err = {0};

	if (query[0] != '\0' &&
	    !form_decode(arena, str_from(query), &form, &err))
		ok(false, "%s: %s", query, err.text);
	return form;
}

static void
test_spans(struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LENGTH(spans); i++) {
		struct form form = form_of(arena, spans[i].query);
		struct refusal refusal = {0};
		struct span span = {0, 0};
		bool is_read = span_read(&span, &form, NOW, &refusal);

		if (spans[i].refusal == NULL) {
			ok(is_read && span.from == NOW + spans[i].from &&
				span.to == NOW + spans[i].to,
			    "5.10 %s: %jd to %jd%s", spans[i].query,
			    (intmax_t)(span.from - NOW),
			    (intmax_t)(span.to - NOW), refusal.text);
			continue;
		}
		ok(!is_read && refusal.status == 400 &&
			refusal.code == spans[i].code &&
			str_has_prefix(str_from(refusal.text),
			    str_from(spans[i].refusal)),
		    "5.10 %s: %u %s", spans[i].query, refusal.code,
		    refusal.text);
	}
}

static void
test_splits(struct arena *arena)
{
	for (size_t i = 0; i < ARRAY_LENGTH(splits); i++) {
		struct form form = form_of(arena, splits[i].query);
		struct refusal refusal = {0};
		struct thresholds thresholds;
		struct str text = STR("");

		if (!thresholds_read(&thresholds, arena, &form, &refusal)) {
			ok(splits[i].seconds == NULL && refusal.status == 400 &&
				refusal.code == 20001 &&
				str_has_prefix(str_from(refusal.text),
				    STR("SplitByWaitTime: expected ")),
			    "%s: %s", splits[i].query, refusal.text);
			continue;
		}
		for (size_t s = 0; s < thresholds.count; s++)
			text = arena_format(arena, "%.*s %jd", STR_ARGS(text),
			    (intmax_t)thresholds.seconds[s]);
		is_str(text,
		    splits[i].seconds != NULL ? splits[i].seconds : "refused",
		    "%s", splits[i].query);
	}
}

int
main(void)
{
	struct arena arena;

	arena_init(&arena, 1 << 20);
	test_spans(&arena);
	test_splits(&arena);
	arena_release(&arena);
	return tap_done();
}
