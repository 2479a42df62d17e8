/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/checks.h"
#include "tap.h"

#define TEN "0123456789"
#define HEX "0123456789abcdefABCDEF0123456789"
#define SIXTY TEN TEN TEN TEN TEN TEN

static const struct {
	bool (*check)(struct str value, struct err *err);
	const char *value;
	const char *problem; /* NULL: taken */
} rows[] = {
	{check_activity_sid, "WA" HEX, NULL},
	{check_activity_sid, "WK" HEX, "expected an Activity SID"},
	{check_reservation_sid, "WR" HEX, NULL},
	{check_reservation_sid, "WT" HEX, "expected a Reservation SID"},
	{check_task_sid, "WT" HEX, NULL},
	{check_task_sid, "wt" HEX, "expected a Task SID"},
	{check_task_queue_sid, "WQ" HEX, NULL},
	{check_task_queue_sid, "WQ" HEX "0", "expected a TaskQueue SID"},
	{check_worker_sid, "WK" HEX, NULL},
	{check_worker_sid, "", "expected a Worker SID"},
	{check_workflow_sid, "WW" HEX, NULL},
	{check_workflow_sid, "WS" HEX, "expected a Workflow SID"},
	{check_text, "a", NULL},
	{check_text, "\xc3\xab \"x\"\n", NULL},
	{check_text, "", "expected some text"},
	{check_text, "a\xff", "UTF-8"},
	{check_name, "a", NULL},
	{check_name, SIXTY "123\xc3\xab", NULL},
	{check_name, SIXTY "1234\xc3\xab", "1 to 64 characters"},
	{check_name, "", "1 to 64 characters"},
	{check_name, "\xc3", "UTF-8"},
	{check_boolean, "true", NULL},
	{check_boolean, "false", NULL},
	{check_boolean, "True", "expected true or false"},
	{check_boolean, "1", "expected true or false"},
	{check_boolean, "", "expected true or false"},
	{check_page, "0", NULL},
	{check_page, "2147483647", NULL},
	{check_page, "2147483648", "expected a whole number"},
	{check_page, "-1", "expected a whole number"},
	{check_page, "", "expected a whole number"},
	{check_page_size, "1", NULL},
	{check_page_size, "1000", NULL},
	{check_page_size, "0", "from 1 to 1000"},
	{check_page_size, "1001", "from 1 to 1000"},
	{check_page_size, " 5", "from 1 to 1000"},
	{check_task_status, "pending", NULL},
	{check_task_status, "reserved", NULL},
	{check_task_status, "assigned", NULL},
	{check_task_status, "wrapping", NULL},
	{check_task_status, "completed", NULL},
	{check_task_status, "canceled", NULL},
	{check_task_status, "cancelled", "wrapping, completed or canceled"},
	{check_new_task_status, "wrapping", NULL},
	{check_new_task_status, "completed", NULL},
	{check_new_task_status, "canceled", NULL},
	{check_new_task_status, "pending", "wrapping, completed or canceled"},
	{check_new_reservation_status, "accepted", NULL},
	{check_new_reservation_status, "rejected", NULL},
	{check_new_reservation_status, "wrapping", NULL},
	{check_new_reservation_status, "completed", NULL},
	{check_new_reservation_status, "timeout", "expected accepted"},
	{check_task_ordering, "Priority:asc", NULL},
	{check_task_ordering, "DateCreated:desc", NULL},
	{check_task_ordering, "Priority:desc,VirtualStartTime:asc", NULL},
	{check_task_ordering, "Priority", "each with :asc or :desc"},
	{check_task_ordering, "Priority:", "each with :asc or :desc"},
	{check_task_ordering, "priority:asc", "each with :asc or :desc"},
	{check_task_ordering, "Priority:asc:asc", "each with :asc or :desc"},
	{check_task_ordering, "Priority:asc,", "each with :asc or :desc"},
	{check_task_ordering, "", "each with :asc or :desc"},
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct err err = {.at = 0};
		bool taken = rows[i].check(str_from(rows[i].value), &err);

		if (rows[i].problem == NULL)
			ok(taken, "row %zu: %s", i, rows[i].value);
		else
			ok(!taken &&
				str_contains(
				    str_from(err.text), rows[i].problem),
			    "row %zu: %s: %s", i, rows[i].value, err.text);
	}
	return tap_done();
}
