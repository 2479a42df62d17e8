/* SPDX-License-Identifier: MIT
 *
 * How long an outbox waits between two attempts.
 */
#include "base/compat.h"

#include "responder/attempt.h"
#include "tap.h"

static const struct {
	int64_t attempts, most_ms;
	uint32_t chance;
	int64_t expected_ms;
} rows[] = {
	{1, 60000, 0, 800},
	{1, 60000, 500, 1000},
	{1, 60000, 999, 1199},
	{1, 60000, UINT32_MAX, 918},
	{0, 60000, 500, 1000},
	{2, 60000, 500, 2000},
	{3, 60000, 500, 4000},
	{6, 60000, 500, 32000},
	{7, 60000, 500, 60000},
	{8, 60000, 0, 48000},
	{8, 60000, 999, 71976},
	{1000000, 60000, 500, 60000},
	{INT64_MAX, 3600000, 500, 3600000},
	{1, 1000, 500, 1000},
	{2, 1000, 500, 1000},
	{5, 10000, 500, 10000},
	{5, 20000, 500, 16000},
};

int
main(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		is_int(attempt_pause_ms(rows[i].attempts, rows[i].most_ms,
			   rows[i].chance),
		    rows[i].expected_ms,
		    "after attempt %jd, at most %jd ms, chance %u",
		    (intmax_t)rows[i].attempts, (intmax_t)rows[i].most_ms,
		    rows[i].chance);
	return tap_done();
}
