/* SPDX-License-Identifier: MIT
 *
 * Parameters of the REST API: each type of property, through properties that
 * have it.
 */
#include "base/compat.h"

#include <string.h>

#include "account.h"
#include "router/field.h"
#include "taskrouterd/parameters.h"
#include "tap.h"

static struct account account;
static struct workspace *workspace;

struct parameter_case {
	const char *what;
	enum kind kind;
	enum field_use use;
	const char *form;
	/* The values that come out, "property=value …"; NULL: refused. */
	const char *expected;
	const char *refusal; /* words that it holds */
};

#define CREATE(kind) KIND_##kind, FIELD_CREATE
#define UPDATE(kind) KIND_##kind, FIELD_UPDATE

static const struct parameter_case cases[] = {
	{"a name", CREATE(ACTIVITY), "FriendlyName=Idle", "friendly_name=Idle",
	    NULL},
	{"no name", CREATE(ACTIVITY), "", NULL,
	    "FriendlyName field is required"},
	{"an empty name", CREATE(ACTIVITY), "FriendlyName=", NULL,
	    "FriendlyName field is required"},
	{"an update needs none", UPDATE(ACTIVITY), "", "", NULL},
	{"an update to an empty name", UPDATE(ACTIVITY), "FriendlyName=", NULL,
	    "FriendlyName: expected 1 to 64 characters, got 0"},
	{"64 characters, more bytes", UPDATE(ACTIVITY),
	    "FriendlyName="
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4"
	    "%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4%C3%A4",
	    "friendly_name="
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
	    "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4",
	    NULL},
	{"65 characters", UPDATE(ACTIVITY),
	    "FriendlyName=0123456789012345678901234567890123456789"
	    "0123456789012345678901234", NULL,
	    "FriendlyName: expected 1 to 64 characters, got 65"},
	{"no UTF-8", UPDATE(ACTIVITY), "FriendlyName=%FF", NULL,
	    "FriendlyName: expected text in UTF-8"},
	{"a NUL", UPDATE(ACTIVITY), "FriendlyName=a%00b", NULL, "UTF-8"},
	{"the first of two counts", UPDATE(ACTIVITY),
	    "FriendlyName=a&FriendlyName=b", "friendly_name=a", NULL},
	{"names have a case", UPDATE(ACTIVITY), "friendlyname=a&Nonsense=1",
	    "", NULL},
	{"what cannot be updated is passed over", UPDATE(ACTIVITY),
	    "Available=true", "", NULL},

	{"true", CREATE(ACTIVITY), "FriendlyName=a&Available=true",
	    "friendly_name=a available=true", NULL},
	{"True", CREATE(ACTIVITY), "FriendlyName=a&Available=True",
	    "friendly_name=a available=true", NULL},
	{"1", CREATE(ACTIVITY), "FriendlyName=a&Available=1",
	    "friendly_name=a available=true", NULL},
	{"yes", CREATE(ACTIVITY), "FriendlyName=a&Available=yes",
	    "friendly_name=a available=true", NULL},
	{"any other text", CREATE(ACTIVITY), "FriendlyName=a&Available=on",
	    "friendly_name=a available=false", NULL},
	{"false", CREATE(ACTIVITY), "FriendlyName=a&Available=false",
	    "friendly_name=a available=false", NULL},

	{"a number", UPDATE(TASK_QUEUE), "MaxReservedWorkers=50",
	    "max_reserved_workers=50", NULL},
	{"a number too large", UPDATE(TASK_QUEUE), "MaxReservedWorkers=51",
	    NULL, "MaxReservedWorkers: expected a whole number from 1 to 50"},
	{"a number too small", UPDATE(TASK_QUEUE), "MaxReservedWorkers=0",
	    NULL, "from 1 to 50"},
	{"a negative number", UPDATE(TASK), "Priority=-1", NULL,
	    "Priority: expected a whole number from 0 to 2147483647"},
	{"the largest priority", UPDATE(TASK), "Priority=2147483647",
	    "priority=2147483647", NULL},
	{"one more", UPDATE(TASK), "Priority=2147483648", NULL, "Priority"},
	{"a fraction", UPDATE(TASK), "Priority=1.5", NULL, "Priority"},
	{"no number", UPDATE(TASK), "Priority=", NULL, "Priority"},
	{"the longest timeout", CREATE(TASK), "Timeout=1209600",
	    "timeout=1209600", NULL},
	{"a longer one", CREATE(TASK), "Timeout=1209601", NULL, "Timeout"},

	{"a choice", UPDATE(TASK_QUEUE), "TaskOrder=LIFO", "task_order=LIFO",
	    NULL},
	{"in another case", UPDATE(TASK_QUEUE), "TaskOrder=lifo",
	    "task_order=LIFO", NULL},
	{"none of them", UPDATE(TASK_QUEUE), "TaskOrder=random", NULL,
	    "TaskOrder: expected one of FIFO, LIFO"},
	{"an empty one", UPDATE(TASK_QUEUE), "TaskOrder=", NULL, "TaskOrder"},
	{"a status", UPDATE(TASK), "AssignmentStatus=Completed",
	    "assignment_status=completed", NULL},
	{"of a Reservation", UPDATE(RESERVATION),
	    "ReservationStatus=ACCEPTED", "reservation_status=accepted", NULL},
	{"that is none", UPDATE(RESERVATION), "ReservationStatus=taken", NULL,
	    "ReservationStatus: expected one of pending, accepted, rejected, "
	    "timeout, canceled, rescinded, wrapping, completed"},

	{"a URL", UPDATE(WORKFLOW), "AssignmentCallbackUrl=http://a/b%23rc=2",
	    "assignment_callback_url=http://a/b#rc=2", NULL},
	{"in capitals, with a password", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=HTTPS://u:p@[::1]:8080/?a=b",
	    "assignment_callback_url=HTTPS://u:p@[::1]:8080/?a=b", NULL},
	{"no URL", UPDATE(WORKFLOW), "AssignmentCallbackUrl=",
	    "assignment_callback_url=(null)", NULL},
	{"an event URL is empty, not null", UPDATE(WORKSPACE),
	    "EventCallbackUrl=", "event_callback_url=", NULL},
	{"without scheme", UPDATE(WORKFLOW), "AssignmentCallbackUrl=a.b/c",
	    NULL, "AssignmentCallbackUrl: expected an absolute http or https"},
	{"of another scheme", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=ftp://a/b", NULL, "absolute http"},
	{"without host", UPDATE(WORKFLOW), "AssignmentCallbackUrl=http:///b",
	    NULL, "absolute http"},
	{"without anything", UPDATE(WORKFLOW), "AssignmentCallbackUrl=http://",
	    NULL, "absolute http"},
	{"with a blank", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a/b%20c", NULL, "absolute http"},
	{"with a bracket that is never closed", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://[::1/", NULL, "absolute http"},
	{"with a name in brackets", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://[a.b]/", NULL, "absolute http"},
	{"with a port that is none", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a:65536/", NULL, "absolute http"},
	{"without the port", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a:/", NULL, "absolute http"},
	{"with only a user", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a@/", NULL, "absolute http"},
	{"with the highest port and no path", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a_b:65535?c",
	    "assignment_callback_url=http://a_b:65535?c", NULL},
	{"with a line feed", UPDATE(WORKFLOW),
	    "AssignmentCallbackUrl=http://a/b%0Ac", NULL, "absolute http"},

	{"a unique name", CREATE(TASK_CHANNEL),
	    "FriendlyName=a&UniqueName=_a$1",
	    "friendly_name=a unique_name=_a$1", NULL},
	{"with a hyphen", CREATE(TASK_CHANNEL),
	    "FriendlyName=a&UniqueName=a-b", NULL,
	    "UniqueName: expected letters, digits, '_' and '$', no digit"},
	{"with a digit first", CREATE(TASK_CHANNEL),
	    "FriendlyName=a&UniqueName=1a", NULL, "no digit first"},
	{"that is empty", CREATE(TASK_CHANNEL), "FriendlyName=a&UniqueName=",
	    NULL, "UniqueName field is required"},

	{"event types", UPDATE(WORKSPACE),
	    "EventsFilter=task.created,%20worker.created%20,",
	    "events_filter=task.created,worker.created", NULL},
	{"unknown ones too", UPDATE(WORKSPACE), "EventsFilter=task.creation",
	    "events_filter=task.creation", NULL},
	{"none: all", UPDATE(WORKSPACE), "EventsFilter=",
	    "events_filter=(null)", NULL},

	{"attributes", UPDATE(WORKER),
	    "Attributes={%20\"b\":%201.50,%20\"a\":%20[1e2,%20\"/%C3%A4\"]%20}",
	    "attributes={\"b\":1.50,\"a\":[1e2,\"/\xc3\xa4\"]}", NULL},
	{"no attributes", UPDATE(WORKER), "Attributes=", "attributes={}",
	    NULL},
	{"an array", UPDATE(WORKER), "Attributes=[]", NULL,
	    "Attributes: expected a JSON object, got an array"},
	{"no JSON", UPDATE(WORKER), "Attributes={\"a\":}", NULL,
	    "Attributes: expected a JSON object; at byte 5"},
	{"two objects", UPDATE(WORKER), "Attributes={}{}", NULL,
	    "Attributes: expected a JSON object; at byte 2"},
	{"a key twice", UPDATE(WORKER), "Attributes={\"a\":1,\"a\":2}", NULL,
	    "repeated"},

	{"an expression", UPDATE(TASK_QUEUE), "TargetWorkers=a%20==%201",
	    "target_workers=a == 1", NULL},
	{"an empty one", UPDATE(TASK_QUEUE), "TargetWorkers=",
	    "target_workers=", NULL},

	{"a configuration", UPDATE(WORKFLOW),
	    "Configuration={%20\"x\":%201%20}", "configuration={\"x\":1}",
	    NULL},
	{"no configuration", UPDATE(WORKFLOW), "Configuration=", NULL,
	    "Configuration: expected 2 to 1038576 characters, got 0"},
	{"none on create", CREATE(WORKFLOW), "FriendlyName=a", NULL,
	    "Configuration field is required"},

	{"a date", UPDATE(TASK), "VirtualStartTime=2025-12-31T23:59:59Z",
	    "virtual_start_time=1767225599000", NULL},
	{"now", UPDATE(TASK), "VirtualStartTime=2026-01-01T00:00:00Z",
	    "virtual_start_time=1767225600000", NULL},
	{"with an offset", UPDATE(TASK),
	    "VirtualStartTime=2026-01-01T02:00:00%2B02:00",
	    "virtual_start_time=1767225600000", NULL},
	{"in the future", UPDATE(TASK),
	    "VirtualStartTime=2026-01-01T00:00:01Z", NULL,
	    "VirtualStartTime: expected a date that is not in the future"},
	{"the first of 1900", UPDATE(TASK),
	    "VirtualStartTime=1900-01-01T00:00:00Z",
	    "virtual_start_time=-2208988800000", NULL},
	{"before 1900", UPDATE(TASK),
	    "VirtualStartTime=1899-12-31T23:59:59Z", NULL, "before 1900"},
	{"a day", UPDATE(TASK), "VirtualStartTime=2025-12-31",
	    "virtual_start_time=1767139200000", NULL},
	{"no date", UPDATE(TASK), "VirtualStartTime=yesterday", NULL,
	    "VirtualStartTime: expected an ISO 8601 date"},
	{"no day", UPDATE(TASK), "VirtualStartTime=2025-02-29", NULL,
	    "ISO 8601"},

	{"a target", CREATE(TASK),
	    "RoutingTarget=WK00000000000000000000000000000001",
	    "routing_target=WK00000000000000000000000000000001", NULL},
	{"an empty one", CREATE(TASK), "RoutingTarget=", "", NULL},
	{"a target that is none", CREATE(TASK),
	    "RoutingTarget=WA00000000000000000000000000000001", NULL,
	    "RoutingTarget: expected the SID of a Worker, TaskQueue or"},

	{"a reference", UPDATE(WORKER), "ActivitySid=@Available",
	    "activity_sid=Available", NULL},
	{"in capitals", UPDATE(WORKER), "ActivitySid=@AVAILABLE",
	    "activity_sid=Available", NULL},
	{"an empty one on update", UPDATE(WORKER), "ActivitySid=",
	    "activity_sid=(null)", NULL},
	{"an empty one on create", CREATE(WORKER),
	    "FriendlyName=a&ActivitySid=", "friendly_name=a", NULL},
	{"of another kind", UPDATE(WORKER),
	    "ActivitySid=WS00000000000000000000000000000001", NULL,
	    "ActivitySid: expected an Activity SID: WA and 32 hexadecimal"},
	{"of nothing", UPDATE(WORKER),
	    "ActivitySid=WA000000000000000000000000000000ff", NULL,
	    "ActivitySid: there is no Activity "
	    "WA000000000000000000000000000000ff in this Workspace"},
	{"of another Workspace", UPDATE(WORKER), "ActivitySid=@Elsewhere",
	    NULL, "ActivitySid: there is no Activity"},
	{"a TaskChannel by name", UPDATE(TASK), "TaskChannel=voice",
	    "task_channel_sid=voice", NULL},
	{"by SID", UPDATE(TASK), "TaskChannel=@Voice",
	    "task_channel_sid=voice", NULL},
	{"none of them", UPDATE(TASK), "TaskChannel=fax", NULL,
	    "TaskChannel: expected the SID or unique name of a TaskChannel"},
};

static struct word {
	const char *word, *sid;
} words[4];

/* "@Available" at the end of a form stands for a SID. */
static const char *
with_sids(const char *form)
{
	const char *at = strrchr(form, '@');

	for (size_t i = 0; at != NULL && i < ARRAY_LENGTH(words); i++)
		if (strcmp(at + 1, words[i].word) == 0)
			return arena_format(&account.arena, "%.*s%s",
			    (int)(at - form), form, words[i].sid).at;
	return form;
}

static struct str
value_of(const struct change *change)
{
	switch (change->field->type) {
	case FIELD_BOOLEAN:
		return change->boolean ? STR("true") : STR("false");
	case FIELD_INTEGER:
	case FIELD_DATE:
		return arena_format(
		    &account.arena, "%jd", (intmax_t)change->integer);
	case FIELD_CHOICE:
		return str_from(change->field->choices[change->integer]);
	case FIELD_REFERENCE:
		if (change->object == NULL)
			return STR("(null)");
		return change->object->kind == KIND_TASK_CHANNEL
		    ? ((struct task_channel *)change->object)->unique_name
		    : ((struct activity *)change->object)->friendly_name;
	case FIELD_TEXT:
	case FIELD_URL:
	case FIELD_UNIQUE_NAME:
	case FIELD_EVENT_TYPES:
	case FIELD_ATTRIBUTES:
	case FIELD_CONFIGURATION:
	case FIELD_EXPRESSION:
	case FIELD_ROUTING_TARGET:
	case FIELD_NAME_OF:
	case FIELD_AVAILABLE_OF:
	case FIELD_COUNT:
	case FIELD_PERCENTAGE:
	case FIELD_AGE:
	case FIELD_EMPTY_OBJECT:
		break;
	}
	return change->text.at == NULL ? STR("(null)") : change->text;
}

static struct str
values_of(const struct changes *changes)
{
	struct str all = STR("");

	for (size_t i = 0; i < changes->count; i++)
		all = arena_format(&account.arena, "%.*s%s%s=%.*s",
		    STR_ARGS(all), i > 0 ? " " : "",
		    changes->items[i].field->property,
		    STR_ARGS(value_of(&changes->items[i])));
	return all;
}

static bool
take(const struct parameter_case *c, struct str form_text,
    struct changes *changes)
{
	struct form form = account_form(&account, form_text.at);
	struct parameters parameters = {
		.arena = &account.arena,
		.router = account.router,
		.workspace = c->kind == KIND_WORKSPACE &&
			c->use == FIELD_CREATE ? NULL : workspace,
		.kind = c->kind,
		.use = c->use,
		.now = account.now,
	};

	account.refusal = (struct refusal){0};
	return parameters_read(&parameters, &form, changes, &account.refusal);
}

static void
test_cases(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct parameter_case *c = &cases[i];
		struct changes changes;
		bool taken = take(c, str_from(with_sids(c->form)), &changes);

		if (!ok(taken == (c->expected != NULL), "%s: %s: %s", c->what,
			c->expected != NULL ? "taken" : "refused",
			account.refusal.text))
			continue;
		if (taken) {
			is_str(values_of(&changes), c->expected, "%s: values",
			    c->what);
			continue;
		}
		ok(str_contains(str_from(account.refusal.text), c->refusal),
		    "%s: says why", c->what);
		is_int(account.refusal.status, 400, "%s: status", c->what);
		is_int(account.refusal.code, 20001, "%s: code", c->what);
	}
}

/* Attributes of so many characters, white space among them. */
static struct str
long_attributes(size_t characters)
{
	char *text = arena_alloc(&account.arena, characters + 32);

	memcpy(text, "Attributes={", 12);
	memset(text + 12, ' ', characters - 2);
	text[12 + characters - 2] = '}';
	return (struct str){text, characters + 11};
}

static void
test_limits(void)
{
	static const struct parameter_case create = {
		"", CREATE(TASK), NULL, NULL, NULL};
	struct changes changes;

	ok(take(&create, long_attributes(4096), &changes),
	    "4,096 characters of attributes");
	is_str(values_of(&changes), "attributes={}", "become two");
	ok(!take(&create, long_attributes(4097), &changes),
	    "4,097 are refused: %s", account.refusal.text);

	struct arena small;
	struct form form = account_form(&account, "Attributes={\"a\":1}");
	struct parameters parameters = {
		.arena = &small, .router = account.router,
		.workspace = workspace, .kind = KIND_TASK,
		.use = FIELD_CREATE, .now = account.now,
	};
	size_t refused = 0;
	bool whole = true;
	for (size_t ceiling = 0; ceiling < 8192; ceiling += 16) {
		arena_init(&small, ceiling);
		if (!parameters_read(
			&parameters, &form, &changes, &account.refusal))
			refused++;
		else
			whole = whole && changes.count == 1 &&
			    str_is(changes.items[0].text, "{\"a\":1}");
		arena_release(&small);
	}
	ok(refused > 0 && refused < 512, "without memory it is refused");
	ok(whole, "or read to the end");
}

/* What the readers take for granted about the table. */
static void
test_table(void)
{
	for (size_t i = 0; i < FIELD_IDS; i++) {
		const struct field *field = &field_rows[i];
		bool given = (field->uses & (FIELD_CREATE | FIELD_UPDATE)) != 0;
		if (!ok((field->parameter != NULL) == given,
			"%s.%s: a parameter where it can be given",
			kind_rows[field->kind].noun, field->property))
			continue;
		ok(!given || field->least >= 0,
		    "%s.%s: nothing negative can be given",
		    kind_rows[field->kind].noun, field->property);
	}
}

int
main(void)
{
	struct workspace *other;
	char upper[ROUTER_SID + 1] = "";

	account_open(&account);
	workspace = (struct workspace *)account_create(
	    &account, KIND_WORKSPACE, NULL, "FriendlyName=w");
	other = (struct workspace *)account_create(
	    &account, KIND_WORKSPACE, NULL, "FriendlyName=o&Template=fifo");
	const struct activity *available =
	    account_activity(&account, workspace, "Available");
	for (size_t i = 0; i < ROUTER_SID; i++) {
		char c = available->object.sid[i];
		upper[i] = (char)(c >= 'a' && c <= 'f' ? c - 32 : c);
	}
	words[0] = (struct word){"Available", available->object.sid};
	words[1] = (struct word){"AVAILABLE", upper};
	words[2] = (struct word){"Elsewhere",
	    account_activity(&account, other, "Available")->object.sid};
	words[3] = (struct word){"Voice",
	    router_find_channel(workspace, STR("voice"))->object.sid};
	test_cases();
	test_limits();
	test_table();
	account_close(&account);
	return tap_done();
}
