/* SPDX-License-Identifier: MIT
 *
 * Real-time statistics: Tasks and Workers that are counted.
 */
#include "base/compat.h"

#include "account.h"
#include "taskrouterd/census.h"
#include "tap.h"

#define NOW INT64_C(1000000)

static struct task tasks[] = {
	{.object = {.sid = "WT1", .date_created = NOW - 9999},
	    .status = TASK_ASSIGNED, .priority = 5,
	    .task_queue_entered_date = NOW - 9999},
	{.object = {.sid = "WT2", .date_created = NOW - 8000},
	    .status = TASK_PENDING, .priority = -3,
	    .task_queue_entered_date = NOW - 1000},
	{.object = {.sid = "WT3", .date_created = NOW - 7000},
	    .status = TASK_RESERVED, .priority = 5,
	    .task_queue_entered_date = NOW - 6999},
	{.object = {.sid = "WT4", .date_created = NOW - 9000},
	    .status = TASK_COMPLETED, .priority = 7},
	{.object = {.sid = "WT5", .date_created = NOW - 9000},
	    .status = TASK_CANCELED, .priority = 7},
	{.object = {.sid = "WT6", .date_created = NOW - 100},
	    .status = TASK_PENDING, .priority = INT64_MAX,
	    .task_queue_entered_date = ROUTER_NEVER},
	{.object = {.sid = "WT7", .date_created = NOW - 9000},
	    .status = TASK_WRAPPING, .priority = 0,
	    .task_queue_entered_date = NOW - 9000},
};

static struct str
told(struct arena *arena, const struct census *census, int64_t now,
    bool of_queue)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	census_put(&out, census, now, of_queue);
	struct str text = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return text;
}

static void
test_tasks(struct arena *arena)
{
	struct census census = {0};

	is_str(told(arena, &census, NOW, false),
	    "\"longest_task_waiting_age\":0,"
	    "\"longest_task_waiting_sid\":null,"
	    "\"tasks_by_priority\":{},\"tasks_by_status\":{\"pending\":0,"
	    "\"reserved\":0,\"assigned\":0,\"wrapping\":0},\"total_tasks\":0",
	    "nobody");
	for (size_t i = 0; i < ARRAY_LENGTH(tasks); i++)
		ok(census_add(&census, arena, &tasks[i]), "%s is counted",
		    tasks[i].object.sid);
	is_str(told(arena, &census, NOW, true),
	    "\"longest_task_waiting_age\":8,"
	    "\"longest_task_waiting_sid\":\"WT2\","
	    "\"longest_relative_task_age_in_queue\":6,"
	    "\"longest_relative_task_sid_in_queue\":\"WT3\","
	    "\"tasks_by_priority\":{\"-3\":1,\"0\":1,\"5\":2,"
	    "\"9223372036854775807\":1},\"tasks_by_status\":{\"pending\":2,"
	    "\"reserved\":1,\"assigned\":1,\"wrapping\":1},\"total_tasks\":5",
	    "all but those that are finished");
	ok(str_has_prefix(told(arena, &census, NOW - 90000, true),
	       STR("\"longest_task_waiting_age\":0,"
		   "\"longest_task_waiting_sid\":\"WT2\",")),
	    "no age below 0, where the clock was set back");
}

/* More priorities than there is room for at first, in no order. */
static void
test_priorities(struct arena *arena)
{
	struct census census = {0};
	bool is_sorted = true;

	for (int64_t i = 0; i < 1000; i++) {
		struct task task = {.priority = i * 7919 % 1009};
		if (!census_add(&census, arena, &task) ||
		    !census_add(&census, arena, &task))
			ok(false, "there is memory");
	}
	for (size_t i = 0; i < census.priority_count; i++)
		is_sorted = is_sorted && census.priorities[i].tasks == 2 &&
		    (i == 0 || census.priorities[i - 1].priority <
			    census.priorities[i].priority);
	ok(is_sorted && census.priority_count == 1000,
	    "many priorities, in their order");
}

static void
test_memory(void)
{
	struct census census = {0};
	struct arena small;
	bool has_room = true;

	arena_init(&small, 1000);
	for (int64_t i = 0; i < 1000 && has_room; i++) {
		struct task task = {.priority = i};
		has_room = census_add(&census, &small, &task);
	}
	ok(!has_room && small.overflow, "without memory it says so");
	arena_release(&small);
}

static void
test_staff(struct account *account)
{
	struct workspace *workspace = (struct workspace *)account_create(
	    account, KIND_WORKSPACE, NULL, "FriendlyName=w");
	const struct activity *available =
	    account_activity(account, workspace, "Available");
	const struct activity *offline =
	    account_activity(account, workspace, "Offline");
	struct staff staff;
	struct str names = STR("");
	struct arena small;

	ok(staff_init(&staff, &account->arena, account->router, workspace),
	    "a Workspace's Activities");
	staff_add(&staff, available, 3);
	staff_add(&staff, offline, 2);
	staff_add(&staff, available, 1);
	for (size_t i = 0; i < staff.count; i++)
		names = arena_format(&account->arena, "%.*s %.*s=%ju",
		    STR_ARGS(names),
		    STR_ARGS(staff.activities[i]->friendly_name),
		    (uintmax_t)staff.workers[i]);
	is_str(names, " Offline=2 Available=4 Unavailable=0",
	    "in their order, with those who are in them");
	ok(staff.total == 6 && staff.available == 4, "in all");
	arena_init(&small, 10);
	ok(!staff_init(&staff, &small, account->router, workspace),
	    "without memory it says so");
	arena_release(&small);
}

int
main(void)
{
	struct account account;

	account_open(&account);
	test_tasks(&account.arena);
	test_priorities(&account.arena);
	test_memory();
	test_staff(&account);
	account_close(&account);
	return tap_done();
}
