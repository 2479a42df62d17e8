/* SPDX-License-Identifier: MIT
 *
 * Which requests and webhooks a fault hits, how often, and what it holds.
 */
#include "base/compat.h"

#include "taskrouterd/faults.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "http/request.h"
#include "tap.h"

/* STR for what is initialized before main. */
#define VIEW(literal) {"" literal, sizeof(literal) - 1}

static struct event_base *loop;
static struct chance chance;

/* ---- paths */

static const struct {
	const char *pattern, *path;
	bool matches;
} routes[] = {
	{"/v1/**", "/v1/Workspaces", true},
	{"/v1/**", "/v1/Workspaces/WS1/Tasks", true},
	{"/v1/**", "/v1", true},
	{"/v1/**", "/v2/Workspaces", false},
	{"/v1/Workspaces", "/v1/Workspaces", true},
	{"/v1/Workspaces", "/v1/Workspaces/", false},
	{"/v1/Workspaces", "/v1/Workspace", false},
	{"/v1/Workspaces", "/v1/workspaces", false},
	{"/v1/Workspaces", "/v1/Workspaces/WS1", false},
	{"/v1/Workspaces/WS1", "/v1/Workspaces", false},
	{"/v1/Workspaces/*", "/v1/Workspaces/WS1", true},
	{"/v1/Workspaces/*", "/v1/Workspaces", false},
	{"/v1/Workspaces/*", "/v1/Workspaces/", false},
	{"/v1/Workspaces/*", "/v1/Workspaces/WS1/Tasks", false},
	{"/v1/Workspaces/*/Tasks", "/v1/Workspaces/WS1/Tasks", true},
	{"/v1/Workspaces/*/Tasks", "/v1/Workspaces/WS1/Workers", false},
	{"/v1/Workspaces/*/Tasks/**", "/v1/Workspaces/WS1/Tasks/WT1", true},
	{"/v1/Workspaces/*/Tasks/**", "/v1/Workspaces/WS1/Tasks", true},
	{"/v1/Workspaces/W*", "/v1/Workspaces/WS1", false},
	{"/v1/**/Tasks", "/v1/Workspaces/Tasks", false},
	{"/v1/**/Tasks", "/v1/**/Tasks", true},
	{"**", "/v1", true},
	{"", "/v1", false},
};

static void
test_routes(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(routes); i++)
		ok(fault_route_matches(str_from(routes[i].pattern),
		       str_from(routes[i].path)) == routes[i].matches,
		    "%s %s %s", routes[i].pattern,
		    routes[i].matches ? "is" : "is not", routes[i].path);
}

/* ---- what a rule is about */

static struct fault_rule
rule_on(enum fault_subject on)
{
	return (struct fault_rule){
		.on = (int)on,
		.action = on == FAULT_REQUEST ? FAULT_STATUS : FAULT_DROP,
		.route = STR("/v1/**"),
		.share = FAULT_SHARE_ALL,
	};
}

static struct fault_case
request_of(unsigned method)
{
	return (struct fault_case){
		.on = FAULT_REQUEST,
		.name = STR("RQ1"),
		.method = method,
		.path = STR("/v1/Workspaces"),
	};
}

static struct form_field fields[] = {
	{VIEW("EventType"), VIEW("task.created")},
	{VIEW("WorkspaceSid"), VIEW("WS1")},
	{VIEW("TaskSid"), VIEW("WT1")},
};

static const struct fault_case event = {
	.on = FAULT_EVENT_CALLBACK,
	.name = VIEW("token"),
	.url = VIEW("http://127.0.0.1:80/events"),
	.form = {fields, ARRAY_LENGTH(fields)},
};

static bool
hits(const struct fault_rule *rule, const struct fault_case *what)
{
	struct faults faults;

	faults_init(&faults, loop, 10);
	if (faults_add(&faults, rule) == NULL)
		abort();
	bool hit = faults_take(&faults, what, &chance) != NULL;
	faults_clear(&faults);
	return hit;
}

static void
test_methods(void)
{
	static const struct {
		enum fault_method method;
		unsigned given;
		bool hit;
	} rows[] = {
		{FAULT_METHOD_ANY, METHOD_GET, true},
		{FAULT_METHOD_ANY, METHOD_OPTIONS, true},
		{FAULT_METHOD_GET, METHOD_GET, true},
		{FAULT_METHOD_GET, METHOD_HEAD, true},
		{FAULT_METHOD_GET, METHOD_POST, false},
		{FAULT_METHOD_POST, METHOD_POST, true},
		{FAULT_METHOD_POST, METHOD_DELETE, false},
		{FAULT_METHOD_DELETE, METHOD_DELETE, true},
		{FAULT_METHOD_OPTIONS, METHOD_OPTIONS, true},
		{FAULT_METHOD_OPTIONS, METHOD_GET, false},
	};
	struct fault_rule rule = rule_on(FAULT_REQUEST);

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct fault_case what = request_of(rows[i].given);
		rule.method = (int)rows[i].method;
		ok(hits(&rule, &what) == rows[i].hit, "%s: %s %s",
		    fault_method_names[rule.method],
		    request_method_name(rows[i].given),
		    rows[i].hit ? "is hit" : "passes");
	}
	rule = rule_on(FAULT_REQUEST);
	rule.route = STR("/v1/Workspaces/*");
	struct fault_case what = request_of(METHOD_GET);
	ok(!hits(&rule, &what), "another path passes");
	ok(!hits(&rule, &event), "a webhook is no request");
}

