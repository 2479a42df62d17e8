/* SPDX-License-Identifier: MIT
 *
 * Paths of the REST API: what each names, what may be done with it; and that
 * the tables of resources and filters fit the others.
 */
#include "base/compat.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "http/request.h"
#include "taskrouterd/api.h"
#include "taskrouterd/filter.h"
#include "taskrouterd/resource.h"
#include "tap.h"

#define LIST (METHOD_GET | METHOD_POST)
#define OBJECT (METHOD_GET | METHOD_POST | METHOD_DELETE)

static const struct {
	const char *path;
	enum resource_id resource;
	const char *names; /* of the objects, by commas */
	unsigned methods;
} paths[] = {
	{"/v1/Workspaces", RESOURCE_WORKSPACES, "", LIST},
	{"/v1/Workspaces/WS1", RESOURCE_WORKSPACES, "WS1", OBJECT},
	{"/v1/Workspaces/WS1/Activities", RESOURCE_ACTIVITIES, "WS1", LIST},
	{"/v1/Workspaces/WS1/Activities/WA1", RESOURCE_ACTIVITIES, "WS1,WA1",
	    OBJECT},
	{"/v1/Workspaces/WS1/Workers/WK1", RESOURCE_WORKERS, "WS1,WK1",
	    OBJECT},
	{"/v1/Workspaces/WS1/Workers/WK1/Channels", RESOURCE_WORKER_CHANNELS,
	    "WS1,WK1", METHOD_GET},
	{"/v1/Workspaces/WS1/Workers/WK1/Channels/fax%24",
	    RESOURCE_WORKER_CHANNELS, "WS1,WK1,fax%24",
	    METHOD_GET | METHOD_POST},
	{"/v1/Workspaces/WS1/Workers/WK1/Reservations/WR1",
	    RESOURCE_WORKER_RESERVATIONS, "WS1,WK1,WR1",
	    METHOD_GET | METHOD_POST},
	{"/v1/Workspaces/WS1/Tasks/WT1/Reservations",
	    RESOURCE_TASK_RESERVATIONS, "WS1,WT1", METHOD_GET},
	{"/v1/Workspaces/WS1/TaskQueues", RESOURCE_TASK_QUEUES, "WS1", LIST},
	{"/v1/Workspaces/WS1/Workflows", RESOURCE_WORKFLOWS, "WS1", LIST},
	{"/v1/Workspaces/WS1/TaskChannels/x", RESOURCE_TASK_CHANNELS, "WS1,x",
	    OBJECT},
	{"/v1/Workspaces/WS1/Tasks", RESOURCE_TASKS, "WS1", LIST},
	{"/v1/Workspaces/WS1/Events/EV1", RESOURCE_EVENTS, "WS1,EV1",
	    METHOD_GET},
	{"/v1/Workspaces/WS1/Statistics", RESOURCE_WORKSPACE_STATISTICS, "WS1,",
	    METHOD_GET},
	{"/v1/Workspaces/Statistics", RESOURCE_WORKSPACES, "Statistics",
	    OBJECT},
	{"/v1/Workspaces/WS1/Workers/RealTimeStatistics",
	    RESOURCE_WORKERS_REAL_TIME_STATISTICS, "WS1,", METHOD_GET},
	{"/v1/Workspaces/WS1/Workers/WK1/Statistics",
	    RESOURCE_WORKER_STATISTICS, "WS1,WK1,", METHOD_GET},
	{"/v1/Workspaces/WS1/TaskQueues/Statistics",
	    RESOURCE_TASK_QUEUES_STATISTICS, "WS1", METHOD_GET},
	{"/v1/Workspaces/WS1/TaskQueues/RealTimeStatistics",
	    RESOURCE_TASK_QUEUES_REAL_TIME_STATISTICS, "WS1", METHOD_POST},
	{"/v1/Workspaces/WS1/TaskQueues/CumulativeStatistics",
	    RESOURCE_TASK_QUEUES, "WS1,CumulativeStatistics", OBJECT},
	{"/v1/Workspaces/WS1/TaskQueues/WQ1/CumulativeStatistics",
	    RESOURCE_TASK_QUEUE_CUMULATIVE_STATISTICS, "WS1,WQ1,", METHOD_GET},
	{"/v1/Workspaces/WS1/Workflows/WW1/RealTimeStatistics",
	    RESOURCE_WORKFLOW_REAL_TIME_STATISTICS, "WS1,WW1,", METHOD_GET},
};

