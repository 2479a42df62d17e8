/* SPDX-License-Identifier: MIT
 *
 * Lists: pages, orders and filters, on a router of its own.
 */
#include "base/compat.h"

#include <stdlib.h>
#include <string.h>

#include "account.h"
#include "codec/json.h"
#include "taskrouterd/list.h"
#include "tap.h"

#define URL "http://127.0.0.1/v1/List"

static struct account account;
static struct workspace *workspace;

/* One page as a client sees it. */
struct page {
	const struct list_item *items;
	size_t count;
	struct str next, previous, first, self; /* queries; absent: null */
	int64_t number, size;
};

static struct str
query_of(struct json_object *meta, const char *key)
{
	struct str url = json_get_text(meta, key);

	if (url.at == NULL)
		return STR_NONE;
	(void)str_cut(&url, '?');
	return url;
}

static bool
read_meta(struct page *page, const struct buf *out)
{
	struct json_limits limits = {.values = 100};
	struct json_object *value;
	struct err err;

	if (!ok(json_parse(
		    &account.arena, buf_str(out), limits, &value, &err),
		"the meta is JSON"))
		return false;
	struct json_object *meta = json_get(value, "meta");
	page->next = query_of(meta, "next_page_url");
	page->previous = query_of(meta, "previous_page_url");
	page->first = query_of(meta, "first_page_url");
	page->self = query_of(meta, "url");
	page->number = json_integer(json_get(meta, "page"));
	page->size = json_integer(json_get(meta, "page_size"));
	return true;
}

/* False: refused; account.refusal says why. */
static bool
get(enum resource_id resource, const struct object *parent, struct str query,
    struct page *page)
{
	struct list list = {
		.resource = &resource_rows[resource],
		.kind = resource_rows[resource].kind,
		.router = account.router,
		.workspace = resource == RESOURCE_WORKSPACES ? NULL : workspace,
		.parent = parent,
		.arena = &account.arena,
	};
	struct page_result result = {0};
	struct form form;
	struct err err;
	struct buf out;

	if (!form_decode(&account.arena, query, &form, &err))
		return ok(false, "the query of a test");
	if (!list_read(&list, &form, &account.refusal))
		return false;
	page->items = list_take(&list, &page->count, &result.has_more);
	result.count = page->count;
	if (page->count > 0) {
		result.first = page->items[0].position;
		result.last = page->items[page->count - 1].position;
	}
	buf_init(&out, 65536);
	buf_add_byte(&out, '{');
	paging_put_meta(
	    &out, &list.paging, &result, list.resource, STR(URL), &form);
	buf_add_byte(&out, '}');
	bool read = read_meta(page, &out);
	buf_release(&out);
	return read;
}

/* The names of a page's items: "a b c". */
static struct str
names_of(const struct page *page)
{
	struct str names = STR("");

	for (size_t i = 0; i < page->count; i++) {
		const struct object *object = page->items[i].object;
		struct str name = object->kind == KIND_TASK
		    ? ((const struct task *)object)->attributes
		    : ((const struct task_queue *)object)->friendly_name;
		names = arena_format(&account.arena, "%.*s%s%.*s",
		    STR_ARGS(names), i > 0 ? " " : "", STR_ARGS(name));
	}
	return names;
}

static struct object *
make(enum kind kind, const char *form)
{
	struct object *object =
	    account_create(&account, kind, workspace, form);

	if (object == NULL)
		ok(false, "%s: %s", form, account.refusal.text);
	return object;
}

static void
start(void)
{
	account_open(&account);
	workspace = (struct workspace *)account_create(
	    &account, KIND_WORKSPACE, NULL, "FriendlyName=w");
	ok(workspace != NULL, "a Workspace: %s", account.refusal.text);
}

static void
stop(void)
{
	account_close(&account);
}

/* ---- pages */

