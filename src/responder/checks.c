/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/checks.h"

#include "twilio/sid.h"

#define NAME_LENGTH 64 /* characters */
#define PAGE_SIZE_MOST 1000

bool
check_activity_sid(struct str value, struct err *err)
{
	return sid_check(value, "WA", err);
}

bool
check_reservation_sid(struct str value, struct err *err)
{
	return sid_check(value, "WR", err);
}

bool
check_task_sid(struct str value, struct err *err)
{
	return sid_check(value, "WT", err);
}

bool
check_task_queue_sid(struct str value, struct err *err)
{
	return sid_check(value, "WQ", err);
}

bool
check_worker_sid(struct str value, struct err *err)
{
	return sid_check(value, "WK", err);
}

bool
check_workflow_sid(struct str value, struct err *err)
{
	return sid_check(value, "WW", err);
}

bool
check_text(struct str value, struct err *err)
{
	size_t length = str_utf8_length(value);

	return (length > 0 && length < SIZE_MAX) ||
	    err_set(err, 0, "expected some text in UTF-8");
}

bool
check_name(struct str value, struct err *err)
{
	size_t length = str_utf8_length(value);

	return (length > 0 && length <= NAME_LENGTH) ||
	    err_set(err, 0, "expected a name of 1 to %d characters in UTF-8",
		NAME_LENGTH);
}

/* `words` end in NULL, `expected` names them. */
static bool
is_one_of(struct str value, const char *const *words, const char *expected,
    struct err *err)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (str_is(value, words[i]))
			return true;
	return err_set(err, 0, "expected %s", expected);
}

bool
check_boolean(struct str value, struct err *err)
{
	static const char *const words[] = {"true", "false", NULL};

	return is_one_of(value, words, "true or false", err);
}

bool
check_page(struct str value, struct err *err)
{
	uint64_t number;

	return str_to_uint(value, INT32_MAX, &number) ||
	    err_set(err, 0, "expected a whole number");
}

bool
check_page_size(struct str value, struct err *err)
{
	uint64_t number;

	return (str_to_uint(value, PAGE_SIZE_MOST, &number) && number > 0) ||
	    err_set(err, 0, "expected a whole number from 1 to %d",
		PAGE_SIZE_MOST);
}

bool
check_task_status(struct str value, struct err *err)
{
	static const char *const words[] = {"pending", "reserved", "assigned",
		"wrapping", "completed", "canceled", NULL};

	return is_one_of(value, words,
	    "pending, reserved, assigned, wrapping, completed or canceled",
	    err);
}

bool
check_new_task_status(struct str value, struct err *err)
{
	static const char *const words[] = {
		"wrapping", "completed", "canceled", NULL};

	return is_one_of(
	    value, words, "wrapping, completed or canceled", err);
}

bool
check_new_reservation_status(struct str value, struct err *err)
{
	static const char *const words[] = {
		"accepted", "rejected", "wrapping", "completed", NULL};

	return is_one_of(value, words,
	    "accepted, rejected, wrapping or completed", err);
}

bool
check_task_ordering(struct str value, struct err *err)
{
	static const char *const fields[] = {
		"DateCreated", "Priority", "VirtualStartTime", NULL};
	static const char *const orders[] = {"asc", "desc", NULL};
	static const char expected[] =
	    "DateCreated, Priority or VirtualStartTime, each with :asc or "
	    ":desc, with commas between";
	struct str rest = value;

	while (rest.at != NULL) {
		struct str order = str_cut(&rest, ',');
		struct str field = str_cut(&order, ':');
		if (!is_one_of(field, fields, expected, err) ||
		    !is_one_of(order, orders, expected, err))
			return false;
	}
	return true;
}
