/* SPDX-License-Identifier: MIT
 *
 * Seeds: what is said about bad ones, what good ones become, and that a dump
 * of that is a seed of the same.
 */
#include "base/compat.h"

#include "tap.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "router/field.h"
#include "taskrouterd/dump.h"
#include "taskrouterd/seed.h"
#include "twilio/seed_form.h"

#define NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define TEXT_MOST ((size_t)4 << 20)
#define WORKSPACES_MOST 5000 /* https://www.twilio.com/docs/taskrouter/limits */

static void
count_up(void *context, unsigned char bytes[16])
{
	static uint64_t count;

	(void)context;
	count++;
	memset(bytes, 0xab, 16);
	memcpy(bytes, &count, sizeof count);
}

static struct router *
make_router(void)
{
	return router_new(&(struct router_options){
	    .account_sid = STR("AC00000000000000000000000000000000"),
	    .random = count_up,
	});
}

static void
keep(void *to, const char *message)
{
	struct buf *out = to;

	buf_format(out, "%s%s", out->len > 0 ? "\n" : "", message);
}

static struct str
shown(const struct buf *buf)
{
	return buf->len > 0 ? buf_str(buf) : STR("");
}

static bool
plant(struct router *router, struct str json, struct buf *messages)
{
	struct seed_report report = {keep, messages};
	struct err err;

	buf_init(messages, TEXT_MOST);
	bool good = seed_apply_to(router, NOW, json, NULL, &report);
	if (!router_check(router, &err))
		ok(false, "the router is sound: %s", err.text);
	return good;
}

/* ---- what is wrong */

#define IN(members) "{\"workspaces\":[{\"friendly_name\":\"W\"," members "}]}"
#define QUEUE "\"task_queues\":[{\"friendly_name\":\"Q\"}]"
#define FLOW \
	"\"workflows\":[{\"friendly_name\":\"F\",\"configuration\":" \
	"{\"task_routing\":{\"default_filter\":{\"queue\":\"Q\"}}}}]"
#define X16 "xxxxxxxxxxxxxxxx"
#define X65 X16 X16 X16 X16 "x"

