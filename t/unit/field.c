/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <string.h>

#include "router/field.h"
#include "tap.h"

/* The numbers are of the sections of the reference. Lists are of Twilio's
 * OpenAPI description: parameters with a star are required; a colon and a
 * letter is the type of a property: string, uri, date-time, boolean, integer
 * or enum. What every resource has (sid, account_sid, workspace_sid, dates,
 * url, links) is left out, and of a Reservation's update the parameters of
 * instructions. */
static const struct {
	enum kind kind;
	const char *create, *update, *shown;
} resources[] = {
	{KIND_WORKSPACE,
	    "FriendlyName* EventCallbackUrl EventsFilter MultiTaskEnabled "
	    "Template PrioritizeQueueOrder",
	    "DefaultActivitySid EventCallbackUrl EventsFilter FriendlyName "
	    "MultiTaskEnabled TimeoutActivitySid PrioritizeQueueOrder",
	    "default_activity_name:s default_activity_sid:s "
	    "event_callback_url:u events_filter:s friendly_name:s "
	    "multi_task_enabled:b timeout_activity_name:s "
	    "timeout_activity_sid:s prioritize_queue_order:e"},
	{KIND_ACTIVITY, "FriendlyName* Available", "FriendlyName",
	    "available:b friendly_name:s"},
	{KIND_TASK_CHANNEL,
	    "FriendlyName* UniqueName* ChannelOptimizedRouting",
	    "FriendlyName ChannelOptimizedRouting",
	    "friendly_name:s unique_name:s channel_optimized_routing:b"},
	{KIND_TASK_QUEUE,
	    "FriendlyName* TargetWorkers MaxReservedWorkers TaskOrder "
	    "ReservationActivitySid AssignmentActivitySid",
	    "FriendlyName TargetWorkers ReservationActivitySid "
	    "AssignmentActivitySid MaxReservedWorkers TaskOrder",
	    "assignment_activity_sid:s assignment_activity_name:s "
	    "friendly_name:s max_reserved_workers:i "
	    "reservation_activity_sid:s reservation_activity_name:s "
	    "target_workers:s task_order:e"},
	{KIND_WORKFLOW,
	    "FriendlyName* Configuration* AssignmentCallbackUrl "
	    "FallbackAssignmentCallbackUrl TaskReservationTimeout",
	    "FriendlyName AssignmentCallbackUrl "
	    "FallbackAssignmentCallbackUrl Configuration "
	    "TaskReservationTimeout ReEvaluateTasks",
	    "assignment_callback_url:u configuration:s "
	    "document_content_type:s fallback_assignment_callback_url:u "
	    "friendly_name:s task_reservation_timeout:i"},
	{KIND_WORKFLOW_REVISION, "", "", ""},
	{KIND_WORKER, "FriendlyName* ActivitySid Attributes",
	    "ActivitySid Attributes FriendlyName RejectPendingReservations",
	    "activity_name:s activity_sid:s attributes:s available:b "
	    "date_status_changed:d friendly_name:s"},
	{KIND_WORKER_CHANNEL, "", "Capacity Available",
	    "assigned_tasks:i available:b available_capacity_percentage:i "
	    "configured_capacity:i task_channel_sid:s "
	    "task_channel_unique_name:s worker_sid:s"},
	{KIND_TASK,
	    "Timeout Priority TaskChannel WorkflowSid Attributes "
	    "VirtualStartTime RoutingTarget IgnoreCapacity TaskQueueSid",
	    "Attributes AssignmentStatus Reason Priority TaskChannel "
	    "VirtualStartTime",
	    "age:i assignment_status:e attributes:s addons:s "
	    "task_queue_entered_date:d priority:i reason:s "
	    "task_queue_sid:s task_queue_friendly_name:s "
	    "task_channel_sid:s task_channel_unique_name:s timeout:i "
	    "workflow_sid:s workflow_friendly_name:s virtual_start_time:d "
	    "ignore_capacity:b routing_target:s"},
	{KIND_RESERVATION, "", "ReservationStatus WorkerActivitySid",
	    "reservation_status:e task_sid:s worker_name:s worker_sid:s"},
};