static void
test_webhooks(void)
{
	static const struct {
		const char *what;
		size_t member;
		struct str value;
		bool hit;
	} rows[] = {
#define ROW(member, value, hit) \
	{#member "=" value, offsetof(struct fault_rule, member), \
	    VIEW(value), hit}
		ROW(url, "http://127.0.0.1:80", true),
		ROW(url, "http://127.0.0.1:80/events", true),
		ROW(url, "http://127.0.0.1:80/events/", false),
		ROW(url, "http://127.0.0.1:81", false),
		ROW(event_type, "task.created", true),
		ROW(event_type, "task.canceled, task.created", true),
		ROW(event_type, "task.canceled", false),
		ROW(workspace_sid, "WS1", true),
		ROW(workspace_sid, "WS2", false),
		ROW(task_sid, "WT1", true),
		ROW(task_sid, "WT", false),
		ROW(worker_sid, "WK1", false),
		ROW(workflow_sid, "WW1", false),
#undef ROW
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct fault_rule rule = rule_on(FAULT_EVENT_CALLBACK);
		struct str *member = (struct str *)(void *)((char *)&rule +
		    rows[i].member);
		*member = rows[i].value;
		ok(hits(&rule, &event) == rows[i].hit, "%s %s", rows[i].what,
		    rows[i].hit ? "hits" : "does not hit");
	}
	struct fault_rule rule = rule_on(FAULT_ASSIGNMENT_CALLBACK);
	ok(!hits(&rule, &event), "another kind of webhook passes");
}

static void
test_forms(void)
{
	struct fault_rule rule = rule_on(FAULT_EVENT_CALLBACK);
	struct faults faults;

	faults_init(&faults, loop, 10);
	ok(!faults_concern(&faults, FAULT_EVENT_CALLBACK), "no faults");
	rule.count = 1;
	struct fault *fault = faults_add(&faults, &rule);
	ok(faults_concern(&faults, FAULT_EVENT_CALLBACK), "a fault");
	ok(!faults_concern(&faults, FAULT_REQUEST), "... of its kind");
	(void)faults_take(&faults, &event, &chance);
	ok(fault_is_spent(fault), "it is spent");
	ok(!faults_concern(&faults, FAULT_EVENT_CALLBACK),
	    "... and nobody's concern");
	faults_clear(&faults);
}

/* ---- how often */

/* "x" for one that was hit, "." for one that passed. */
static void
take_many(struct faults *faults, char *text, size_t count)
{
	struct fault_case what = request_of(METHOD_GET);

	for (size_t i = 0; i < count; i++)
		text[i] = faults_take(faults, &what, &chance) != NULL ? 'x'
								      : '.';
	text[count] = '\0';
}

static void
test_counts(void)
{
	static const struct {
		int64_t skip, count;
		const char *hits;
		int64_t looked_at;
		bool spent;
	} rows[] = {
		{0, 0, "xxxxxxxx", 8, false},
		{0, 1, "x.......", 1, true},
		{2, 0, "..xxxxxx", 8, false},
		{2, 3, "..xxx...", 5, true},
		{8, 1, "........", 8, false},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct fault_rule rule = rule_on(FAULT_REQUEST);
		struct faults faults;
		char text[9];
		rule.skip = rows[i].skip;
		rule.count = rows[i].count;
		faults_init(&faults, loop, 10);
		struct fault *fault = faults_add(&faults, &rule);
		take_many(&faults, text, 8);
		is_str(str_from(text), rows[i].hits, "skip %d, count %d",
		    (int)rows[i].skip, (int)rows[i].count);
		is_int(fault->looked_at, rows[i].looked_at,
		    "... looked at so often");
		ok(fault_is_spent(fault) == rows[i].spent, "... %s",
		    rows[i].spent ? "spent" : "not spent");
		faults_clear(&faults);
	}
}