static const struct {
	const char *what, *json, *messages;
} bad[] = {
	{"nothing", "", "line 1, column 1: empty"},
	{"no JSON", "{\n \"workspaces\": [}",
	    "line 2, column 17: unexpected character"},
	{"another type", "[]", "expected an object, got an array"},
	{"no Workspaces", "{}", "workspaces: is required"},
	{"another key", "{\"workspaces\":[],\"x\":1}",
	    "x: a seed has \"workspaces\" and nothing else"},
	{"Workspaces of another type", "{\"workspaces\":{}}",
	    "workspaces: expected an array, got an object"},
	{"a Workspace of another type", "{\"workspaces\":[1]}",
	    "workspaces[0]: expected an object, got a whole number"},
	{"a Workspace without a name", "{\"workspaces\":[{}]}",
	    "workspaces[0].friendly_name: is required"},
	{"a name too long", "{\"workspaces\":[{\"friendly_name\":\"" X65 "\"}]}",
	    "workspaces[0].friendly_name: expected 1 to 64 characters, "
	    "got 65"},
	{"a name of another type", "{\"workspaces\":[{\"friendly_name\":5}]}",
	    "workspaces[0].friendly_name: expected a string, got a whole "
	    "number"},
	{"an unknown property", IN("\"worker\":[]"),
	    "workspaces[0].worker: a Workspace has no such property; did you "
	    "mean \"workers\"?"},
	{"an unknown property like none", IN("\"zzzzzzzz\":[]"),
	    "workspaces[0].zzzzzzzz: a Workspace has no such property"},
	{"a SID where a name stands", IN("\"default_activity_sid\":\"x\""),
	    "workspaces[0].default_activity_sid: a Workspace has no such "
	    "property; did you mean \"default_activity_name\"?"},
	{"another choice", IN("\"prioritize_queue_order\":\"FILO\""),
	    "workspaces[0].prioritize_queue_order: expected one of FIFO, LIFO"},
	{"a text for a boolean", IN("\"multi_task_enabled\":\"true\""),
	    "workspaces[0].multi_task_enabled: expected true or false, got a "
	    "string"},
	{"no URL", IN("\"event_callback_url\":\"x\""),
	    "workspaces[0].event_callback_url: expected an absolute http or "
	    "https URL"},
	{"a misspelt Activity",
	    IN("\"workers\":[{\"friendly_name\":\"A\",\"activity_name\":"
	       "\"Avalable\"}]"),
	    "workspaces[0].workers[0].activity_name: there is no Activity "
	    "\"Avalable\"; did you mean \"Available\"?"},
	{"an ambiguous Activity",
	    IN("\"activities\":[{\"friendly_name\":\"A\"},{\"friendly_name\":"
	       "\"A\"}],\"workers\":[{\"friendly_name\":\"W\","
	       "\"activity_name\":\"A\"}]"),
	    "workspaces[0].workers[0].activity_name: there are 2 objects that "
	    "\"A\" could be: give each of them a \"sid\" as its label, and "
	    "name that"},
	{"a label twice",
	    IN("\"task_queues\":[{\"sid\":\"L\",\"friendly_name\":\"A\"},"
	       "{\"sid\":\"L\",\"friendly_name\":\"B\"}]"),
	    "workspaces[0].task_queues[1].sid: another TaskQueue has the label "
	    "\"L\""},
	{"a label that is none",
	    IN("\"task_queues\":[{\"sid\":1,\"friendly_name\":\"A\"}]"),
	    "workspaces[0].task_queues[0].sid: expected a label, a string that "
	    "is not empty"},
	{"everything of everything",
	    IN("\"event_callback_url\":\"x\",\"activities\":[{}],\"workers\":[7,"
	       "{\"friendly_name\":\"A\",\"attributes\":\"[]\",\"channels\":[{},"
	       "{\"task_channel_unique_name\":\"voicee\"},"
	       "{\"task_channel_unique_name\":\"voice\",\"configured_capacity\":"
	       "51,\"available\":1}]}],\"task_queues\":[{\"friendly_name\":"
	       "\"Q\",\"target_workers\":\"a ==\",\"max_reserved_workers\":51}]"),
	    "workspaces[0].event_callback_url: expected an absolute http or "
	    "https URL\n"
	    "workspaces[0].activities[0].friendly_name: is required\n"
	    "workspaces[0].workers[0]: expected an object, got a whole number\n"
	    "workspaces[0].workers[1].attributes: expected a JSON object, got "
	    "an array\n"
	    "workspaces[0].workers[1].channels[0].task_channel_unique_name: is "
	    "required\n"
	    "workspaces[0].workers[1].channels[1].task_channel_unique_name: "
	    "there is no TaskChannel \"voicee\"; did you mean \"voice\"?\n"
	    "workspaces[0].workers[1].channels[2].available: expected true or "
	    "false, got a whole number\n"
	    "workspaces[0].workers[1].channels[2].configured_capacity: expected "
	    "a whole number from 0 to 50\n"
	    "workspaces[0].task_queues[0].max_reserved_workers: expected a whole "
	    "number from 1 to 50\n"
	    "workspaces[0].task_queues[0].target_workers: mismatched input "
	    "'<EOF>' expecting a value"},
	{"what the engine refuses, of each object, and all that is not that",
	    IN("\"activities\":[{\"friendly_name\":\"Available\"}],"
	       "\"workers\":[{\"friendly_name\":\"A\",\"attributes\":1},"
	       "{\"friendly_name\":\"a\"}],\"task_queues\":["
	       "{\"friendly_name\":\"P\",\"target_workers\":\"a ==\"},"
	       "{\"friendly_name\":\"Q\",\"target_workers\":\"b ==\","
	       "\"task_order\":\"X\"}],\"workflows\":[{\"friendly_name\":"
	       "\"F\",\"assignment_callback_url\":\"x\",\"configuration\":"
	       "{\"task_routing\":{\"filters\":[{\"expression\":\"c ==\","
	       "\"targets\":[{\"queue\":\"P\"}]}]}}}],\"tasks\":["
	       "{\"workflow_friendly_name\":\"F\",\"priority\":\"x\"},"
	       "{\"task_queue_friendly_name\":\"P\",\"timeout\":-1}]"),
	    "workspaces[0].workers[0].attributes: expected an object, got a "
	    "whole number\n"
	    "workspaces[0].workers[1]: Worker with the same friendly name "
	    "already exists\n"
	    "workspaces[0].task_queues[0].target_workers: mismatched input "
	    "'<EOF>' expecting a value\n"
	    "workspaces[0].task_queues[1].task_order: expected one of FIFO, "
	    "LIFO\n"
	    "workspaces[0].task_queues[1].target_workers: mismatched input "
	    "'<EOF>' expecting a value\n"
	    "workspaces[0].workflows[0].assignment_callback_url: expected an "
	    "absolute http or https URL\n"
	    "workspaces[0].workflows[0].configuration: task_routing.filters[0]."
	    "expression: mismatched input '<EOF>' expecting a value\n"
	    "workspaces[0].tasks[0].priority: expected a whole number, got a "
	    "string\n"
	    "workspaces[0].tasks[1].timeout: expected a whole number from 1 to "
	    "1209600"},
	{"a channel's properties",
	    IN("\"workers\":[{\"friendly_name\":\"A\",\"channels\":[{"
	       "\"task_channel_unique_name\":\"sms\",\"available\":1,"
	       "\"configured_capacity\":51},{\"task_channel_unique_name\":1}]}]"),
	    "workspaces[0].workers[0].channels[0].available: expected true or "
	    "false, got a whole number\n"
	    "workspaces[0].workers[0].channels[0].configured_capacity: expected "
	    "a whole number from 0 to 50\n"
	    "workspaces[0].workers[0].channels[1].task_channel_unique_name: "
	    "expected a string, got a whole number"},
	{"a channel twice",
	    IN("\"workers\":[{\"friendly_name\":\"A\",\"channels\":[{"
	       "\"task_channel_unique_name\":\"sms\"},"
	       "{\"task_channel_unique_name\":\"sms\"}]}]"),
	    "workspaces[0].workers[0].channels[1].task_channel_unique_name: "
	    "\"sms\" stands here for the second time"},
	{"Workers of one name",
	    IN("\"workers\":[{\"friendly_name\":\"A\"},{\"friendly_name\":"
	       "\"a\"}]"),
	    "workspaces[0].workers[1]: Worker with the same friendly name "
	    "already exists"},
	{"TaskChannels of one name",
	    IN("\"task_channels\":[{\"friendly_name\":\"A\",\"unique_name\":"
	       "\"a\"},{\"friendly_name\":\"A\",\"unique_name\":\"a\"}]"),
	    "workspaces[0].task_channels[1]: TaskChannel with the same unique "
	    "name already exists"},
	{"a TaskQueue that a Workflow misspells",
	    IN(QUEUE ",\"workflows\":[{\"friendly_name\":\"F\","
	       "\"configuration\":{\"task_routing\":{\"filters\":[{"
	       "\"expression\":\"1==1\",\"targets\":[{\"queue\":\"Q\"},{"
	       "\"queue\":\"QQ\"}]}]}}}]"),
	    "workspaces[0].workflows[0].configuration.task_routing.filters[0]."
	    "targets[1].queue: there is no TaskQueue \"QQ\"; did you mean "
	    "\"Q\"?"},
	{"no configuration", IN("\"workflows\":[{\"friendly_name\":\"F\"}]"),
	    "workspaces[0].workflows[0].configuration: is required"},
	{"a configuration that is none",
	    IN("\"workflows\":[{\"friendly_name\":\"F\",\"configuration\":[]}]"),
	    "workspaces[0].workflows[0].configuration: expected an object, got "
	    "an array"},
	{"a configuration that means nothing",
	    IN("\"workflows\":[{\"friendly_name\":\"F\",\"configuration\":{}}]"),
	    "workspaces[0].workflows[0].configuration: task_routing: missing"},
	{"a configuration as a text that is none",
	    IN("\"workflows\":[{\"friendly_name\":\"F\",\"configuration\":"
	       "\"{\"}]"),
	    "workspaces[0].workflows[0].configuration: expected 2 to 1038576 "
	    "characters, got 1"},
	{"a Task that goes nowhere", IN("\"tasks\":[{}]"),
	    "workspaces[0].tasks[0].workflow_friendly_name: is required"},
	{"a Task for a Workflow that was refused",
	    IN("\"workflows\":[{\"friendly_name\":\"F\"}],\"tasks\":[{"
	       "\"workflow_friendly_name\":\"F\"}]"),
	    "workspaces[0].workflows[0].configuration: is required"},
	{"a Task from the future",
	    IN(QUEUE "," FLOW ",\"tasks\":[{\"virtual_start_time\":"
	       "\"2026-01-01T00:00:01Z\"}]"),
	    "workspaces[0].tasks[0].virtual_start_time: expected a date that "
	    "is not in the future"},
	{"a target that is nobody",
	    IN("\"tasks\":[{\"routing_target\":\"nobody\"}]"),
	    "workspaces[0].tasks[0].routing_target: there is no Worker, "
	    "TaskQueue or Workflow \"nobody\""},
	{"a target of two kinds",
	    IN(QUEUE ",\"workers\":[{\"friendly_name\":\"Q\"}],\"tasks\":[{"
	       "\"routing_target\":\"Q\"}]"),
	    "workspaces[0].tasks[0].routing_target: there are 2 objects that "
	    "\"Q\" could be: give each of them a \"sid\" as its label, and "
	    "name that"},
	{"a line break in a name",
	    IN("\"workers\":[{\"friendly_name\":\"A\",\"activity_name\":"
	       "\"a\\nb\"}]"),
	    "workspaces[0].workers[0].activity_name: there is no Activity "
	    "\"a?b\""},
};