static const char type_letters[] = {
	[FIELD_TEXT] = 's',
	[FIELD_URL] = 'u',
	[FIELD_UNIQUE_NAME] = 's',
	[FIELD_EVENT_TYPES] = 's',
	[FIELD_ATTRIBUTES] = 's',
	[FIELD_CONFIGURATION] = 's',
	[FIELD_EXPRESSION] = 's',
	[FIELD_ROUTING_TARGET] = 's',
	[FIELD_BOOLEAN] = 'b',
	[FIELD_INTEGER] = 'i',
	[FIELD_DATE] = 'd',
	[FIELD_CHOICE] = 'e',
	[FIELD_REFERENCE] = 's',
	[FIELD_NAME_OF] = 's',
	[FIELD_AVAILABLE_OF] = 'b',
	[FIELD_COUNT] = 'i',
	[FIELD_PERCENTAGE] = 'i',
	[FIELD_AGE] = 'i',
	[FIELD_EMPTY_OBJECT] = 's',
};

static const struct field *
find_parameter(enum kind kind, unsigned use, struct str name)
{
	size_t count;
	const struct field *row = field_first(kind, &count);

	for (size_t i = 0; i < count; i++)
		if ((row[i].uses & use) != 0 && row[i].parameter != NULL &&
		    str_is(name, row[i].parameter))
			return &row[i];
	return NULL;
}

static size_t
count_uses(enum kind kind, unsigned use)
{
	size_t count, uses = 0;
	const struct field *row = field_first(kind, &count);

	for (size_t i = 0; i < count; i++)
		uses += (row[i].uses & use) != 0;
	return uses;
}

static void
check_parameters(enum kind kind, unsigned use, const char *list)
{
	const char *noun = kind_rows[kind].noun;
	const char *verb = use == FIELD_CREATE ? "create" : "update";
	struct str rest = str_from(list);
	size_t count = 0;

	while (rest.at != NULL && rest.len > 0) {
		struct str name = str_cut(&rest, ' ');
		bool required = str_has_suffix(name, STR("*"));
		if (required)
			name.len--;
		const struct field *row = find_parameter(kind, use, name);
		ok(row != NULL, "5.6 %s: %s takes %.*s", noun, verb,
		    STR_ARGS(name));
		if (use == FIELD_CREATE)
			ok(row != NULL &&
				((row->uses & FIELD_REQUIRED) != 0) ==
				    required,
			    "5.6 %s: %.*s is %srequired", noun,
			    STR_ARGS(name), required ? "" : "not ");
		count++;
	}
	is_int((int64_t)count_uses(kind, use), (int64_t)count,
	    "5.6 %s: %s takes nothing else", noun, verb);
}

static void
check_shown(enum kind kind, const char *list)
{
	const char *noun = kind_rows[kind].noun;
	struct str rest = str_from(list);
	size_t count = 0, rows;
	const struct field *first = field_first(kind, &rows);

	while (rest.at != NULL && rest.len > 0) {
		struct str type = str_cut(&rest, ' ');
		struct str name = str_cut(&type, ':');
		const struct field *row = NULL;
		for (size_t i = 0; i < rows; i++)
			if (str_is(name, first[i].property))
				row = &first[i];
		if (ok(row != NULL && (row->uses & FIELD_SHOWN) != 0,
			"5.8 %s: shows %.*s", noun, STR_ARGS(name)))
			is_str((struct str){&type_letters[row->type], 1},
			    type.at[0] == 's'          ? "s"
				: type.at[0] == 'u' ? "u"
				: type.at[0] == 'd' ? "d"
				: type.at[0] == 'b' ? "b"
				: type.at[0] == 'i' ? "i"
						    : "e",
			    "5.8 %s: type of %.*s", noun, STR_ARGS(name));
		count++;
	}
	is_int((int64_t)count_uses(kind, FIELD_SHOWN), (int64_t)count,
	    "5.8 %s: shows nothing else", noun);
}

static void
test_resources(void)
{
	is_int(ARRAY_LENGTH(resources), KIND_COUNT, "every kind is compared");
	for (size_t i = 0; i < ARRAY_LENGTH(resources); i++) {
		enum kind kind = resources[i].kind;
		check_parameters(kind, FIELD_CREATE, resources[i].create);
		check_parameters(kind, FIELD_UPDATE, resources[i].update);
		check_shown(kind, resources[i].shown);
	}
}

/* ---- figures of sections 1 and 11, and defaults */

