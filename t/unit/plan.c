/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "router/plan.h"
#include "tap.h"

#define A "WQ0000000000000000000000000000000a"
#define B "WQ0000000000000000000000000000000b"
#define QUEUE(sid) "\"queue\":\"" sid "\""
/* One filter that matches everything, with these targets. */
#define TARGETS(targets) \
	"{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\"," \
	"\"targets\":[" targets "]}]}}"
#define TARGET(members) TARGETS("{" QUEUE(A) "," members "}")

static struct arena arena;

/* Numbers are of the sections of the reference. `shown` is what show_plan makes
 * of it. */
static const struct {
	const char *what, *json, *shown;
} rows[] = {
	{"1.9 only a default filter",
	    "{\"task_routing\":{\"default_filter\":{" QUEUE(A) "}}}",
	    "default{a}"},
	{"1.9 filters and no default filter", TARGETS("{" QUEUE(A) "}"),
	    "(1 == 1){a}"},
	{"1.9 no filters at all", "{\"task_routing\":{\"filters\":[]}}", ""},
	{"1.9 without the object around it",
	    "{\"filters\":[{\"expression\":\"a == 1\",\"targets\":[{" QUEUE(
		A) "}]}],\"default_filter\":{" QUEUE(B) "}}",
	    "(a == 1){a} default{b}"},
	{"1.9 what is null is left out",
	    "{\"task_routing\":{\"filters\":null,\"default_filter\":{"
	    "\"priority\":null," QUEUE(A) "}}}",
	    "default{a}"},
	{"1.9 every key of a target",
	    TARGETS("{" QUEUE(A) ",\"priority\":5,\"timeout\":30,"
		    "\"expression\":\"task.language IN worker.languages\","
		    "\"order_by\":\"worker.level DESC, worker.cost\","
		    "\"skip_if\":\"workers.available == 0\","
		    "\"known_worker_sid\":\"task.wanted.sid\"}"),
	    "(1 == 1){a p5 t30 d30 x[task.language IN worker.languages] "
	    "s[workers.available == 0] "
	    "o[worker.level DESC, worker.cost ASC] k[wanted.sid]}"},
	{"1.9 filter_friendly_name",
	    "{\"task_routing\":{\"filters\":[{\"filter_friendly_name\":"
	    "\"F\",\"expression\":\"1==1\",\"targets\":[{" QUEUE(A) "}]}]}}",
	    "F(1 == 1){a}"},
	{"1.9 friendly_name",
	    "{\"task_routing\":{\"filters\":[{\"friendly_name\":\"F\","
	    "\"expression\":\"1==1\",\"targets\":[{" QUEUE(A) "}]}]}}",
	    "F(1 == 1){a}"},
	{"1.9 friendlyName",
	    "{\"task_routing\":{\"filters\":[{\"friendlyName\":\"F\","
	    "\"expression\":\"1==1\",\"targets\":[{" QUEUE(A) "}]}]}}",
	    "F(1 == 1){a}"},
	{"1.9 filter_friendly_name counts before the others",
	    "{\"task_routing\":{\"filters\":[{\"friendly_name\":\"G\","
	    "\"filter_friendly_name\":\"F\",\"expression\":\"1==1\","
	    "\"targets\":[{" QUEUE(A) "}]}]}}",
	    "F(1 == 1){a}"},
	{"1.9 a later target inherits the TaskQueue",
	    TARGETS("{" QUEUE(A) ",\"timeout\":1},{\"timeout\":2},{" QUEUE(
		B) ",\"timeout\":3},{}"),
	    "(1 == 1){a t1 d1}{a t2 d3}{b t3 d6}{b}"},
	{"1.9 priority as digits", TARGET("\"priority\":\"10\""),
	    "(1 == 1){a p10}"},
	{"1.9 priority 0", TARGET("\"priority\":0"), "(1 == 1){a p0}"},
	{"1.9 the largest priority", TARGET("\"priority\":2147483647"),
	    "(1 == 1){a p2147483647}"},
	{"1.9 an empty text is left out",
	    TARGET("\"priority\":\"\",\"timeout\":\"\",\"expression\":\"\","
		   "\"skip_if\":\" \",\"order_by\":\"\","
		   "\"known_worker_sid\":\"\""),
	    "(1 == 1){a}"},
	{"1.9 timeout as digits", TARGET("\"timeout\":\"5\""),
	    "(1 == 1){a t5 d5}"},
	{"1.9 stray keys of a default filter",
	    "{\"task_routing\":{\"default_filter\":{" QUEUE(A) ","
	    "\"Expression\":\"skill-level\",\"expression\":\"a-b\","
	    "\"priority\":\"3\",\"timeout\":\"never\"}}}",
	    "default{a p3}"},
	{"1.9 keys that nobody knows",
	    "{\"x\":1,\"task_routing\":{\"y\":[2],\"default_filter\":{" QUEUE(
		A) ",\"z\":{}}}}",
	    "default{a}"},
	{"1.1 digits of a SID in either case",
	    "{\"task_routing\":{\"default_filter\":{\"queue\":"
	    "\"WQ0000000000000000000000000000000A\"}}}",
	    "default{a}"},
	{"2.5 timeouts add up",
	    TARGETS("{" QUEUE(A) ",\"timeout\":10},{\"timeout\":10},"
		    "{\"timeout\":10}"),
	    "(1 == 1){a t10 d10}{a t10 d20}{a t10 d30}"},
	{"2.5 a target without a timeout adds none",
	    TARGETS("{" QUEUE(A) ",\"timeout\":10},{},{\"timeout\":5}"),
	    "(1 == 1){a t10 d10}{a}{a t5 d15}"},
	{"2.5 each filter counts from the start",
	    "{\"task_routing\":{\"filters\":["
	    "{\"expression\":\"1==1\",\"targets\":[{" QUEUE(
		A) ",\"timeout\":4}]},"
	    "{\"expression\":\"1==1\",\"targets\":[{" QUEUE(
		A) ",\"timeout\":5}]}]}}",
	    "(1 == 1){a t4 d4} (1 == 1){a t5 d5}"},
	{"6.1 a Task's attributes in a filter, without and with the word",
	    "{\"task_routing\":{\"filters\":[{\"expression\":"
	    "\"type == 'x' AND task.size > 2\",\"targets\":[{" QUEUE(
		A) "}]}]}}",
	    "(type == \"x\" AND size > 2){a}"},
	{"7.3 priority, expression, skip_if and timeout are not inherited",
	    TARGETS("{" QUEUE(A) ",\"priority\":1,\"timeout\":1,"
		    "\"expression\":\"worker.a == 1\","
		    "\"skip_if\":\"1==1\"},{}"),
	    "(1 == 1){a p1 t1 d1 x[worker.a == 1] s[1 == 1]}{a}"},
	{"7.6 known_worker_friendly_name",
	    TARGET("\"known_worker_friendly_name\":\"task.agent\""),
	    "(1 == 1){a n[agent]}"},
	{"7.6 the SID counts before the name",
	    TARGET("\"known_worker_friendly_name\":\"task.name\","
		   "\"known_worker_sid\":\"task.sid\""),
	    "(1 == 1){a k[sid]}"},
};