static void
test_pages(void)
{
	struct object *queues[5];
	struct page page;

	start();
	for (size_t i = 0; i < 5; i++)
		queues[i] = make(KIND_TASK_QUEUE,
		    (const char *[]){"FriendlyName=a", "FriendlyName=b",
			"FriendlyName=c", "FriendlyName=d",
			"FriendlyName=e"}[i]);
	get(RESOURCE_TASK_QUEUES, NULL, STR(""), &page);
	is_str(names_of(&page), "a b c d e", "all on one page");
	is_int(page.size, 50, "of 50");
	is_str(page.next, NULL, "none behind it");
	is_str(page.previous, NULL, "none before it");
	is_str(page.self, "PageSize=50&Page=0", "its own URL");
	get(RESOURCE_TASK_QUEUES, NULL, STR("PageSize=5"), &page);
	is_str(page.next, NULL, "a page that is just full has none behind it");

	get(RESOURCE_TASK_QUEUES, NULL, STR("PageSize=2"), &page);
	is_str(names_of(&page), "a b", "the first page");
	ok(str_has_prefix(page.next, STR("PageSize=2&Page=1&PageToken=PA")),
	    "the next URL: %.*s", STR_ARGS(page.next));
	get(RESOURCE_TASK_QUEUES, NULL, page.next, &page);
	is_str(names_of(&page), "c d", "the second page");
	is_int(page.number, 1, "has its number");
	struct str second = page.self;
	is_str(page.first, "PageSize=2&Page=0", "and the first's URL");
	ok(str_has_prefix(
	       page.previous, STR("PageSize=2&Page=0&PageToken=PB")),
	    "and the one before it: %.*s", STR_ARGS(page.previous));
	get(RESOURCE_TASK_QUEUES, NULL, page.next, &page);
	is_str(names_of(&page), "e", "the last page");
	is_str(page.next, NULL, "none behind that");
	get(RESOURCE_TASK_QUEUES, NULL, page.previous, &page);
	is_str(names_of(&page), "c d", "back from the last");
	get(RESOURCE_TASK_QUEUES, NULL, page.previous, &page);
	is_str(names_of(&page), "a b", "and to the first");
	is_str(page.previous, NULL, "none before that");
	get(RESOURCE_TASK_QUEUES, NULL, page.next, &page);
	is_str(names_of(&page), "c d", "and forward again");

	ok(account_delete(&account, queues[1]), "the token's item goes");
	get(RESOURCE_TASK_QUEUES, NULL, second, &page);
	is_str(names_of(&page), "c d", "and the page is the same");
	ok(account_delete(&account, queues[2]) &&
		account_delete(&account, queues[3]) &&
		account_delete(&account, queues[4]),
	    "all behind it go");
	get(RESOURCE_TASK_QUEUES, NULL, second, &page);
	is_int((int64_t)page.count, 0, "and it is empty");
	is_str(page.next, NULL, "with none behind it");
	get(RESOURCE_TASK_QUEUES, NULL, page.previous, &page);
	is_str(names_of(&page), "a", "but with one before it");
	struct object *f = make(KIND_TASK_QUEUE, "FriendlyName=f");
	get(RESOURCE_TASK_QUEUES, NULL, STR("PageSize=1"), &page);
	ok(account_delete(&account, f), "the only one behind it goes");
	get(RESOURCE_TASK_QUEUES, NULL, page.next, &page);
	is_int((int64_t)page.count, 0, "and the page is empty");
	get(RESOURCE_TASK_QUEUES, NULL, page.previous, &page);
	is_str(names_of(&page), "a", "but not the one before it");
	stop();
}

static const struct {
	const char *what, *query;
	unsigned code;
} refused[] = {
	{"no items", "PageSize=0", 20001},
	{"too many items", "PageSize=1001", 20001},
	{"a size that is no number", "PageSize=ten", 20001},
	{"no size", "PageSize=", 20001},
	{"no page", "Page=", 20001},
	{"no token", "PageToken=", 20001},
	{"a negative page", "Page=-1", 20001},
	{"absolute paging", "Page=1", 40153},
	{"a token that is none", "PageToken=next", 20001},
	{"a token that is too short", "PageToken=PA", 20001},
	{"a token of another order",
	    "PageToken=PA00000000000000010000000000000001", 20001},
	{"a token with more behind it", "PageToken=PA0000000000000001x", 20001},
	{"a token with a wrong digit", "PageToken=PA000000000000000g", 20001},
	{"a token of what cannot be", "PageToken=PA8000000000000000", 20001},
	{"a token of another kind", "PageToken=PC0000000000000001", 20001},
	{"an order without direction", "Ordering=Priority", 20001},
	{"a direction that is none", "Ordering=Priority:up", 20001},
	{"an order of something else", "Ordering=Age:asc", 20001},
	{"nothing behind a comma", "Ordering=Priority:asc,", 20001},
	{"the same twice", "Ordering=Priority:asc,Priority:desc", 20001},
	{"creation and virtual start",
	    "Ordering=DateCreated:asc,VirtualStartTime:asc", 20001},
	{"virtual start and creation",
	    "Ordering=VirtualStartTime:asc,Priority:asc,DateCreated:asc",
	    20001},
	{"a status that is none", "AssignmentStatus=waiting", 20001},
	{"one of two", "AssignmentStatus=pending,waiting", 20001},
	{"one of two keys", "AssignmentStatus=pending&AssignmentStatus=x",
	    20001},
	{"a priority that is none", "Priority=high", 20001},
	{"an expression that is none", "EvaluateTaskAttributes=a%20b", 20001},
};