static const struct {
	const char *what;
	enum field_id id;
	int64_t least, most;
	const char *preset;
} limits[] = {
	{"1.3", FIELD_WORKSPACE_FRIENDLY_NAME, 1, 64, NULL},
	{"1.3", FIELD_WORKSPACE_MULTI_TASK_ENABLED, 0, 0, "true"},
	{"1.3", FIELD_WORKSPACE_PRIORITIZE_QUEUE_ORDER, 0, 0, "FIFO"},
	{"1.3", FIELD_WORKSPACE_TEMPLATE, 0, 0, "NONE"},
	{"1.4", FIELD_ACTIVITY_FRIENDLY_NAME, 1, 64, NULL},
	{"1.5", FIELD_WORKER_FRIENDLY_NAME, 1, 64, NULL},
	{"1.5", FIELD_WORKER_ATTRIBUTES, 0, 4096, "{}"},
	{"1.6", FIELD_TASK_CHANNEL_FRIENDLY_NAME, 1, 64, NULL},
	{"1.6", FIELD_WORKER_CHANNEL_CAPACITY, 0, 50, "1"},
	{"1.6", FIELD_WORKER_CHANNEL_AVAILABLE, 0, 0, "true"},
	{"1.7", FIELD_TASK_QUEUE_FRIENDLY_NAME, 1, 64, NULL},
	{"1.7", FIELD_TASK_QUEUE_TARGET_WORKERS, 0, 65536, "1==1"},
	{"1.7", FIELD_TASK_QUEUE_MAX_RESERVED_WORKERS, 1, 50, "1"},
	{"1.7", FIELD_TASK_QUEUE_TASK_ORDER, 0, 0, "FIFO"},
	{"1.8", FIELD_WORKFLOW_CONFIGURATION, 2, 1038576, NULL},
	{"1.8", FIELD_WORKFLOW_RESERVATION_TIMEOUT, 1, 86400, "120"},
	{"1.8", FIELD_WORKFLOW_RE_EVALUATE, 0, 0, "false"},
	{"1.10", FIELD_TASK_ATTRIBUTES, 0, 4096, "{}"},
	{"1.10", FIELD_TASK_PRIORITY, 0, INT32_MAX, "0"},
	{"1.10", FIELD_TASK_TIMEOUT, 1, 1209600, "86400"},
};

static void
test_limits(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
		const struct field *row = &field_rows[limits[i].id];
		is_int(row->least, limits[i].least, "%s %s.%s: least",
		    limits[i].what, kind_rows[row->kind].noun,
		    row->parameter);
		is_int(row->most, limits[i].most, "%s %s.%s: most",
		    limits[i].what, kind_rows[row->kind].noun,
		    row->parameter);
		is_str(str_from(row->preset), limits[i].preset,
		    "%s %s.%s: by default", limits[i].what,
		    kind_rows[row->kind].noun, row->parameter);
	}
	is_int(field_rows[FIELD_TASK_FILTER].least, -1,
	    "a Task in its Workflow's default filter can be stored");
}

/* ---- the table in itself */

union any_kind {
#define KIND(name, structure, ...) struct structure name;
#include "router/kinds.h"
#undef KIND
};

#define NONE object
#define MEMBER(kind, member) (((union any_kind *)0)->kind.member)
static const struct {
	size_t offset;
	int pointed; /* enum kind, or -1 */
} members[FIELD_IDS] = {
#define FIELD(kind, id, member, ...) \
	{offsetof(union any_kind, kind.member), \
	    _Generic(MEMBER(kind, member), struct activity *: KIND_ACTIVITY, \
		struct task_channel *: KIND_TASK_CHANNEL, \
		struct task_queue *: KIND_TASK_QUEUE, \
		struct workflow *: KIND_WORKFLOW, \
		struct workflow_revision *: KIND_WORKFLOW_REVISION, \
		struct worker *: KIND_WORKER, \
		struct worker_channel *: KIND_WORKER_CHANNEL, \
		struct task *: KIND_TASK, default: -1)},
#include "router/fields.h"
#undef FIELD
};
#undef NONE

static bool
is_repeated(const struct field *row, bool parameters)
{
	const char *name = parameters ? row->parameter : row->property;

	if (name == NULL || name[0] == '\0')
		return false;
	for (size_t i = 0; i < (size_t)row->id; i++) {
		const char *other = parameters ? field_rows[i].parameter
					       : field_rows[i].property;
		if (field_rows[i].kind == row->kind && other != NULL &&
		    strcmp(other, name) == 0)
			return true;
	}
	return false;
}

