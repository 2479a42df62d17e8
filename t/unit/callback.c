/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "tap.h"

#include "twilio/callback.h"

#define ID "00000000000000000000000000000001"
#define SIDS \
	"AccountSid=AC" ID "&WorkspaceSid=WS" ID "&WorkflowSid=WW" ID \
	"&TaskQueueSid=WQ" ID "&WorkerSid=WK" ID "&ReservationSid=WR" ID
#define REST \
	"&Timestamp=1433874423&WorkerAttributes=%7B%22a%22%3A1%7D" \
	"&TaskAttributes=%7B%7D&TaskAge=5&TaskPriority=0"
#define ALL SIDS REST "&TaskSid=WT" ID
#define EVERY_NAME \
	"Timestamp AccountSid WorkspaceSid WorkflowSid TaskQueueSid " \
	"WorkerSid WorkerAttributes TaskSid TaskAttributes TaskAge " \
	"TaskPriority ReservationSid"

static const struct {
	const char *what, *form, *wrong, *task_sid;
} rows[] = {
	{"all twelve parameters", ALL, NULL, "WT" ID},
	{"unknown parameters are fine", "New=1&" ALL "&WorkerName=alice", NULL, "WT" ID},
	{"a missing SID is named", SIDS REST, "TaskSid", NULL},
	{"an empty SID is named and kept", SIDS REST "&TaskSid=", "TaskSid", ""},
	{"a SID of another kind is named and kept", SIDS REST "&TaskSid=WR" ID, "TaskSid", "WR" ID},
	{"a SID that is none is kept as it came", SIDS REST "&TaskSid=%3Cb%3E", "TaskSid", "<b>"},
	{"names count in their case only", SIDS REST "&tasksid=WT" ID, "TaskSid", NULL},
	{"the first of two counts", ALL "&TaskSid=WTx", NULL, "WT" ID},
	{"several names, in the documented order", SIDS "&TaskSid=WT" ID "&TaskAge=&TaskAttributes=", "Timestamp WorkerAttributes TaskPriority", "WT" ID},
	{"an empty form lacks everything", "", EVERY_NAME, NULL},
};

static void
test_members(void)
{
	struct arena arena;
	struct form form;
	struct err err;
	struct callback c;

	arena_init(&arena, 65536);
	ok(form_decode(&arena, STR(ALL), &form, &err), "the form decodes");
	is_str(callback_read(&form, &arena, &c), NULL, "nothing is wrong");
	is_str(c.timestamp, "1433874423", "Timestamp");
	is_str(c.account_sid, "AC" ID, "AccountSid");
	is_str(c.workspace_sid, "WS" ID, "WorkspaceSid");
	is_str(c.workflow_sid, "WW" ID, "WorkflowSid");
	is_str(c.task_queue_sid, "WQ" ID, "TaskQueueSid");
	is_str(c.worker_sid, "WK" ID, "WorkerSid");
	is_str(c.worker_attributes, "{\"a\":1}", "WorkerAttributes");
	is_str(c.task_sid, "WT" ID, "TaskSid");
	is_str(c.task_attributes, "{}", "TaskAttributes");
	is_str(c.task_age, "5", "TaskAge");
	is_str(c.task_priority, "0", "TaskPriority");
	is_str(c.reservation_sid, "WR" ID, "ReservationSid");
	arena_release(&arena);
}

int
main(void)
{
	test_members();
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct arena arena;
		struct form form;
		struct err err;
		struct callback callback;

		arena_init(&arena, 65536);
		ok(form_decode(&arena, str_from(rows[i].form), &form, &err),
		    "%s: decodes", rows[i].what);
		is_str(callback_read(&form, &arena, &callback), rows[i].wrong,
		    "%s", rows[i].what);
		is_str(callback.task_sid, rows[i].task_sid, "%s: TaskSid",
		    rows[i].what);
		arena_release(&arena);
	}
	return tap_done();
}