static void
test_refused(void)
{
	struct page page;

	start();
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		account.refusal = (struct refusal){0};
		ok(!get(RESOURCE_TASKS, NULL, str_from(refused[i].query),
		       &page),
		    "%s: refused: %s", refused[i].what, account.refusal.text);
		is_int(account.refusal.code, refused[i].code, "%s: its code",
		    refused[i].what);
		is_int(account.refusal.status, 400, "%s: its status",
		    refused[i].what);
	}
	ok(get(RESOURCE_TASKS, NULL,
	       STR("PageSize=1000&Page=0&Priority=&Ordering="),
	       &page),
	    "the largest page; empty filters are none");
	is_int(page.size, 1000, "of 1,000");
	ok(get(RESOURCE_WORKFLOWS, NULL, STR("Ordering=no&Priority=no"), &page),
	    "what another list has means nothing");
	is_str(page.self, "PageSize=50&Page=0", "and is not repeated");
	stop();
}

/* ---- orders */

static void
make_workflow(void)
{
	struct object *queue = make(KIND_TASK_QUEUE, "FriendlyName=q");
	struct str form = arena_format(&account.arena,
	    "FriendlyName=f&Configuration="
	    "{\"task_routing\":{\"default_filter\":{\"queue\":\"%s\"}}}",
	    queue->sid);

	make(KIND_WORKFLOW, form.at);
}

static const struct {
	const char *what, *ordering, *expected;
} orders[] = {
	{"none", "", "{\"n\":1} {\"n\":2} {\"n\":3} {\"n\":4}"},
	{"created first", "DateCreated:asc",
	    "{\"n\":1} {\"n\":2} {\"n\":3} {\"n\":4}"},
	{"created last", "DateCreated:desc",
	    "{\"n\":4} {\"n\":3} {\"n\":2} {\"n\":1}"},
	{"priority; creation decides", "Priority:desc",
	    "{\"n\":2} {\"n\":4} {\"n\":3} {\"n\":1}"},
	{"any case, blanks", " priority : DESC , datecreated : Desc ",
	    "{\"n\":4} {\"n\":2} {\"n\":3} {\"n\":1}"},
	{"virtual start time", "VirtualStartTime:asc",
	    "{\"n\":3} {\"n\":1} {\"n\":2} {\"n\":4}"},
	{"priority, then virtual start time",
	    "Priority:desc,VirtualStartTime:desc",
	    "{\"n\":4} {\"n\":2} {\"n\":3} {\"n\":1}"},
};

static void
test_orders(void)
{
	static const char *const forms[] = {
		"",
		"&Priority=9",
		"&Priority=5&VirtualStartTime=1999-01-01T00:00:00Z",
		"&Priority=9",
	};
	struct page page;

	start();
	make_workflow();
	for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
		make(KIND_TASK, arena_format(&account.arena,
		    "Attributes={\"n\":%zu}%s", i + 1, forms[i]).at);
		account.now += 1000;
	}
	for (size_t i = 0; i < ARRAY_LENGTH(orders); i++)
		for (unsigned size = 1; size <= 5; size += 2) {
			struct str names = STR("");
			struct buf query;
			buf_init(&query, 4096);
			form_add(&query, "Ordering",
			    str_from(orders[i].ordering));
			buf_format(&query, "&PageSize=%u", size);
			struct str next = arena_str(
			    &account.arena, buf_str(&query));
			buf_release(&query);
			while (next.at != NULL &&
			    get(RESOURCE_TASKS, NULL, next, &page)) {
				names = arena_format(&account.arena,
				    "%.*s%s%.*s", STR_ARGS(names),
				    names.len > 0 ? " " : "",
				    STR_ARGS(names_of(&page)));
				next = page.next;
			}
			is_str(names, orders[i].expected, "order: %s, by %u",
			    orders[i].what, size);
		}
	stop();
}

/* ---- any list, changed while it is read */

static unsigned
chance(unsigned below)
{
	static uint32_t state = 12345;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % below;
}