static void
test_bad(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		struct router *router = make_router();
		struct buf messages;
		ok(!plant(router, str_from(bad[i].json), &messages),
		    "%s: refused", bad[i].what);
		is_str(shown(&messages), bad[i].messages, "%s", bad[i].what);
		ok(!router_is_unsettled(router), "%s: nothing has changed",
		    bad[i].what);
		buf_release(&messages);
		router_free(router);
	}
}

/* Only a hundred messages, and the seed is given up. */
static void
test_many(void)
{
	struct router *router = make_router();
	struct buf json, messages;
	size_t lines = 1;

	buf_init(&json, TEXT_MOST);
	buf_add_str(&json, STR("{\"workspaces\":["));
	for (size_t i = 0; i < 300; i++)
		buf_format(&json, "%s{}", i > 0 ? "," : "");
	buf_add_str(&json, STR("]}"));
	ok(!plant(router, buf_str(&json), &messages), "300 errors: refused");
	for (size_t i = 0; i < messages.len; i++)
		lines += messages.at[i] == '\n';
	is_int((int64_t)lines, 101, "300 errors: a hundred are shown");
	ok(str_has_suffix(shown(&messages),
	       STR("there are too many errors: the rest is not shown")),
	    "300 errors: and that there are more");
	buf_release(&messages);
	buf_release(&json);
	router_free(router);
}

