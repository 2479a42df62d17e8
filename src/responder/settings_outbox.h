/* SPDX-License-Identifier: MIT
 *
 * The keys below "outbox", and create_task.outbox.
 */
#ifndef RESPONDER_SETTINGS_OUTBOX_H
#define RESPONDER_SETTINGS_OUTBOX_H

#include "base/compat.h"

struct settings_outbox {
	bool takes_tasks; /* create_task.outbox */
	int64_t calls;    /* at once */
	int64_t settle_ms;
	int64_t longest_pause_ms;
	int64_t give_up_ms;
	int64_t keep_ms;
};

#endif