static const char *const nowhere[] = {
	"", "/", "/v1", "/v1/", "v1/Workspaces", "/v2/Workspaces",
	"/V1/Workspaces", "//v1/Workspaces", "/v1//Workspaces",
	"/v1/workspaces", "/v1/Workspaces/", "/v1/Workspaces//",
	"/v1/Workspaces//Tasks", "/v1/Workspaces/WS1/", "/v1/Tasks",
	"/v1/Workspaces/WS1/Channels", "/v1/Workspaces/WS1/Reservations",
	"/v1/Workspaces/WS1/Tasks/WT1/Channels",
	"/v1/Workspaces/WS1/Tasks/WT1/Reservations/WR1/Tasks",
	"/v1/Workspaces/WS1/Tasks/WT1/Reservations/WR1/",
	"/v1/Workspaces/WS1/Events/EV1/Tasks", "/v1/Workspaces%2FWS1",
	"/v1/Workspaces/WS1/Statistics/", "/v1/Workspaces/WS1/Statistics/x",
	"/v1/Workspaces/WS1/statistics", "/v1/Statistics",
	"/v1/Workspaces/WS1/TaskQueues/Statistics/",
	"/v1/Workspaces/WS1/TaskQueues/Statistics/x",
	"/v1/Workspaces/WS1/Tasks/WT1/Statistics",
	"/v1/Workspaces/WS1/Workers/WK1/RealTimeStatistics",
	"/v1/Workspaces/WS1/TaskQueues/WQ1/Statistics/Statistics",
};

static void
test_paths(struct account *account)
{
	struct resource_path found;

	for (size_t i = 0; i < ARRAY_LENGTH(paths); i++) {
		struct str names = STR("");
		if (!ok(resource_path_read(str_from(paths[i].path), &found),
			"%s: is there", paths[i].path))
			continue;
		is_int(found.resource->id, paths[i].resource,
		    "%s: what it names", paths[i].path);
		for (size_t n = 0; n + found.is_list < found.depth; n++)
			names = arena_format(&account->arena, "%.*s%s%.*s",
			    STR_ARGS(names), n > 0 ? "," : "",
			    STR_ARGS(found.names[n]));
		is_str(names, paths[i].names, "%s: its objects",
		    paths[i].path);
		is_int(resource_methods(&found), paths[i].methods,
		    "%s: its methods", paths[i].path);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(nowhere); i++)
		ok(!resource_path_read(str_from(nowhere[i]), &found),
		    "%s: is nowhere", nowhere[i]);
	ok(!resource_path_read(STR_NONE, &found), "an absent path is nowhere");
}

/* ---- from paths to objects */

static struct str
path_of(struct account *account, const char *format, ...) PRINTF_LIKE(2, 3);

static struct str
path_of(struct account *account, const char *format, ...)
{
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	return arena_str(&account->arena, str_from(text));
}

static bool
find(struct account *account, struct str path, struct resource_place *place)
{
	struct resource_path found;

	return resource_path_read(path, &found) &&
	    resource_find(&found, account->router, &account->arena, place);
}