/* `message` is the whole of it, or what stands before "...". */
static const struct {
	const char *what, *json, *message;
} refused[] = {
	{"nothing", "", "line 1, column 1: empty"},
	{"no JSON", "{\n \"task_routing\": x}", "line 2, column 18: ..."},
	{"a repeated key", "{\"a\":1,\"a\":2}", "line 1, column 8: ..."},
	{"no object", "[]", "expected an object, not an array"},
	{"an empty object", "{}", "task_routing: missing"},
	{"1.9 task_routing is null", "{\"task_routing\":null}",
	    "task_routing: missing"},
	{"1.9 task_routing is a list", "{\"task_routing\":[]}",
	    "task_routing: expected an object, not an array"},
	{"1.9 task_routing is empty", "{\"task_routing\":{}}",
	    "task_routing: expected filters, a default_filter or both"},
	{"1.9 filters is an object", "{\"task_routing\":{\"filters\":{}}}",
	    "task_routing.filters: expected an array, not an object"},
	{"1.9 a filter is a string",
	    "{\"task_routing\":{\"filters\":[\"x\"]}}",
	    "task_routing.filters[0]: expected an object, not a string"},
	{"1.9 no expression",
	    "{\"task_routing\":{\"filters\":[{\"targets\":[{" QUEUE(
		A) "}]}]}}",
	    "task_routing.filters[0].expression: missing"},
	{"1.9 a blank expression",
	    "{\"task_routing\":{\"filters\":[{\"expression\":\" \","
	    "\"targets\":[{" QUEUE(A) "}]}]}}",
	    "task_routing.filters[0].expression: missing"},
	{"1.9 an expression that is a number",
	    "{\"task_routing\":{\"filters\":[{\"expression\":1}]}}",
	    "task_routing.filters[0].expression: expected a string, not a "
	    "whole number"},
	{"1.9 a name that is a number",
	    "{\"task_routing\":{\"filters\":[{\"filter_friendly_name\":1}]}}",
	    "task_routing.filters[0].filter_friendly_name: expected a "
	    "string, not a whole number"},
	{"1.9 no targets",
	    "{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\"}]}}",
	    "task_routing.filters[0].targets: expected an array of at least "
	    "one target"},
	{"1.9 an empty list of targets", TARGETS(""),
	    "task_routing.filters[0].targets: expected an array of at least "
	    "one target"},
	{"1.9 targets is an object",
	    "{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\","
	    "\"targets\":{}}]}}",
	    "task_routing.filters[0].targets: expected an array of at least "
	    "one target"},
	{"1.9 a target is null", TARGETS("null"),
	    "task_routing.filters[0].targets[0]: expected an object, not "
	    "null"},
	{"1.9 the first target has no TaskQueue",
	    TARGETS("{\"timeout\":1},{" QUEUE(A) "}"),
	    "task_routing.filters[0].targets[0].queue: missing: the first "
	    "target names the TaskQueue"},
	{"1.9 the place without the object around it",
	    "{\"filters\":[{\"expression\":\"1==1\",\"targets\":[{}]}]}",
	    "filters[0].targets[0].queue: missing: the first target names "
	    "the TaskQueue"},
	{"1.9 the place of the second of each",
	    "{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\","
	    "\"targets\":[{" QUEUE(A) "}]},{\"expression\":\"1==1\","
	    "\"targets\":[{" QUEUE(A) "},{\"timeout\":0}]}]}}",
	    "task_routing.filters[1].targets[1].timeout: expected a whole "
	    "number of seconds, at least 1 and at most 2147483647"},
	{"1.9 a Worker's SID", TARGETS("{\"queue\":\"WK00000000000000000000"
				       "000000000001\"}"),
	    "task_routing.filters[0].targets[0].queue: expected a TaskQueue "
	    "SID: WQ and 32 hexadecimal digits"},
	{"1.9 a TaskQueue's name", TARGETS("{\"queue\":\"everyone\"}"),
	    "task_routing.filters[0].targets[0].queue: expected a TaskQueue "
	    "SID: ..."},
	{"1.9 a digit that is none",
	    TARGETS("{\"queue\":\"WQ0000000000000000000000000000000g\"}"),
	    "task_routing.filters[0].targets[0].queue: expected a TaskQueue "
	    "SID: ..."},
	{"1.9 a digit too many",
	    TARGETS("{\"queue\":\"" A "0\"}"),
	    "task_routing.filters[0].targets[0].queue: expected a TaskQueue "
	    "SID: ..."},
	{"1.9 timeout 0", TARGET("\"timeout\":0"),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout below 0", TARGET("\"timeout\":-1"),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout with a fraction", TARGET("\"timeout\":1.5"),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout in words", TARGET("\"timeout\":\"soon\""),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout with a sign", TARGET("\"timeout\":\"+1\""),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout true", TARGET("\"timeout\":true"),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 timeout above all", TARGET("\"timeout\":2147483648"),
	    "task_routing.filters[0].targets[0].timeout: ..."},
	{"1.9 priority below 0", TARGET("\"priority\":-1"),
	    "task_routing.filters[0].targets[0].priority: expected a whole "
	    "number, at least 0 and at most 2147483647"},
	{"1.10 priority above all", TARGET("\"priority\":\"2147483648\""),
	    "task_routing.filters[0].targets[0].priority: ..."},
	{"1.9 the default filter has no TaskQueue",
	    "{\"task_routing\":{\"default_filter\":{}}}",
	    "task_routing.default_filter.queue: missing"},
	{"1.9 the default filter is a SID",
	    "{\"task_routing\":{\"default_filter\":\"" A "\"}}",
	    "task_routing.default_filter: expected an object, not a string"},
	{"1.9 the default filter's priority",
	    "{\"task_routing\":{\"default_filter\":{" QUEUE(
		A) ",\"priority\":\"high\"}}}",
	    "task_routing.default_filter.priority: ..."},
	{"6.2 a hyphen in a name, with a caret below it",
	    "{\"task_routing\":{\"filters\":[{\"expression\":"
	    "\"skill-level > 3\"}]}}",
	    "task_routing.filters[0].expression: extraneous input ..."},
	{"6.1 skip_if is no expression", TARGET("\"skip_if\":\"always\""),
	    "task_routing.filters[0].targets[0].skip_if: ..."},
	{"6.1 a target's expression is none",
	    TARGET("\"expression\":\"worker.a ==\""),
	    "task_routing.filters[0].targets[0].expression: ..."},
	{"7.4 order_by without its prefix", TARGET("\"order_by\":\"level\""),
	    "task_routing.filters[0].targets[0].order_by: ..."},
	{"7.4 order_by a list", TARGET("\"order_by\":[\"worker.level\"]"),
	    "task_routing.filters[0].targets[0].order_by: expected a "
	    "string, not an array"},
	{"7.6 a known Worker's attribute",
	    TARGET("\"known_worker_sid\":\"worker.sid\""),
	    "task_routing.filters[0].targets[0].known_worker_sid: expected "
	    "an attribute of the Task, such as task.agent"},
	{"7.6 a known Worker without prefix",
	    TARGET("\"known_worker_friendly_name\":\"agent\""),
	    "task_routing.filters[0].targets[0].known_worker_friendly_name: "
	    "expected an attribute of the Task, such as task.agent"},
	{"7.6 a known Worker in braces",
	    TARGET("\"known_worker_sid\":\"{{task.agent}}\""),
	    "task_routing.filters[0].targets[0].known_worker_sid: ..."},
};

