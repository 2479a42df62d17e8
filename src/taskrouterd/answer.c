/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/answer.h"

#include "codec/json.h"
#include "taskrouterd/instruct.h"
#include "taskrouterd/refusal.h"
#include "twilio/instruction.h"

#define STATUS_OK 200
#define ERROR_CONTENT_TYPE 40000
#define ERROR_NOT_JSON 40001
/* More than any instruction has. */
#define ANSWER_VALUES ((size_t)10000)
#define ANSWER_MEMORY ((size_t)4 << 20)

bool
answer_counts(const struct webhook_result *result)
{
	return result->outcome == WEBHOOK_ANSWERED &&
	    result->status == STATUS_OK;
}

/* application/json, with or without parameters. */
static bool
is_json_type(struct str content_type)
{
	struct str rest = content_type;

	return str_equal_nocase(
	    str_trim(str_cut(&rest, ';')), STR("application/json"));
}

static bool
obey_text(struct daemon *daemon, struct reservation *reservation,
    struct str text, struct arena *arena, struct refusal *refusal)
{
	const struct json_limits limits = {.values = ANSWER_VALUES};
	struct json_object *value;
	struct err err;

	if (!json_parse(arena, text, limits, &value, &err)) {
		(void)refuse_parameter(
		    refusal, "byte %zu: %s", err.at, err.text);
		refusal->code = ERROR_NOT_JSON;
		return false;
	}
	if (instruction_is_deferral(value))
		return true;
	if (reservation == NULL) {
		(void)refuse_parameter(refusal,
		    "the answer came too late: the Reservation is gone");
		refusal->code = 0; /* Twilio has no number for it */
		return false;
	}
	return instruct_json(daemon, reservation, value, refusal);
}

bool
answer_obey(struct daemon *daemon, struct reservation *reservation,
    const struct webhook_result *result, struct refusal *refusal)
{
	struct arena arena;

	if (str_trim(result->body).len == 0)
		return true;
	if (!is_json_type(result->content_type)) {
		struct str type = result->content_type;
		(void)refuse_parameter(refusal,
		    "Content-Type: expected application/json, not %.*s",
		    STR_ARGS(type.len > 0 ? type : STR("none")));
		refusal->code = ERROR_CONTENT_TYPE;
		return false;
	}
	arena_init(&arena, ANSWER_MEMORY);
	bool obeyed =
	    obey_text(daemon, reservation, result->body, &arena, refusal);
	arena_release(&arena);
	return obeyed;
}