struct walk {
	uint64_t seen[2000];
	size_t seen_count;
	bool doubled, misplaced;
};

static void
note_page(struct walk *walk, const struct page *page, bool by_priority)
{
	for (size_t i = 0; i < page->count; i++) {
		const struct task *task =
		    (const struct task *)page->items[i].object;
		uint64_t number = task->object.number;
		for (size_t s = 0; s < walk->seen_count; s++)
			walk->doubled |= walk->seen[s] == number;
		if (i > 0) {
			const struct task *before = (const struct task *)
			    page->items[i - 1].object;
			walk->misplaced |= by_priority
			    ? before->priority < task->priority
			    : before->object.number > number;
		}
		walk->seen[walk->seen_count++] = number;
	}
}

/* Every Task that is there from beginning to end is seen exactly once. */
static void
test_walks(void)
{
	static struct walk walk;
	struct page page;
	size_t missed = 0;
	bool doubled = false, misplaced = false;

	start();
	make_workflow();
	for (unsigned round = 0; round < 30; round++) {
		bool by_priority = round % 2 == 1;
		for (unsigned i = 0; i < 40; i++)
			make(KIND_TASK, arena_format(&account.arena,
			    "Priority=%u", chance(5)).at);
		walk = (struct walk){0};
		struct str next = arena_format(&account.arena,
		    "PageSize=%u%s", 1 + chance(9),
		    by_priority ? "&Ordering=Priority:desc" : "");
		while (next.at != NULL &&
		    get(RESOURCE_TASKS, NULL, next, &page)) {
			note_page(&walk, &page, by_priority);
			next = page.next;
			if (page.count > 0 && chance(2) == 0)
				(void)account_delete(&account,
				    (struct object *)(uintptr_t)
					page.items[page.count - 1].object);
		}
		doubled |= walk.doubled;
		misplaced |= walk.misplaced;
		struct object *object = NULL;
		while ((object = router_next(account.router, workspace,
			    KIND_TASK, object ? object->number : 0)) != NULL) {
			size_t s = 0;
			while (s < walk.seen_count &&
			    walk.seen[s] != object->number)
				s++;
			missed += s == walk.seen_count;
		}
	}
	is_int((int64_t)missed, 0, "no Task was missed");
	ok(!doubled, "no Task was seen twice");
	ok(!misplaced, "all in order");
	stop();
}

/* ---- filters */

struct filter_case {
	const char *what;
	enum resource_id resource;
	const char *query;
	const char *expected;
};