static void
test_order(void)
{
	struct fault_rule rule = rule_on(FAULT_REQUEST);
	struct fault_case what = request_of(METHOD_GET);
	struct faults faults;

	faults_init(&faults, loop, 10);
	rule.count = 1;
	const struct fault *first = faults_add(&faults, &rule);
	rule.count = 0;
	struct fault *second = faults_add(&faults, &rule);
	const struct fault *third = faults_add(&faults, &rule);
	is_int((int64_t)third->id, 3, "faults are numbered");
	ok(faults_take(&faults, &what, &chance) == first, "the first one hits");
	is_int(second->looked_at, 0, "... and no other is asked");
	ok(faults_take(&faults, &what, &chance) == second,
	    "then the second one");
	ok(faults_find(&faults, 2) == second, "it is found");
	faults_remove(&faults, second);
	ok(faults_find(&faults, 2) == NULL, "... until it is removed");
	ok(faults_take(&faults, &what, &chance) == third,
	    "then the third one");
	is_int((int64_t)faults.count, 2, "two are left");
	faults_clear(&faults);
	is_int((int64_t)faults.count, 0, "all are removed");
	ok(faults_take(&faults, &what, &chance) == NULL, "nothing hits");
	is_int((int64_t)faults_add(&faults, &rule)->id, 4,
	    "no number comes again");
	faults_clear(&faults);
}

static size_t
share_of(int64_t share, const char *seed, char *text, size_t count)
{
	struct fault_rule rule = rule_on(FAULT_REQUEST);
	struct faults faults;
	size_t hit = 0;

	chance_init(&chance, str_from(seed), 0);
	rule.share = share;
	faults_init(&faults, loop, 10);
	(void)faults_add(&faults, &rule);
	take_many(&faults, text, count);
	for (size_t i = 0; i < count; i++)
		hit += text[i] == 'x';
	faults_clear(&faults);
	return hit;
}

static void
test_shares(void)
{
	char one[2001], same[2001], other[2001];

	is_int((int64_t)share_of(0, "a", one, 2000), 0, "a share of 0");
	is_int((int64_t)share_of(1000, "a", one, 2000), 2000, "a share of 1");
	is_int((int64_t)chance.drawn[CHANCE_FAULTS], 0, "... is no chance");
	size_t hit = share_of(250, "a", one, 2000);
	ok(hit > 400 && hit < 600, "a share of 0.25 hits %zu of 2000", hit);
	(void)share_of(250, "a", same, 2000);
	is_str(str_from(same), one, "the same seed hits the same");
	(void)share_of(250, "b", other, 2000);
	ok(!str_is(str_from(other), one), "another one does not");
	hit = share_of(1, "a", one, 2000);
	ok(hit < 20, "a share of 0.001 hits %zu of 2000", hit);
	chance_init(&chance, STR(""), 0);
}

/* ---- what is held */

struct held {
	struct fault_hold hold;
	int64_t released_us;
};

static void
on_release(struct fault_hold *hold)
{
	((struct held *)(void *)hold)->released_us = clock_monotonic_us();
}

static void
test_holds(void)
{
	struct fault_rule rule = rule_on(FAULT_EVENT_CALLBACK);
	struct held held[3] = {{.hold = {.release = on_release}},
		{.hold = {.release = on_release}},
		{.hold = {.release = on_release}}};
	int64_t started_us = clock_monotonic_us();
	struct faults faults;

	faults_init(&faults, loop, 10);
	rule.action = FAULT_REORDER;
	struct fault *fault = faults_add(&faults, &rule);
	ok(faults_hold(&faults, &held[0].hold, fault->id, 30), "one is held");
	ok(faults_hold(&faults, &held[1].hold, fault->id, 60000) &&
		faults_hold(&faults, &held[2].hold, 77, 60000),
	    "others, for longer");
	is_int((int64_t)faults_in_hand(&faults), 3, "three are in hand");
	is_int((int64_t)faults_held_by(&faults, fault->id), 2, "two of one");
	ok(faults_take(&faults, &event, &chance) == NULL,
	    "what waits for the next one lets it pass");
	is_int(fault->looked_at, 0, "... and does not look at it");
	while (held[0].released_us == 0)
		(void)event_base_loop(loop, EVLOOP_ONCE);
	ok(held[0].released_us - started_us >= 29000, "released in time");
	is_int((int64_t)faults_in_hand(&faults), 2, "two are left");
	faults_let_go(&held[1].hold);
	faults_let_go(&held[1].hold);
	is_int((int64_t)faults_in_hand(&faults), 1, "one was let go");
	ok(faults_take(&faults, &event, &chance) == fault, "it hits again");
	faults_release(&faults, fault->id);
	(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	ok(held[2].released_us == 0, "another's stays held");
	faults_release(&faults, 0);
	(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	ok(held[2].released_us != 0, "... until all are released");
	ok(held[1].released_us == 0, "what was let go is not released");
	is_int((int64_t)faults_in_hand(&faults), 0, "nothing is in hand");
	faults_clear(&faults);
}

int
main(void)
{
	log_open(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	loop = event_base_new();
	if (loop == NULL)
		abort();
	chance_init(&chance, STR(""), 0);
	test_routes();
	test_methods();
	test_webhooks();
	test_forms();
	test_counts();
	test_order();
	test_shares();
	test_holds();
	event_base_free(loop);
	return tap_done();
}