/* ---- what is good */

#define CHANNELS \
	"    \"task_channels\": [\n" \
	"      {\"friendly_name\": \"Default\", \"unique_name\": \"default\"},\n" \
	"      {\"friendly_name\": \"Voice\", \"unique_name\": \"voice\"},\n" \
	"      {\"friendly_name\": \"Programmable Chat\", \"unique_name\": " \
	"\"chat\"},\n" \
	"      {\"friendly_name\": \"SMS\", \"unique_name\": \"sms\"},\n" \
	"      {\"friendly_name\": \"Video\", \"unique_name\": \"video\"}\n" \
	"    ]"
#define OFFLINE "      {\"friendly_name\": \"Offline\", \"available\": false}"
#define ACTIVITIES \
	"    \"activities\": [\n" OFFLINE ",\n" \
	"      {\"friendly_name\": \"Available\", \"available\": true},\n" \
	"      {\"friendly_name\": \"Unavailable\", \"available\": false}\n" \
	"    ],\n"
#define HEAD "{\"workspaces\": [\n  {\n    \"friendly_name\": \"W\",\n"
#define TAIL "\n  }\n]}\n"

static const struct {
	const char *what, *json, *dump;
} good[] = {
	{"no Workspace", "{\"workspaces\":[]}", "{\"workspaces\": []}\n"},
	{"comments", "// a\n{/* b */\"workspaces\":[]}", "{\"workspaces\": []}\n"},
	{"a Workspace", "{\"workspaces\":[{\"friendly_name\":\"W\"}]}",
	    HEAD ACTIVITIES CHANNELS TAIL},
	{"null means the preset",
	    IN("\"template\":null,\"event_callback_url\":null,"
	       "\"multi_task_enabled\":null,\"activities\":null,"
	       "\"default_activity_name\":null,\"workers\":null"),
	    HEAD ACTIVITIES CHANNELS TAIL},
	{"all of a Workspace",
	    IN("\"event_callback_url\":\"http://127.0.0.1/\",\"events_filter\":"
	       "\"task.created, task.canceled\",\"multi_task_enabled\":false,"
	       "\"prioritize_queue_order\":\"LIFO\",\"default_activity_name\":"
	       "\"Available\",\"timeout_activity_name\":\"Unavailable\""),
	    HEAD "    \"event_callback_url\": \"http://127.0.0.1/\",\n"
		 "    \"events_filter\": \"task.created,task.canceled\",\n"
		 "    \"multi_task_enabled\": false,\n"
		 "    \"prioritize_queue_order\": \"LIFO\",\n"
		 "    \"default_activity_name\": \"Available\",\n"
		 "    \"timeout_activity_name\": \"Unavailable\",\n"
		 ACTIVITIES CHANNELS TAIL},
	{"own Activities that are not listed go",
	    IN("\"activities\":[{\"friendly_name\":\"Offline\"}]"),
	    HEAD "    \"activities\": [\n" OFFLINE "\n    ],\n" CHANNELS TAIL},
	{"but for those that are referred to",
	    IN("\"activities\":[],\"workers\":[{\"friendly_name\":\"A\","
	       "\"activity_name\":\"Available\"}]"),
	    HEAD "    \"activities\": [\n" OFFLINE ",\n"
		 "      {\"friendly_name\": \"Available\", \"available\": true}\n"
		 "    ],\n" CHANNELS ",\n    \"workers\": [\n"
		 "      {\"friendly_name\": \"A\", \"activity_name\": "
		 "\"Available\"}\n    ]" TAIL},
	{"an own Activity that is listed is as available as it is",
	    IN("\"activities\":[{\"friendly_name\":\"Break\"},"
	       "{\"friendly_name\":\"Available\"}]"),
	    HEAD "    \"activities\": [\n" OFFLINE ",\n"
		 "      {\"friendly_name\": \"Break\", \"available\": false},\n"
		 "      {\"friendly_name\": \"Available\", \"available\": true}\n"
		 "    ],\n" CHANNELS TAIL},
	{"another order, another Offline",
	    IN("\"activities\":[{\"friendly_name\":\"Available\"},"
	       "{\"friendly_name\":\"Offline\",\"available\":true}]"),
	    HEAD "    \"activities\": [\n"
		 "      {\"friendly_name\": \"Available\", \"available\": true},\n"
		 "      {\"friendly_name\": \"Offline\", \"available\": true}\n"
		 "    ],\n" CHANNELS TAIL},
	{"none of its own Activities",
	    IN("\"default_activity_name\":\"In\",\"timeout_activity_name\":"
	       "\"Out\",\"activities\":[{\"friendly_name\":\"In\",\"available\":"
	       "true},{\"friendly_name\":\"Out\"}]"),
	    HEAD "    \"default_activity_name\": \"In\",\n"
		 "    \"timeout_activity_name\": \"Out\",\n"
		 "    \"activities\": [\n"
		 "      {\"friendly_name\": \"In\", \"available\": true},\n"
		 "      {\"friendly_name\": \"Out\", \"available\": false}\n"
		 "    ],\n" CHANNELS TAIL},
	{"TaskChannels: other ones, the default one stays",
	    IN("\"task_channels\":[{\"friendly_name\":\"Chat\",\"unique_name\":"
	       "\"chat\",\"channel_optimized_routing\":true},"
	       "{\"friendly_name\":\"Fax\",\"unique_name\":\"fax\"}]"),
	    HEAD ACTIVITIES
		"    \"task_channels\": [\n"
		"      {\"friendly_name\": \"Default\", \"unique_name\": "
		"\"default\"},\n"
		"      {\n        \"friendly_name\": \"Chat\",\n"
		"        \"unique_name\": \"chat\",\n"
		"        \"channel_optimized_routing\": true\n      },\n"
		"      {\"friendly_name\": \"Fax\", \"unique_name\": \"fax\"}\n"
		"    ]" TAIL},
	{"TaskChannels in another order",
	    IN("\"task_channels\":[{\"friendly_name\":\"Voice\","
	       "\"unique_name\":\"voice\"},{\"friendly_name\":\"Fax\","
	       "\"unique_name\":\"fax\"},{\"friendly_name\":\"SMS\","
	       "\"unique_name\":\"sms\"},{\"friendly_name\":\"D\","
	       "\"unique_name\":\"default\"}]"),
	    HEAD ACTIVITIES
		"    \"task_channels\": [\n"
		"      {\"friendly_name\": \"D\", \"unique_name\": "
		"\"default\"},\n"
		"      {\"friendly_name\": \"Voice\", \"unique_name\": "
		"\"voice\"},\n"
		"      {\"friendly_name\": \"Fax\", \"unique_name\": \"fax\"},\n"
		"      {\"friendly_name\": \"SMS\", \"unique_name\": \"sms\"}\n"
		"    ]" TAIL},
	{"a template",
	    IN("\"template\":\"FIFO\",\"tasks\":[{\"workflow_friendly_name\":"
	       "\"Default Fifo Workflow\",\"virtual_start_time\":"
	       "\"2025-12-31T00:00:00Z\"}]"),
	    HEAD ACTIVITIES CHANNELS
	    ",\n    \"task_queues\": [\n"
	    "      {\"friendly_name\": \"Sample Queue\"}\n    ],\n"
	    "    \"workflows\": [\n      {\n"
	    "        \"friendly_name\": \"Default Fifo Workflow\",\n"
	    "        \"configuration\": {\n"
	    "          \"task_routing\": {\n"
	    "            \"filters\": [],\n"
	    "            \"default_filter\": {\"queue\": \"Sample Queue\"}\n"
	    "          }\n        }\n      }\n    ],\n"
	    "    \"tasks\": [\n      {\n"
	    "        \"workflow_friendly_name\": \"Default Fifo Workflow\",\n"
	    "        \"virtual_start_time\": \"2025-12-31T00:00:00Z\"\n"
	    "      }\n    ]" TAIL},
	{"Workers and their channels; attributes as a text",
	    IN("\"workers\":[{\"friendly_name\":\"A\",\"attributes\":"
	       "\"{\\\"a\\\": 1.50}\",\"activity_name\":\"Available\","
	       "\"channels\":[{\"task_channel_unique_name\":\"sms\","
	       "\"configured_capacity\":0},{\"task_channel_unique_name\":"
	       "\"voice\",\"available\":false},{\"task_channel_unique_name\":"
	       "\"chat\",\"available\":true,\"configured_capacity\":1}]}]"),
	    HEAD ACTIVITIES CHANNELS
	    ",\n    \"workers\": [\n      {\n"
	    "        \"friendly_name\": \"A\",\n"
	    "        \"attributes\": {\"a\": 1.50},\n"
	    "        \"activity_name\": \"Available\",\n"
	    "        \"channels\": [\n"
	    "          {\"task_channel_unique_name\": \"voice\", \"available\": "
	    "false},\n"
	    "          {\"task_channel_unique_name\": \"sms\", "
	    "\"configured_capacity\": 0}\n"
	    "        ]\n      }\n    ]" TAIL},
	{"a Worker who is reserved is where he was before that",
	    IN("\"multi_task_enabled\":false,\"workers\":[{"
	       "\"friendly_name\":\"A\",\"activity_name\":\"Available\"}],"
	       "\"task_queues\":[{\"friendly_name\":\"Q\","
	       "\"reservation_activity_name\":\"Unavailable\"}],"
	       "\"tasks\":[{\"virtual_start_time\":\"2025-12-31\","
	       "\"task_queue_friendly_name\":\"Q\"}]"),
	    HEAD "    \"multi_task_enabled\": false,\n" ACTIVITIES CHANNELS
	    ",\n    \"workers\": [\n"
	    "      {\"friendly_name\": \"A\", \"activity_name\": "
	    "\"Available\"}\n    ],\n"
	    "    \"task_queues\": [\n"
	    "      {\"friendly_name\": \"Q\", \"reservation_activity_name\": "
	    "\"Unavailable\"}\n    ],\n    \"tasks\": [\n      {\n"
	    "        \"virtual_start_time\": \"2025-12-31T00:00:00Z\",\n"
	    "        \"task_queue_friendly_name\": \"Q\"\n"
	    "      }\n    ]" TAIL},
	{"labels",
	    IN("\"task_queues\":[{\"sid\":\"first\",\"friendly_name\":\"Q\"},"
	       "{\"sid\":\"second\",\"friendly_name\":\"Q\"},{\"friendly_name\":"
	       "\"Q #1\"}],\"workers\":[{\"sid\":\"x\",\"friendly_name\":"
	       "\"Q #3\"}],\"tasks\":[{\"virtual_start_time\":\"2025-12-31\","
	       "\"task_queue_friendly_name\":\"second\"},{"
	       "\"virtual_start_time\":\"2025-12-30\",\"routing_target\":"
	       "\"first\",\"priority\":3,\"timeout\":60,\"attributes\":{\"a\":"
	       "[]},\"task_channel_unique_name\":\"sms\"},{"
	       "\"virtual_start_time\":\"2025-12-29\",\"routing_target\":\"x\","
	       "\"ignore_capacity\":false}]"),
	    HEAD ACTIVITIES CHANNELS
	    ",\n    \"workers\": [\n      {\"friendly_name\": \"Q #3\"}\n"
	    "    ],\n    \"task_queues\": [\n"
	    "      {\"sid\": \"Q #2\", \"friendly_name\": \"Q\"},\n"
	    "      {\"sid\": \"Q #4\", \"friendly_name\": \"Q\"},\n"
	    "      {\"friendly_name\": \"Q #1\"}\n    ],\n"
	    "    \"tasks\": [\n      {\n"
	    "        \"virtual_start_time\": \"2025-12-31T00:00:00Z\",\n"
	    "        \"task_queue_friendly_name\": \"Q #4\"\n      },\n"
	    "      {\n        \"attributes\": {\"a\": []},\n"
	    "        \"priority\": 3,\n        \"timeout\": 60,\n"
	    "        \"task_channel_unique_name\": \"sms\",\n"
	    "        \"virtual_start_time\": \"2025-12-30T00:00:00Z\",\n"
	    "        \"routing_target\": \"Q #2\"\n      },\n"
	    "      {\n"
	    "        \"virtual_start_time\": \"2025-12-29T00:00:00Z\",\n"
	    "        \"routing_target\": \"Q #3\",\n"
	    "        \"ignore_capacity\": false\n      }\n    ]" TAIL},
	{"a queue where none is meant, and one that is",
	    IN(QUEUE ",\"workflows\":[{\"friendly_name\":\"F\","
	       "\"assignment_callback_url\":\"http://a/\","
	       "\"fallback_assignment_callback_url\":\"http://b/\","
	       "\"task_reservation_timeout\":5,\"configuration\":"
	       "\"{\\\"queue\\\":\\\"none\\\",\\\"task_routing\\\":{"
	       "\\\"default_filter\\\":{\\\"queue\\\":\\\"Q\\\"}}}\"}]"),
	    HEAD ACTIVITIES CHANNELS
	    ",\n    \"task_queues\": [\n      {\"friendly_name\": \"Q\"}\n"
	    "    ],\n    \"workflows\": [\n      {\n"
	    "        \"friendly_name\": \"F\",\n"
	    "        \"assignment_callback_url\": \"http://a/\",\n"
	    "        \"fallback_assignment_callback_url\": \"http://b/\",\n"
	    "        \"task_reservation_timeout\": 5,\n"
	    "        \"configuration\": {\n"
	    "          \"queue\": \"none\",\n"
	    "          \"task_routing\": {\"default_filter\": {\"queue\": "
	    "\"Q\"}}\n        }\n      }\n    ]" TAIL},
};