static void
test_objects(struct account *account)
{
	struct object *workspace = account_create(account, KIND_WORKSPACE,
	    NULL, "FriendlyName=w&Template=FIFO");
	struct object *other = account_create(
	    account, KIND_WORKSPACE, NULL, "FriendlyName=o");
	struct workspace *in = (struct workspace *)workspace;
	struct object *alice = account_create(account, KIND_WORKER, in,
	    path_of(account, "FriendlyName=a&ActivitySid=%s",
		account_activity(account, in, "Available")->object.sid).at);
	struct object *bob =
	    account_create(account, KIND_WORKER, in, "FriendlyName=b");
	struct object *task = account_create(account, KIND_TASK, in, "");
	struct object *reservation =
	    &TAILQ_FIRST(&((struct task *)task)->reservations)->object;
	struct resource_place place;
	const char *base = workspace->sid;

	account_create(account, KIND_TASK_CHANNEL, in,
	    "FriendlyName=f&UniqueName=fax$");
	ok(find(account, STR("/v1/Workspaces"), &place) &&
		place.workspace == NULL && place.object == NULL,
	    "the list of Workspaces");
	ok(find(account, path_of(account, "/v1/Workspaces/%s", base),
	       &place) && place.object == workspace,
	    "a Workspace");
	ok(find(account, path_of(account, "/v1/Workspaces/%s/Workers/%s",
			     base, alice->sid), &place) &&
		place.object == alice && place.parent == NULL &&
		place.workspace == in,
	    "a Worker");
	ok(!find(account, path_of(account, "/v1/Workspaces/%s/Workers/%s",
			      other->sid, alice->sid), &place),
	    "not in another Workspace");
	ok(!find(account, path_of(account, "/v1/Workspaces/%s/Tasks/%s", base,
			      alice->sid), &place),
	    "not as something else");
	ok(find(account, path_of(account,
			     "/v1/Workspaces/%s/Tasks/%s/Reservations/%s",
			     base, task->sid, reservation->sid), &place) &&
		place.object == reservation && place.parent == task,
	    "a Reservation below its Task");
	ok(find(account, path_of(account,
			     "/v1/Workspaces/%s/Workers/%s/Reservations/%s",
			     base, alice->sid, reservation->sid), &place) &&
		place.object == reservation && place.parent == alice,
	    "and below its Worker");
	ok(!find(account, path_of(account,
			      "/v1/Workspaces/%s/Workers/%s/Reservations/%s",
			      base, bob->sid, reservation->sid), &place),
	    "not below another");
	ok(find(account, path_of(account,
			     "/v1/Workspaces/%s/TaskChannels/fax%%24", base),
	       &place) && place.object->kind == KIND_TASK_CHANNEL,
	    "a TaskChannel by its name, encoded");
	ok(find(account, path_of(account,
			     "/v1/Workspaces/%s/Workers/%s/Channels/fax$",
			     base, bob->sid), &place) &&
		place.object->kind == KIND_WORKER_CHANNEL,
	    "a WorkerChannel by its TaskChannel's name");
	static const char *const names[] = {
		"fax", "fax$=", "=fax$", "fax$&", "fa%78%2", "+", "fax$%00"};
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		ok(!find(account, path_of(account,
				      "/v1/Workspaces/%s/TaskChannels/%s",
				      base, names[i]), &place),
		    "no TaskChannel %s", names[i]);
	ok(find(account, path_of(account, "/v1/Workspaces/%s/Events/x", base),
	       &place) && place.object == NULL && place.workspace == in,
	    "an Event is the store's to find");
	ok(find(account, path_of(account, "/v1/Workspaces/%s/Statistics", base),
	       &place) && place.object == NULL && place.parent == NULL &&
		place.workspace == in,
	    "the statistics of a Workspace");
	ok(find(account, path_of(account,
			     "/v1/Workspaces/%s/Workers/%s/Statistics", base,
			     bob->sid), &place) && place.object == NULL &&
		place.parent == bob && place.workspace == in,
	    "the statistics of a Worker");
	ok(!find(account, path_of(account,
			      "/v1/Workspaces/%s/Workers/%s/Statistics",
			      other->sid, bob->sid), &place),
	    "not in another Workspace");
}

/* ---- the tables */

static void
test_tables(void)
{
	for (size_t i = 0; i < RESOURCE_COUNT; i++) {
		const struct resource *row = &resource_rows[i];
		const struct api_operations *can = row->operations;
		unsigned list = row->list_methods;
		unsigned object = row->object_methods;
		ok(((list & METHOD_GET) == 0 || can->list != NULL) &&
			((list & METHOD_POST) == 0 || can->create != NULL) &&
			((object & METHOD_GET) == 0 || can->fetch != NULL) &&
			((object & METHOD_POST) == 0 || can->update != NULL) &&
			((object & METHOD_DELETE) == 0 || can->remove != NULL),
		    "%s: every method has its operation", row->segment);
		if (row->kind == KIND_COUNT)
			continue;
		const struct kind_row *kind = &kind_rows[row->kind];
		ok(strcmp(row->segment, kind->plural) == 0 &&
			strcmp(row->key, kind->key) == 0,
		    "%s: named as its kind", row->segment);
	}
	ok(resource_of_prefix(STR("WT")) == &resource_rows[RESOURCE_TASKS],
	    "a prefix");
	ok(resource_of_prefix(STR("WR")) == NULL &&
		resource_of_prefix(STR("EV")) == NULL &&
		resource_of_prefix(STR_NONE) == NULL,
	    "a prefix of nothing directly below a Workspace");
	ok(filter_find(&resource_rows[RESOURCE_TASKS], STR("Priority")) !=
		NULL &&
		filter_find(&resource_rows[RESOURCE_WORKERS],
		    STR("Priority")) == NULL,
	    "each list has its own filters");
}

int
main(void)
{
	struct account account;

	account_open(&account);
	test_paths(&account);
	test_objects(&account);
	test_tables();
	account_close(&account);
	return tap_done();
}
