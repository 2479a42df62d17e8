/* SPDX-License-Identifier: MIT
 *
 * The time of day where a contact centre is.
 */
#ifndef RESPONDER_LOCAL_TIME_H
#define RESPONDER_LOCAL_TIME_H

#include "base/compat.h"
#include "rules/rules.h"

struct settings;

/* Makes the settings' time zone the process's, if their rules use the time:
 * once for each settings that are taken, on the thread of the event loop. */
void local_time_prepare(const struct settings *settings);

/* Now, in that zone. False: the clock is beyond the calendar. */
MUST_USE bool local_time_now(struct rules_time *time);

#endif