/* ---- a plan as text */

static void
show_known(struct str *out, const struct plan_target *target)
{
	const struct expr_reference *known = &target->known_worker;

	*out = arena_format(&arena, "%.*s %c[", STR_ARGS(*out),
	    target->known_by_name ? 'n' : 'k');
	for (size_t i = 0; i < known->count; i++)
		*out = arena_format(&arena, "%.*s%s%.*s", STR_ARGS(*out),
		    i > 0 ? "." : "", STR_ARGS(known->steps[i].name));
	*out = arena_format(&arena, "%.*s]", STR_ARGS(*out));
}

static void
show_number(struct str *out, const char *what, int64_t number, int64_t none)
{
	if (number != none)
		*out = arena_format(&arena, "%.*s %s%" PRId64, STR_ARGS(*out),
		    what, number);
}

static void
show_words(struct str *out, const char *what, struct str words)
{
	*out = arena_format(&arena, "%.*s %s[%.*s]", STR_ARGS(*out), what,
	    STR_ARGS(words));
}

static void
show_target(struct str *out, const struct plan_target *target)
{
	*out = arena_format(&arena, "%.*s{%.*s", STR_ARGS(*out),
	    STR_ARGS(str_slice(target->queue, 33, 34)));
	show_number(out, "p", target->priority, PLAN_NO_PRIORITY);
	show_number(out, "t", target->timeout, PLAN_NO_TIMEOUT);
	show_number(out, "d", target->deadline, PLAN_NO_TIMEOUT);
	if (target->expression != NULL)
		show_words(
		    out, "x", expr_print(&arena, target->expression));
	if (target->skip_if != NULL)
		show_words(out, "s", expr_print(&arena, target->skip_if));
	if (target->order != NULL)
		show_words(out, "o", expr_order_print(&arena, target->order));
	if (target->has_known_worker)
		show_known(out, target);
	*out = arena_format(&arena, "%.*s}", STR_ARGS(*out));
}