static const struct filter_case filter_cases[] = {
	{"a name", RESOURCE_TASK_QUEUES, "FriendlyName=es", "es"},
	{"part of a name", RESOURCE_TASK_QUEUES, "FriendlyName=e", ""},
	{"names are compared exactly", RESOURCE_TASK_QUEUES, "FriendlyName=ES",
	    ""},
	{"queues of a Worker", RESOURCE_TASK_QUEUES, "WorkerSid=@alice",
	    "all es"},
	{"of another one", RESOURCE_TASK_QUEUES, "WorkerSid=@bob", "all en"},
	{"of nobody", RESOURCE_TASK_QUEUES,
	    "WorkerSid=WK00000000000000000000000000009999", ""},
	{"queues for attributes", RESOURCE_TASK_QUEUES,
	    "EvaluateWorkerAttributes={\"languages\":[\"en\"]}", "all en"},
	{"for none", RESOURCE_TASK_QUEUES, "EvaluateWorkerAttributes={}",
	    "all"},
	{"both at once", RESOURCE_TASK_QUEUES,
	    "EvaluateWorkerAttributes={}&FriendlyName=es", ""},
	{"Workers by name", RESOURCE_WORKERS, "FriendlyName=Alice", "Alice"},
	{"by Activity", RESOURCE_WORKERS, "ActivityName=Available", "Alice"},
	{"by its SID", RESOURCE_WORKERS, "ActivitySid=@Offline", "Bob"},
	{"by its SID in capitals", RESOURCE_WORKERS, "ActivitySid=@OFFLINE",
	    "Bob"},
	{"available", RESOURCE_WORKERS, "Available=1", "Alice"},
	{"available too", RESOURCE_WORKERS, "Available=YES", "Alice"},
	{"not available", RESOURCE_WORKERS, "Available=no", "Bob"},
	{"by expression", RESOURCE_WORKERS,
	    "TargetWorkersExpression=languages%20HAS%20\"es\"", "Alice"},
	{"by expression over names", RESOURCE_WORKERS,
	    "TargetWorkersExpression=friendly_name%20IN%20[\"Bob\"]", "Bob"},
	{"members of a queue", RESOURCE_WORKERS, "TaskQueueSid=@es", "Alice"},
	{"members of any queue of a name", RESOURCE_WORKERS,
	    "TaskQueueName=all", "Alice Bob"},
	{"members of none", RESOURCE_WORKERS, "TaskQueueName=none", ""},
	{"Tasks by priority", RESOURCE_TASKS, "Priority=5", "{\"n\":2}"},
	{"by status", RESOURCE_TASKS, "AssignmentStatus=canceled",
	    "{\"n\":3}"},
	{"by two", RESOURCE_TASKS, "AssignmentStatus=Canceled,%20pending",
	    "{\"n\":1} {\"n\":2} {\"n\":3}"},
	{"by two keys", RESOURCE_TASKS,
	    "AssignmentStatus=canceled&AssignmentStatus=pending",
	    "{\"n\":1} {\"n\":2} {\"n\":3}"},
	{"by queue", RESOURCE_TASKS, "TaskQueueName=none", ""},
	{"by queue's SID", RESOURCE_TASKS, "TaskQueueSid=@en",
	    "{\"n\":1} {\"n\":2} {\"n\":3}"},
	{"by Workflow", RESOURCE_TASKS, "WorkflowName=f",
	    "{\"n\":1} {\"n\":2} {\"n\":3}"},
	{"by Workflow's SID", RESOURCE_TASKS,
	    "WorkflowSid=WW00000000000000000000000000009999", ""},
	{"by expression", RESOURCE_TASKS,
	    "EvaluateTaskAttributes=n%20>=%202",
	    "{\"n\":2} {\"n\":3}"},
	{"by a routing target", RESOURCE_TASKS, "RoutingTarget=x", ""},
	{"with add-ons", RESOURCE_TASKS, "HasAddons=true", ""},
	{"without", RESOURCE_TASKS, "HasAddons=false",
	    "{\"n\":1} {\"n\":2} {\"n\":3}"},
	{"Workspaces", RESOURCE_WORKSPACES, "FriendlyName=other", ""},
	{"Activities", RESOURCE_ACTIVITIES, "Available=false",
	    "Offline Unavailable"},
	{"Activities by name", RESOURCE_ACTIVITIES,
	    "FriendlyName=Available&Available=true", "Available"},
};

static struct word {
	const char *word, *sid;
} words[8];

/* "@alice" in a query stands for a SID. */
static struct str
with_sids(const char *query)
{
	const char *at = strchr(query, '@');

	for (size_t i = 0; at != NULL && words[i].word != NULL; i++)
		if (strcmp(at + 1, words[i].word) == 0)
			return arena_format(&account.arena, "%.*s%s",
			    (int)(at - query), query, words[i].sid);
	return str_from(query);
}

static void
fill(void)
{
	char *upper = arena_alloc(&account.arena, ROUTER_SID + 1);
	struct object *es = make(KIND_TASK_QUEUE,
	    "FriendlyName=all&TargetWorkers=1==1");

	es = make(KIND_TASK_QUEUE,
	    "FriendlyName=es&TargetWorkers=languages%20HAS%20\"es\"");
	struct object *en = make(KIND_TASK_QUEUE,
	    "FriendlyName=en&TargetWorkers=languages%20HAS%20\"en\"");
	make(KIND_TASK_QUEUE, "FriendlyName=nobody&TargetWorkers=");
	struct object *alice = make(KIND_WORKER,
	    "FriendlyName=Alice&Attributes={\"languages\":[\"es\"]}");
	struct object *bob = make(KIND_WORKER,
	    "FriendlyName=Bob&Attributes={\"languages\":[\"en\"]}");
	struct activity *available =
	    account_activity(&account, workspace, "Available");
	struct activity *offline =
	    account_activity(&account, workspace, "Offline");

	account_update(&account, alice,
	    arena_format(&account.arena, "ActivitySid=%s",
		available->object.sid).at);
	for (size_t i = 0; i < ROUTER_SID; i++) {
		char c = offline->object.sid[i];
		upper[i] = (char)(c >= 'a' && c <= 'f' ? c - 32 : c);
	}
	words[0] = (struct word){"alice", alice->sid};
	words[1] = (struct word){"bob", bob->sid};
	words[2] = (struct word){"es", es->sid};
	words[3] = (struct word){"en", en->sid};
	words[4] = (struct word){"Offline", offline->object.sid};
	words[5] = (struct word){"OFFLINE", upper};
	make(KIND_WORKFLOW, arena_format(&account.arena,
	    "FriendlyName=f&Configuration={\"task_routing\":{"
	    "\"default_filter\":{\"queue\":\"%s\"}}}", en->sid).at);
	make(KIND_TASK, "Attributes={\"n\":1}");
	make(KIND_TASK, "Attributes={\"n\":2}&Priority=5");
	account_update(&account, make(KIND_TASK, "Attributes={\"n\":3}"),
	    "AssignmentStatus=canceled&Reason=test");
}

