/* SPDX-License-Identifier: MIT
 *
 * What taskrouterctl reads by itself: a next_page_url, of which only a path
 * of the API is taken that can stand in a request, and SIDs that are left in a
 * seed, which are found from left to right.
 */
#include "base/compat.h"

#include "ctl/pages.h"
#include "ctl/workspace.h"
#include "fuzz.h"
#include "twilio/sid.h"

static void
check_path(struct str url)
{
	struct str api = STR("http://[::1]:1");
	struct str path = pages_path_of(api, url);

	if (path.at == NULL)
		return;
	MUST(path.at == url.at + api.len && path.len == url.len - api.len);
	MUST(path.len < PAGES_PATH_MOST);
	MUST(str_has_prefix(path, STR("/v1/")));
	for (size_t i = 0; i < path.len; i++)
		MUST(path.at[i] > ' ' && path.at[i] < 0x7f);
}

static void
check_queues(struct str text)
{
	size_t at = 0, before = 0;
	struct str sid = workspace_next_queue(text, &at);

	while (sid.at != NULL) {
		MUST(sid_is(sid, "WQ"));
		MUST(sid.at > text.at + before);
		MUST(at <= text.len && sid.at + sid.len < text.at + at);
		before = at;
		sid = workspace_next_queue(text, &at);
	}
	MUST(at == text.len);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};

	check_path(text);
	check_queues(text);
	return 0;
}