static void
dump(const struct router *router, struct buf *out)
{
	buf_init(out, TEXT_MOST);
	if (!dump_write(out, router, NULL))
		ok(false, "a dump can be written");
}

static void
test_good(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(good); i++) {
		struct router *router = make_router(), *again = make_router();
		struct buf messages, first, second;
		ok(plant(router, str_from(good[i].json), &messages),
		    "%s: taken", good[i].what);
		is_str(shown(&messages), "", "%s: no message", good[i].what);
		buf_release(&messages);
		dump(router, &first);
		is_str(shown(&first), good[i].dump, "%s: dump", good[i].what);
		ok(plant(again, buf_str(&first), &messages),
		    "%s: the dump is taken", good[i].what);
		is_str(shown(&messages), "", "%s: as it is", good[i].what);
		buf_release(&messages);
		dump(again, &second);
		ok(str_equal(buf_str(&first), buf_str(&second)),
		    "%s: dump of the dump", good[i].what);
		buf_release(&first);
		buf_release(&second);
		router_free(router);
		router_free(again);
	}
}

/* ---- limits */

/* JSON as deep as the API takes it stands in a dump as a text, as the seed
 * itself would be deeper than that. */
static void
test_deep(void)
{
	for (size_t depth = 20; depth <= 32; depth++) {
		struct router *router = make_router(), *again = make_router();
		struct buf json, messages, first, second;
		buf_init(&json, TEXT_MOST);
		buf_add_str(&json, STR("{\"workspaces\":[{\"friendly_name\":"
		    "\"W\"," QUEUE ",\"workers\":[{\"friendly_name\":\"A\","
		    "\"attributes\":\"{\\\"a\\\":"));
		for (size_t i = 1; i < depth; i++)
			buf_add_byte(&json, '[');
		for (size_t i = 1; i < depth; i++)
			buf_add_byte(&json, ']');
		buf_add_str(&json, STR("}\"}],\"workflows\":[{"
		    "\"friendly_name\":\"F\",\"configuration\":\"{"
		    "\\\"task_routing\\\":{\\\"default_filter\\\":{"
		    "\\\"queue\\\":\\\"Q\\\"}},\\\"a\\\":"));
		for (size_t i = 1; i < depth; i++)
			buf_add_byte(&json, '[');
		for (size_t i = 1; i < depth; i++)
			buf_add_byte(&json, ']');
		buf_add_str(&json, STR("}\"}]}]}"));
		ok(plant(router, buf_str(&json), &messages), "%zu levels",
		    depth);
		is_str(shown(&messages), "", "%zu levels: no message", depth);
		buf_release(&messages);
		dump(router, &first);
		ok(str_contains(buf_str(&first), "\"attributes\": \"") ==
			(depth > 27),
		    "%zu levels: a text if they are too many", depth);
		ok(str_contains(buf_str(&first), "\"Q\"") &&
			!str_contains(buf_str(&first), "WQ"),
		    "%zu levels: names of TaskQueues", depth);
		ok(plant(again, buf_str(&first), &messages),
		    "%zu levels: the dump is taken", depth);
		is_str(shown(&messages), "", "%zu levels: as it is", depth);
		buf_release(&messages);
		dump(again, &second);
		ok(str_equal(buf_str(&first), buf_str(&second)),
		    "%zu levels: dump of the dump", depth);
		buf_release(&json);
		buf_release(&first);
		buf_release(&second);
		router_free(router);
		router_free(again);
	}
}