static void
show_filter(struct str *out, const struct plan_filter *filter)
{
	struct str expression = filter->expression == NULL
	    ? STR("default")
	    : arena_format(&arena, "(%.*s)",
		  STR_ARGS(expr_print(&arena, filter->expression)));

	*out = arena_format(&arena, "%.*s%s%.*s%.*s", STR_ARGS(*out),
	    out->len > 0 ? " " : "", STR_ARGS(filter->friendly_name),
	    STR_ARGS(expression));
	for (size_t i = 0; i < filter->target_count; i++)
		show_target(out, &filter->targets[i]);
}

static struct str
show_plan(const struct plan *plan)
{
	struct str out = STR("");

	for (size_t i = 0; i < plan->filter_count; i++)
		show_filter(&out, plan_filter(plan, (int64_t)i));
	if (plan->has_default)
		show_filter(&out, plan_filter(plan, PLAN_DEFAULT));
	return out;
}

/* ---- tests */

static void
test_accepted(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct err err = {0, ""};
		struct str compact = STR_NONE;
		struct plan *plan =
		    plan_make(str_from(rows[i].json), &compact, &err);
		if (!ok(plan != NULL, "%s: taken", rows[i].what)) {
			printf("# %s\n", err.text);
			continue;
		}
		is_str(show_plan(plan), rows[i].shown, "%s", rows[i].what);
		is_str(compact, rows[i].json, "%s: the text stays",
		    rows[i].what);
		plan_free(plan);
	}
}

