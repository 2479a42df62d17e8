/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/local_time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "responder/settings.h"

/* setenv(3) must not run while another thread reads the environment: only a
 * zone that is new is worth it. Without ':' a name could be taken for the
 * POSIX form of a zone. */
void
local_time_prepare(const struct settings *settings)
{
	const char *now = getenv("TZ");
	char zone[256];

	if (settings->rules.list == NULL ||
	    !rules_use_time(settings->rules.list))
		return;
	(void)snprintf(zone, sizeof zone, ":%.*s",
	    STR_ARGS(settings->rules.time_zone));
	if (str_is(settings->rules.time_zone, "UTC"))
		(void)snprintf(zone, sizeof zone, "UTC0");
	if (now == NULL || strcmp(now, zone) != 0)
		(void)setenv("TZ", zone, 1);
	tzset();
}

bool
local_time_now(struct rules_time *time_now)
{
	time_t now = time(NULL);
	struct tm local;

	return localtime_r(&now, &local) != NULL &&
	    rules_time_make(time_now, local.tm_year + 1900, local.tm_mon + 1,
		local.tm_mday, local.tm_hour, local.tm_min);
}