static bool
is_reference(const struct field *row)
{
	return row->offset != FIELD_NO_MEMBER &&
	    (row->type == FIELD_REFERENCE || row->type == FIELD_NAME_OF ||
		row->type == FIELD_AVAILABLE_OF);
}

static void
check_row(const struct field *row, const char *name)
{
	bool kept = row->offset != FIELD_NO_MEMBER;
	size_t id = (size_t)row->id;

	ok(!is_repeated(row, false) && !is_repeated(row, true),
	    "%s: no other has its names", name);
	ok(row->offset == (members[id].offset == 0 ? FIELD_NO_MEMBER
						     : members[id].offset),
	    "%s: its offset", name);
	ok(kept || (row->uses & FIELD_STORED) == 0,
	    "%s: what is stored is kept", name);
	ok((row->uses & (FIELD_STORED | FIELD_SHOWN)) == 0 ||
		row->property[0] != '\0',
	    "%s: what is stored or shown has a name", name);
	ok(((row->uses & (FIELD_CREATE | FIELD_UPDATE)) != 0) ==
		(row->parameter != NULL),
	    "%s: what can be given has a parameter", name);
	ok((row->type == FIELD_CHOICE) == (row->choices != NULL),
	    "%s: only a choice has choices", name);
	if (is_reference(row))
		is_int(row->refers, members[id].pointed,
		    "%s: the kind that it refers to", name);
	ok((row->uses & FIELD_SHOWN) == 0 || row->help[0] != '\0',
	    "%s: what is shown is explained", name);
}

static void
test_rows(void)
{
	size_t count, sum = 0;

	for (size_t i = 0; i < FIELD_IDS; i++) {
		const struct field *row = &field_rows[i];
		is_int(row->id, (int64_t)i, "row %zu: its id", i);
		check_row(row,
		    row->property[0] != '\0' ? row->property : row->parameter);
	}
	for (int kind = 0; kind < KIND_COUNT; kind++) {
		const struct field *first =
		    field_first((enum kind)kind, &count);
		size_t same = 0;
		for (size_t i = 0; i < count; i++)
			same += first[i].kind == (enum kind)kind;
		ok(count > 0 && same == count, "%s: its rows stand together",
		    kind_rows[kind].noun);
		sum += count;
	}
	is_int((int64_t)sum, FIELD_IDS, "each row is of one kind");
}

static const struct {
	enum field_id id;
	const char *choices;
} choices[] = {
	{FIELD_WORKSPACE_PRIORITIZE_QUEUE_ORDER, "FIFO LIFO "},
	{FIELD_WORKSPACE_TEMPLATE, "NONE FIFO "},
	{FIELD_TASK_QUEUE_TASK_ORDER, "FIFO LIFO "},
	{FIELD_TASK_STATUS,
	    "pending reserved assigned wrapping completed canceled "},
	{FIELD_RESERVATION_STATUS,
	    "pending accepted rejected timeout canceled rescinded wrapping "
	    "completed "},
	{FIELD_RESERVATION_CALLBACK, "none due done "},
};

static void
test_choices(void)
{
	struct arena arena;

	arena_init(&arena, 65536);
	for (size_t i = 0; i < ARRAY_LENGTH(choices); i++) {
		const struct field *row = &field_rows[choices[i].id];
		struct str shown = STR("");
		for (size_t c = 0; row->choices[c] != NULL; c++)
			shown = arena_format(&arena, "%.*s%s ",
			    STR_ARGS(shown), row->choices[c]);
		is_str(shown, choices[i].choices, "choices of %s",
		    row->property);
	}
	arena_release(&arena);
	is_str(str_from(task_status_name(TASK_PENDING)), "pending",
	    "TASK_PENDING");
	is_str(str_from(task_status_name(TASK_ASSIGNED)), "assigned",
	    "TASK_ASSIGNED");
	is_str(str_from(task_status_name(TASK_CANCELED)), "canceled",
	    "TASK_CANCELED");
	is_str(str_from(reservation_status_name(RESERVATION_RESCINDED)),
	    "rescinded", "RESERVATION_RESCINDED");
	is_str(str_from(reservation_status_name(RESERVATION_COMPLETED)),
	    "completed", "RESERVATION_COMPLETED");
}