/* As many Activities as there may be, none of them a new Workspace's. */
static void
test_full(void)
{
	struct router *router = make_router();
	struct buf json, messages;

	buf_init(&json, TEXT_MOST);
	buf_add_str(&json, STR("{\"workspaces\":[{\"friendly_name\":\"W\","
	    "\"default_activity_name\":\"A99\",\"timeout_activity_name\":"
	    "\"A98\",\"activities\":["));
	for (size_t i = 0; i < 100; i++)
		buf_format(&json, "%s{\"friendly_name\":\"A%zu\"}",
		    i > 0 ? "," : "", i);
	buf_add_str(&json, STR("]}]}"));
	ok(plant(router, buf_str(&json), &messages), "a hundred Activities");
	is_str(shown(&messages), "", "a hundred Activities: no message");
	struct object *object = router_next(router, NULL, KIND_WORKSPACE, 0);
	is_int(object == NULL
		? -1
		: (int64_t)object->workspace->counts[KIND_ACTIVITY],
	    100, "all there");
	buf_release(&messages);
	buf_release(&json);
	router_free(router);
}

/* What only the router that counts refuses, is taken back. */
static void
test_taken_back(void)
{
	struct router *router = make_router();
	struct buf messages;
	size_t count = 0;
	struct change name = {
		.field = &field_rows[FIELD_WORKSPACE_FRIENDLY_NAME],
		.text = STR("W"),
	};
	struct router_event event = {
		.verb = ROUTER_CREATE,
		.kind = KIND_WORKSPACE,
		.changes = {&name, 1},
	};
	struct refusal refusal;
	struct object *object = NULL;

	for (size_t i = 0; i < WORKSPACES_MOST - 1; i++)
		(void)router_apply(router, &event, NOW, &refusal);
	ok(!plant(router,
	       STR("{\"workspaces\":[{\"friendly_name\":\"one\"},"
		   "{\"friendly_name\":\"two\"},{\"friendly_name\":\"3\"}]}"),
	       &messages),
	    "one Workspace too many");
	is_str(shown(&messages),
	    "workspaces[1]: An account can have at most 5000 Workspaces",
	    "one Workspace too many: says so");
	while ((object = router_next(router, NULL, KIND_WORKSPACE,
		    object == NULL ? 0 : object->number)) != NULL)
		count++;
	is_int((int64_t)count, WORKSPACES_MOST - 1, "the first one has gone");
	buf_release(&messages);
	router_free(router);
}

