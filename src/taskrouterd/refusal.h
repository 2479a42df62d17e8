/* SPDX-License-Identifier: MIT
 *
 * What the REST API says no with.
 */
#ifndef TASKROUTERD_REFUSAL_H
#define TASKROUTERD_REFUSAL_H

#include "base/compat.h"
#include "router/engine.h"

/* Twilio's error numbers; https://www.twilio.com/docs/api/errors has a page
 * for each. For the statuses that no page of TaskRouter's names they are
 * Twilio's general ones. */
enum api_error {
	API_ERROR_START_TOO_OLD = 14241,
	API_ERROR_PARAMETER = 20001,
	API_ERROR_AUTHENTICATION = 20003,
	API_ERROR_METHOD = 20004,
	API_ERROR_ACCESS_DENIED = 20006,
	API_ERROR_NOT_FOUND = 20404,
	API_ERROR_PRECONDITION = 20412,
	API_ERROR_TOO_MANY_REQUESTS = 20429,
	API_ERROR_INTERNAL = 20500,
	API_ERROR_UNAVAILABLE = 20503,
	API_ERROR_ABSOLUTE_PAGING = 40153,
};

/* Fills in a refusal for what is wrong with a parameter; returns false. */
bool refuse_parameter(struct refusal *refusal, const char *format, ...)
    PRINTF_LIKE(2, 3);

#endif
