/* SPDX-License-Identifier: MIT
 *
 * The keys below "events".
 */
#ifndef RESPONDER_SETTINGS_EVENTS_H
#define RESPONDER_SETTINGS_EVENTS_H

#include "base/compat.h"

struct settings_events {
	int64_t keep_ms;    /* 0: for ever */
	int64_t timeout_ms; /* of event_callback and events */
};

#endif