static void
test_refused(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct err err = {0, ""};
		struct str message = str_from(refused[i].message);
		struct str text;

		ok(plan_make(str_from(refused[i].json), NULL, &err) == NULL,
		    "%s: refused", refused[i].what);
		text = str_from(err.text);
		if (str_has_suffix(message, STR("..."))) {
			message.len -= 3;
			ok(str_has_prefix(text, message) &&
				text.len > message.len,
			    "%s: and where", refused[i].what);
		} else {
			is_str(text, refused[i].message, "%s: and why",
			    refused[i].what);
		}
	}
}

static void
test_caret(void)
{
	struct err err;

	ok(plan_make(STR("{\"task_routing\":{\"filters\":[{\"expression\":"
			 "\"skill-level > 3\"}]}}"),
	       NULL, &err) == NULL,
	    "6.2 an expression is refused");
	ok(str_contains(str_from(err.text),
	       "\nskill-level > 3\n     ^"),
	    "6.2 the caret stands below the place");
}

static void
test_compact(void)
{
	struct err err;
	struct str compact;
	struct plan *plan = plan_make(
	    STR(" {\n\t\"task_routing\" : { \"default_filter\" : {"
		" \"queue\" : \"" A "\" , \"Expression\" : \"a  \\u0062/\","
		" \"timeout\" : 1.50 } , \"filters\" : [ ] } } \n"),
	    &compact, &err);

	ok(plan != NULL, "1.8 white space is taken");
	is_str(compact,
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"" A "\","
	    "\"Expression\":\"a  b/\",\"timeout\":1.50},\"filters\":[]}}",
	    "1.8 minified, unknown keys kept");
	plan_free(plan);
	plan_free(NULL);
}