/* ---- reading */

static void
test_members(void)
{
	struct workflow_revision revision = {
	    .object = {.kind = KIND_WORKFLOW_REVISION}};
	struct task task = {.object = {.kind = KIND_TASK},
	    .attributes = STR("{}"),
	    .status = TASK_WRAPPING,
	    .ignore_capacity = true,
	    .date_ended = ROUTER_NEVER,
	    .step = {.revision = &revision, .filter = -1, .target = 7}};
	struct worker_channel channel = {.assigned = 3};
	const struct object *object = &task.object;

	is_str(*field_text(&field_rows[FIELD_TASK_ATTRIBUTES], object), "{}",
	    "a text");
	is_str(*field_text(&field_rows[FIELD_TASK_REASON], object), NULL,
	    "an absent text");
	is_int(field_integer(&field_rows[FIELD_TASK_STATUS], object),
	    TASK_WRAPPING, "a choice");
	is_int(field_integer(&field_rows[FIELD_TASK_FILTER], object), -1,
	    "a number in a structure inside");
	is_int(field_integer(&field_rows[FIELD_TASK_TARGET], object), 7,
	    "the next one");
	is_int(field_integer(&field_rows[FIELD_TASK_DATE_ENDED], object),
	    ROUTER_NEVER, "a date that is none");
	ok(field_boolean(&field_rows[FIELD_TASK_IGNORE_CAPACITY], object),
	    "a boolean");
	ok(field_object(&field_rows[FIELD_TASK_REVISION], object) ==
		&revision.object,
	    "a reference");
	ok(field_object(&field_rows[FIELD_TASK_TASK_QUEUE], object) == NULL,
	    "a reference to nobody");
	is_int(field_integer(&field_rows[FIELD_WORKER_CHANNEL_ASSIGNED_TASKS],
		   &channel.object),
	    3, "a count");
}

static void
test_changes(void)
{
	struct change items[] = {
		{.field = &field_rows[FIELD_TASK_PRIORITY], .integer = 5},
		{.field = &field_rows[FIELD_TASK_REASON],
		    .text = STR("because")},
	};
	struct changes changes = {items, ARRAY_LENGTH(items)};
	struct changes none = {NULL, 0};

	ok(change_find(&changes, FIELD_TASK_REASON) == &items[1],
	    "a change is found");
	ok(change_find(&changes, FIELD_TASK_PRIORITY) == &items[0],
	    "the first one too");
	ok(change_find(&changes, FIELD_TASK_TIMEOUT) == NULL,
	    "what was not given is not");
	ok(change_find(&none, FIELD_TASK_REASON) == NULL, "nothing in nothing");
}

static void
test_kinds(void)
{
	static const struct {
		enum kind kind;
		const char *prefix, *plural, *key;
	} rows[] = {
		{KIND_WORKSPACE, "WS", "Workspaces", "workspaces"},
		{KIND_ACTIVITY, "WA", "Activities", "activities"},
		{KIND_TASK_CHANNEL, "TC", "TaskChannels", "channels"},
		{KIND_TASK_QUEUE, "WQ", "TaskQueues", "task_queues"},
		{KIND_WORKFLOW, "WW", "Workflows", "workflows"},
		{KIND_WORKER, "WK", "Workers", "workers"},
		{KIND_WORKER_CHANNEL, "WC", "Channels", "channels"},
		{KIND_TASK, "WT", "Tasks", "tasks"},
		{KIND_RESERVATION, "WR", "Reservations", "reservations"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const struct kind_row *row = &kind_rows[rows[i].kind];
		is_str(str_from(row->prefix), rows[i].prefix, "1.1 %s: prefix",
		    row->noun);
		is_str(str_from(row->plural), rows[i].plural, "5.6 %s: path",
		    row->noun);
		is_str(str_from(row->key), rows[i].key, "5.2 %s: list key",
		    row->noun);
	}
	is_int((int64_t)kind_rows[KIND_TASK].size, sizeof(struct task),
	    "the size of a Task");
}

int
main(void)
{
	test_resources();
	test_limits();
	test_rows();
	test_choices();
	test_members();
	test_changes();
	test_kinds();
	return tap_done();
}
