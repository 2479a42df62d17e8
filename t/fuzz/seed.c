/* SPDX-License-Identifier: MIT
 *
 * Seeds: what is refused says why and changes nothing; what is taken leaves a
 * router that is sound, and its dump is a seed of the same.
 */
#include "base/compat.h"

#include "fuzz.h"

#include <string.h>

#include "base/buf.h"
#include "taskrouterd/dump.h"
#include "taskrouterd/seed.h"

#define NOW INT64_C(1767225600000) /* 2026-01-01T00:00:00Z */
#define TEXT_MOST ((size_t)64 << 20)

static void
count_up(void *context, unsigned char bytes[16])
{
	static uint64_t count;

	(void)context;
	count++;
	memset(bytes, 0xcd, 16);
	memcpy(bytes, &count, sizeof count);
}

static struct router *
make_router(void)
{
	return router_new(&(struct router_options){
	    .account_sid = STR("AC00000000000000000000000000000000"),
	    .random = count_up,
	});
}

static void
look(void *to, const char *message)
{
	size_t *count = to;

	MUST(message[0] != '\0');
	for (const char *c = message; *c != '\0'; c++)
		MUST((unsigned char)*c >= ' ');
	(*count)++;
}

static bool
plant(struct router *router, struct str json)
{
	size_t messages = 0;
	struct seed_report report = {look, &messages};
	struct buf made;
	struct err err;

	buf_init(&made, TEXT_MOST);
	bool good = seed_apply_to(router, NOW, json, &made, &report);
	MUST(good == (messages == 0));
	MUST(!good || (!made.failed && made.len > 0));
	MUST(router_check(router, &err));
	buf_release(&made);
	return good;
}

/* Tasks that are routed anew may change what is written of the Workers that
 * get them, and of themselves. */
static bool
may_differ(struct str dump)
{
	return str_contains(dump, "\"tasks\": [") &&
	    (str_contains(dump, "\"multi_task_enabled\": false") ||
		str_contains(dump, "\"priority\""));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct router *router = make_router(), *again = make_router();
	struct buf first, second;

	MUST(router != NULL && again != NULL);
	buf_init(&first, TEXT_MOST);
	buf_init(&second, TEXT_MOST);
	if (plant(router, (struct str){(const char *)data, size})) {
		MUST(dump_write(&first, router, NULL));
		MUST(plant(again, buf_str(&first)));
		MUST(dump_write(&second, again, NULL));
		MUST(may_differ(buf_str(&first)) ||
		    str_equal(buf_str(&first), buf_str(&second)));
	} else {
		MUST(!router_is_unsettled(router));
	}
	buf_release(&first);
	buf_release(&second);
	router_free(router);
	router_free(again);
	return 0;
}
