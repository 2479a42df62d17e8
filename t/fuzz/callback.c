/* SPDX-License-Identifier: MIT
 *
 * Assignment callbacks: any form can be read, and what is wrong is named.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "twilio/callback.h"
#include "twilio/sid.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct form form;
	struct callback callback;
	struct err err;

	if (size > 65536)
		return 0;
	arena_init(&arena, (size_t)4 << 20);
	if (form_decode(
		&arena, (struct str){(const char *)data, size}, &form, &err)) {
		struct str wrong = callback_read(&form, &arena, &callback);
		if (str_contains(wrong, "TaskSid") ==
			sid_is(callback.task_sid, "WT") ||
		    str_contains(wrong, "ReservationSid") ==
			sid_is(callback.reservation_sid, "WR") ||
		    str_contains(wrong, "TaskAge") !=
			(callback.task_age.at == NULL))
			abort();
	}
	arena_release(&arena);
	return 0;
}
