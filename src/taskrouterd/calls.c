/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "taskrouterd/json_put.h"
#include "taskrouterd/ring.h"

#define SID_MOST 34
#define ADDRESS_MOST 255     /* bytes: twilio/domain.c */
#define PARAMETERS_MOST 8192 /* bytes of JSON; a longer one is left out */
#define SHOWN_LENGTH ((size_t)256 * 1024)
#define SHOWN_CEILING (SHOWN_LENGTH + (size_t)64 * 1024)

/* Its texts stand behind it. */
struct kept_call {
	char sid[ROUTER_SID + 1];
	struct call call;
	char text[];
};

struct calls {
	struct ring *kept;
	struct router_options options;
};

static const struct {
	const char *key;
	size_t member;
	size_t most;
} texts[] = {
	{"instruction", offsetof(struct call, instruction), 16},
	{"to", offsetof(struct call, to), ADDRESS_MOST},
	{"from", offsetof(struct call, from), ADDRESS_MOST},
	{"workspace_sid", offsetof(struct call, workspace), SID_MOST},
	{"task_sid", offsetof(struct call, task), SID_MOST},
	{"worker_sid", offsetof(struct call, worker), SID_MOST},
	{"reservation_sid", offsetof(struct call, reservation), SID_MOST},
	{"task_call_sid", offsetof(struct call, call_sid), SID_MOST},
	{NULL, offsetof(struct call, parameters), PARAMETERS_MOST},
};

struct calls *
calls_open(size_t most, const struct router_options *options)
{
	struct calls *calls = calloc(1, sizeof *calls);

	if (calls == NULL)
		return NULL;
	calls->options = *options;
	calls->kept = ring_open(most);
	if (calls->kept != NULL)
		return calls;
	free(calls);
	return NULL;
}

void
calls_close(struct calls *calls)
{
	if (calls == NULL)
		return;
	ring_close(calls->kept);
	free(calls);
}

static void
make_sid(const struct calls *calls, char sid[ROUTER_SID + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];

	calls->options.random(calls->options.context, bytes);
	sid[0] = 'C';
	sid[1] = 'A';
	for (size_t i = 0; i < sizeof bytes; i++) {
		sid[2 + 2 * i] = digits[bytes[i] >> 4];
		sid[3 + 2 * i] = digits[bytes[i] & 15];
	}
	sid[ROUTER_SID] = '\0';
}

static struct str *
text_of(struct call *call, size_t index)
{
	return (struct str *)(void *)((char *)call + texts[index].member);
}

bool
calls_add(
    struct calls *calls, const struct call *call, char sid[ROUTER_SID + 1])
{
	struct call copy = *call;
	size_t length = 0;

	/* Half of it would be no JSON. */
	if (copy.parameters.len > PARAMETERS_MOST)
		copy.parameters = STR_NONE;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		length += text_of(&copy, i)->len;
	struct kept_call *kept = malloc(sizeof *kept + length);
	if (kept == NULL)
		return false;
	char *at = kept->text;
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++)
		ring_keep_text(&at, text_of(&copy, i), texts[i].most);
	kept->call = copy;
	make_sid(calls, kept->sid);
	memcpy(sid, kept->sid, sizeof kept->sid);
	ring_add(calls->kept, kept);
	return true;
}

bool
calls_has(const struct calls *calls, struct str sid)
{
	const struct kept_call *kept;

	for (size_t i = 0; (kept = ring_newest(calls->kept, i)) != NULL; i++)
		if (str_equal_nocase(str_from(kept->sid), sid))
			return true;
	return false;
}

static void
put_call(struct buf *out, const struct kept_call *kept)
{
	struct call call = kept->call;

	json_put_item(out);
	buf_add_byte(out, '{');
	json_put_key(out, "sid");
	json_put_text(out, str_from(kept->sid));
	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		if (texts[i].key == NULL)
			continue;
		json_put_key(out, texts[i].key);
		json_put_text(out, *text_of(&call, i));
	}
	json_put_key(out, "date_created");
	json_put_date(out, call.date);
	json_put_key(out, "parameters");
	buf_add_str(
	    out, call.parameters.at != NULL ? call.parameters : STR("null"));
	buf_add_byte(out, '}');
}

struct str
calls_write(const struct calls *calls, struct arena *arena)
{
	const struct kept_call *kept;
	struct buf out;

	buf_init(&out, SHOWN_CEILING);
	buf_add_str(&out, STR("{\"calls\":["));
	for (size_t i = 0; i < CALLS_SHOWN && out.len < SHOWN_LENGTH; i++) {
		kept = ring_newest(calls->kept, i);
		if (kept == NULL)
			break;
		put_call(&out, kept);
	}
	buf_add_byte(&out, ']');
	json_put_key(&out, "total");
	json_put_integer(&out, (int64_t)ring_total(calls->kept));
	buf_add_byte(&out, '}');
	struct str json = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return json;
}