static void
test_queues(void)
{
	struct err err;
	struct plan *plan = plan_make(
	    STR("{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\","
		"\"targets\":[{" QUEUE(B) ",\"timeout\":1},{\"timeout\":1},{"
		"\"queue\":\"WQ0000000000000000000000000000000A\"}]}],"
		"\"default_filter\":{" QUEUE(B) "}}}"),
	    NULL, &err);

	ok(plan != NULL, "two TaskQueues, each named twice");
	is_int((int64_t)plan->queue_count, 2, "are two");
	is_str(plan->queues[0], A, "one");
	is_str(plan->queues[1], B, "and the other");
	plan_free(plan);
}

/* `head`, then `count` times `piece`, separated by commas, then `tail`. */
static struct str
repeat(struct arena *large, const char *head, const char *piece, size_t count,
    const char *tail)
{
	size_t length = strlen(piece);
	char *text = arena_alloc(large,
	    strlen(head) + count * (length + 1) + strlen(tail) + 1);
	size_t at = strlen(head);

	memcpy(text, head, at);
	for (size_t i = 0; i < count; i++) {
		memcpy(text + at, piece, length);
		at += length;
		if (i + 1 < count)
			text[at++] = ',';
	}
	memcpy(text + at, tail, strlen(tail));
	return (struct str){text, at + strlen(tail)};
}

static const struct {
	const char *what, *head, *piece, *tail;
	size_t most;
	const char *message;
} limits[] = {
	{"targets",
	    "{\"task_routing\":{\"filters\":[{\"expression\":\"1==1\","
	    "\"targets\":[",
	    "{" QUEUE(A) ",\"timeout\":1}", "]}]}}", PLAN_TARGETS_MOST,
	    "task_routing.filters[0].targets: more than 1000 targets"},
	{"filters", "{\"task_routing\":{\"filters\":[",
	    "{\"expression\":\"1==1\",\"targets\":[{" QUEUE(A) "}]}", "]}}",
	    PLAN_FILTERS_MOST,
	    "task_routing.filters: more than 10000 filters"},
};

static void
test_limits(void)
{
	struct arena large;

	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		struct err err;
		arena_init(&large, (size_t)16 << 20);
		struct plan *plan = plan_make(
		    repeat(&large, limits[i].head, limits[i].piece,
			limits[i].most, limits[i].tail),
		    NULL, &err);
		ok(plan != NULL && plan->queue_count == 1,
		    "as many %s as there may be", limits[i].what);
		plan_free(plan);
		ok(plan_make(repeat(&large, limits[i].head, limits[i].piece,
				 limits[i].most + 1, limits[i].tail),
		       NULL, &err) == NULL,
		    "one of the %s more is refused", limits[i].what);
		is_str(str_from(err.text), limits[i].message,
		    "and why");
		arena_release(&large);
	}
}

/* The largest configuration, of what takes the most memory. */
static void
test_largest(void)
{
	struct arena large;
	struct err err;

	arena_init(&large, (size_t)16 << 20);
	struct str expression = repeat(&large, "a IN [", "1", 30000, "]");
	struct str filter = arena_format(&large,
	    "{\"expression\":\"%.*s\",\"targets\":[{" QUEUE(A) "}]}",
	    STR_ARGS(expression));
	struct plan *plan = plan_make(
	    repeat(&large, "{\"task_routing\":{\"filters\":[", filter.at, 17,
		"]}}"),
	    NULL, &err);
	ok(plan != NULL, "1.8 a configuration of a megabyte");
	if (plan != NULL)
		printf("# %zu bytes of memory\n", plan->arena.taken);
	plan_free(plan);
	ok(plan_make(repeat(&large,
			 "{\"task_routing\":{\"default_filter\":{" QUEUE(
			     A) ",\"x\":[",
			 "1", 200000, "]}}}"),
	       NULL, &err) == NULL,
	    "more values than there may be");
	arena_release(&large);
}

int
main(void)
{
	arena_init(&arena, (size_t)16 << 20);
	test_accepted();
	test_refused();
	test_caret();
	test_compact();
	test_queues();
	test_limits();
	test_largest();
	arena_release(&arena);
	return tap_done();
}
