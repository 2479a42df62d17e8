/* SPDX-License-Identifier: MIT
 *
 * URLs of webhooks: what is asked for holds neither password nor fragment and
 * reads as itself again, what is shown is the same, and overrides stay within
 * their ranges.
 */
#include "base/compat.h"

#include "fuzz.h"
#include "twilio/webhook_url.h"

static bool
is_in(int64_t value, int64_t least, int64_t most)
{
	return value >= least && value <= most;
}

static void
check(struct str url, struct arena *arena)
{
	struct webhook_url read, again;

	if (!webhook_url_read(url, arena, &read))
		return;
	MUST(read.target.len <= url.len);
	MUST(!str_has_byte(read.target, '#'));
	MUST(read.target.at[read.target.len] == '\0');
	MUST(str_equal(webhook_url_shown(url, arena), read.target));
	MUST(is_in(read.connect_ms, 100, 10000));
	MUST(is_in(read.read_ms, 100, 15000));
	MUST(is_in(read.total_ms, 100, 15000));
	MUST(is_in(read.retries, 0, 5));
	MUST(read.retry > 0 && read.retry <= WEBHOOK_RETRY_ALL);
	MUST(read.user.at != NULL || read.password.at == NULL);
	MUST(webhook_url_read(read.target, arena, &again));
	MUST(str_equal(again.target, read.target));
	MUST(again.user.at == NULL && again.note.at == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str url = {(const char *)data, size};
	struct arena arena;

	if (size > 4096)
		return 0;
	arena_init(&arena, (size_t)16 << 20);
	check(url, &arena);
	MUST(webhook_url_application(url).len <= size);
	arena_release(&arena);
	return 0;
}