/* ---- the tables */

static const struct field *
field_of(const char *parameter, enum kind kind)
{
	size_t count;
	const struct field *rows = field_first(kind, &count);

	for (size_t i = 0; i < count; i++)
		if (rows[i].parameter != NULL &&
		    strcmp(rows[i].parameter, parameter) == 0)
			return &rows[i];
	return NULL;
}

static const enum kind kinds[SEED_KINDS] = {
	KIND_WORKSPACE, KIND_ACTIVITY, KIND_TASK_CHANNEL, KIND_WORKER,
	KIND_WORKER_CHANNEL, KIND_TASK_QUEUE, KIND_WORKFLOW, KIND_TASK,
};

/* What depends on others, or is no more than a REST parameter's. */
static bool
has_own_preset(const struct seed_property *property)
{
	return property->type == SEED_REFERENCE ||
	    strcmp(property->name, "available") == 0;
}

static void
test_tables(void)
{
	for (size_t i = 0; i < seed_property_count; i++) {
		const struct seed_property *p = &seed_properties[i];
		const struct field *field = p->parameter == NULL
		    ? NULL
		    : field_of(p->parameter, kinds[p->kind]);
		if (p->parameter == NULL)
			continue;
		ok(field != NULL, "%s: there is a parameter %s", p->name,
		    p->parameter);
		if (field == NULL)
			continue;
		ok(p->source == NULL || strcmp(p->source, field->property) == 0,
		    "%s: it is %s in JSON", p->name, field->property);
		if (!has_own_preset(p))
			is_str(str_from(p->preset), field->preset,
			    "%s: preset", p->name);
	}
}