static void
test_filters(void)
{
	struct page page;

	start();
	fill();
	for (size_t i = 0; i < ARRAY_LENGTH(filter_cases); i++) {
		const struct filter_case *c = &filter_cases[i];
		account.refusal = (struct refusal){0};
		if (ok(get(c->resource, NULL, with_sids(c->query), &page),
			"filter: %s: taken %s", c->what,
			account.refusal.text))
			is_str(names_of(&page), c->expected, "filter: %s",
			    c->what);
	}
	get(RESOURCE_TASKS, NULL,
	    STR("AssignmentStatus=pending&Page=0&nonsense=1&"
		"AssignmentStatus=canceled&EvaluateTaskAttributes=n%20>=%201&"
		"PageSize=1"),
	    &page);
	ok(str_has_prefix(page.next,
	       STR("AssignmentStatus=pending&AssignmentStatus=canceled&"
		   "EvaluateTaskAttributes=n%20%3E%3D%201&PageSize=1&Page=1&"
		   "PageToken=PA")),
	    "the next URL repeats the filters: %.*s", STR_ARGS(page.next));
	ok(!get(RESOURCE_TASK_QUEUES, NULL,
	       STR("EvaluateWorkerAttributes=[1]"), &page),
	    "attributes that are no object are refused: %s",
	    account.refusal.text);
	ok(!get(RESOURCE_TASK_QUEUES, NULL, STR("EvaluateWorkerAttributes={"),
	       &page),
	    "and what is no JSON: %s", account.refusal.text);
	ok(!get(RESOURCE_WORKERS, NULL,
	       STR("TargetWorkersExpression=skill-level>3"), &page),
	    "an expression that is none: %s", account.refusal.text);
	stop();
}

/* ---- what lies deeper */

static void
test_deeper(void)
{
	struct page page;

	start();
	struct object *alice = make(KIND_WORKER, "FriendlyName=Alice");
	get(RESOURCE_WORKER_CHANNELS, alice, STR("PageSize=2"), &page);
	is_int((int64_t)page.count, 2, "two WorkerChannels of five");
	uint64_t last = page.items[1].object->number;
	ok(page.items[0].object->number < last, "in order of creation");
	get(RESOURCE_WORKER_CHANNELS, alice, page.next, &page);
	ok(page.count == 2 && page.items[0].object->number > last,
	    "the next two");
	get(RESOURCE_WORKER_CHANNELS, alice, page.next, &page);
	ok(page.count == 1 && page.next.at == NULL, "and the last");

	make_workflow();
	account_update(&account, alice,
	    arena_format(&account.arena, "ActivitySid=%s",
		account_activity(&account, workspace, "Available")
		    ->object.sid).at);
	struct object *task = make(KIND_TASK, "");
	get(RESOURCE_TASK_RESERVATIONS, task, STR(""), &page);
	is_int((int64_t)page.count, 1, "the Reservation of a Task");
	get(RESOURCE_WORKER_RESERVATIONS, alice, STR(""), &page);
	is_int((int64_t)page.count, 1, "and of the Worker");
	get(RESOURCE_TASK_RESERVATIONS, task,
	    STR("ReservationStatus=accepted"), &page);
	is_int((int64_t)page.count, 0, "none that was accepted");
	get(RESOURCE_TASK_RESERVATIONS, task, arena_format(&account.arena,
	    "ReservationStatus=Pending&WorkerSid=%s", alice->sid), &page);
	is_int((int64_t)page.count, 1, "one that is pending, for her");
	get(RESOURCE_TASK_RESERVATIONS, task,
	    STR("WorkerSid=WK00000000000000000000000000009999"), &page);
	is_int((int64_t)page.count, 0, "none for another");
	stop();
}

int
main(void)
{
	test_pages();
	test_refused();
	test_orders();
	test_walks();
	test_filters();
	test_deeper();
	return tap_done();
}