/* All that the API lets a create or an update of these kinds say is in a seed,
 * but for what is done to an object that exists. */
static void
test_complete(void)
{
	static const char *const acts[] = {"ReEvaluateTasks",
	    "RejectPendingReservations", "AssignmentStatus", "Reason"};

	for (size_t k = 0; k < SEED_KINDS; k++) {
		size_t count;
		const struct field *rows = field_first(kinds[k], &count);
		for (size_t i = 0; i < count; i++) {
			bool found = rows[i].parameter == NULL;
			for (size_t a = 0; a < ARRAY_LENGTH(acts); a++)
				found = found ||
				    strcmp(rows[i].parameter, acts[a]) == 0;
			for (size_t p = 0; !found && p < seed_property_count;
			     p++)
				found = seed_properties[p].kind == k &&
				    seed_properties[p].parameter != NULL &&
				    strcmp(seed_properties[p].parameter,
					rows[i].parameter) == 0;
			ok(found, "%s.%s can be in a seed",
			    seed_kind_rows[k].noun, rows[i].parameter != NULL
				? rows[i].parameter
				: rows[i].property);
		}
	}
}

int
main(void)
{
	test_bad();
	test_many();
	test_good();
	test_deep();
	test_full();
	test_taken_back();
	test_tables();
	test_complete();
	return tap_done();
}
