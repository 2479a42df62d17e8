/* SPDX-License-Identifier: MIT
 *
 * The keys calls.*: reading them.
 * Sources: https://www.twilio.com/docs/voice/twiml/gather,
 * https://www.twilio.com/docs/voice/twiml/say,
 * https://www.twilio.com/docs/taskrouter/twiml-queue-calls
 */
#include "base/compat.h"

#include "responder/settings_parts.h"
#include "twilio/sid.h"
#include "twilio/task.h"

#define PROMPT_MOST ((size_t)4096) /* characters that Say takes */
#define WORD_MOST ((size_t)64)     /* bytes of a language, of a voice */
#define URL_MOST ((size_t)2048)    /* bytes */

/* Attributes that TaskRouter gives the Task of a call.
 * Source: https://www.twilio.com/docs/taskrouter/twiml-queue-calls */
static const char *const own_attributes[] = {
	"account_sid", "api_version", "call_sid", "call_status", "called",
	"called_city", "called_country", "called_state", "called_zip",
	"caller", "caller_city", "caller_country", "caller_state",
	"caller_zip", "direction", "from", "from_city", "from_country",
	"from_state", "from_zip", "to", "to_city", "to_country", "to_state",
	"to_zip",
};

static bool
is_key(char c)
{
	return ascii_is_digit((unsigned char)c) || c == '*' || c == '#';
}

bool
settings_check_digits(struct str value, struct err *err)
{
	bool good = value.len > 0 && value.len <= CALLS_DIGITS_MOST;

	for (size_t i = 0; i < value.len; i++)
		good = good && is_key(value.at[i]);
	return good ||
	    err_set(err, 0, "expected 1 to %zu keys of 0 to 9, * and #",
		CALLS_DIGITS_MOST);
}

bool
settings_check_finish_key(struct str value, struct err *err)
{
	return str_is(value, "none") ||
	    (value.len == 1 && is_key(value.at[0])) ||
	    err_set(err, 0, "expected one of 0 to 9, * and #, or none");
}

bool
settings_check_call_url(struct str value, struct err *err)
{
	struct str host = str_has_prefix(value, STR("http://"))
	    ? str_slice(value, 7, value.len)
	    : str_has_prefix(value, STR("https://"))
	    ? str_slice(value, 8, value.len)
	    : STR_NONE;
	bool good = value.len <= URL_MOST &&
	    (str_has_prefix(value, STR("/")) ||
		(host.len > 0 && !str_has_byte(STR("/?#"), host.at[0])));

	for (size_t i = 0; i < value.len; i++)
		good = good && (unsigned char)value.at[i] > ' ' &&
		    value.at[i] != 0x7f;
	return good ||
	    err_set(err, 0, "expected an http or https URL, or a path that "
			    "begins with '/', of at most %zu bytes",
		URL_MOST);
}

static bool
check_prompt(struct str value, struct err *err)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.at[i] < ' ' || value.at[i] == 0x7f)
			return err_set(
			    err, 0, "must not contain control characters");
	return (value.len > 0 && str_utf8_length(value) <= PROMPT_MOST) ||
	    err_set(err, 0, "expected 1 to %zu characters", PROMPT_MOST);
}

/* "es-MX", "Polly.Mia-Neural" */
static bool
check_word(struct str value, struct err *err)
{
	bool good = value.len > 0 && value.len <= WORD_MOST;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];
		good = good && (ascii_is_alpha(c) || ascii_is_digit(c) ||
		    str_has_byte(STR("-._"), (char)c));
	}
	return good ||
	    err_set(err, 0, "expected a name as Twilio's Say has it, such as "
			    "es-MX or Polly.Mia");
}

static bool
check_workflow(struct str value, struct err *err)
{
	return sid_check(value, "WW", err);
}

static void
read_text(struct config_reader *reader, const char *path,
    struct json_object *value, bool (*check)(struct str, struct err *),
    struct str *to)
{
	struct str text = json_text(value);
	struct err err;

	if (json_type(value) != JSON_STRING)
		config_error(reader, path, "expected a string, not %s",
		    json_type_name(json_type(value)));
	else if (!check(text, &err))
		config_error(reader, path, "%s", err.text);
	else
		*to = arena_str(config_arena(reader), text);
}

static void
read_number(struct config_reader *reader, const char *path,
    struct json_object *value, int64_t least, int64_t most, int64_t *to)
{
	if (json_type(value) != JSON_INTEGER || json_integer(value) < least ||
	    json_integer(value) > most)
		config_error(reader, path,
		    "expected a whole number from %jd to %jd", (intmax_t)least,
		    (intmax_t)most);
	else
		*to = json_integer(value);
}

static void
read_attributes(struct config_reader *reader, const char *path,
    struct json_object *value, struct str *to)
{
	settings_read_attributes(reader, path, value, to);
	for (size_t i = 0; i < ARRAY_LENGTH(own_attributes); i++)
		if (json_get(value, own_attributes[i]) != NULL)
			config_warning(reader,
			    config_path(
				reader, path, str_from(own_attributes[i])),
			    "TaskRouter sets this attribute itself");
}

enum member {
	MEMBER_PROMPT,
	MEMBER_PLAY,
	MEMBER_LANGUAGE,
	MEMBER_VOICE,
	MEMBER_DIGITS, /* from here on: of a choice alone */
	MEMBER_ATTRIBUTES,
	MEMBER_WORKFLOW,
	MEMBER_PRIORITY,
	MEMBER_TIMEOUT,
	MEMBERS,
};

static const char *const member_names[MEMBERS + 1] = {
	[MEMBER_PROMPT] = "prompt",
	[MEMBER_PLAY] = "play",
	[MEMBER_LANGUAGE] = "language",
	[MEMBER_VOICE] = "voice",
	[MEMBER_DIGITS] = "digits",
	[MEMBER_ATTRIBUTES] = "attributes",
	[MEMBER_WORKFLOW] = "workflow_sid",
	[MEMBER_PRIORITY] = "priority",
	[MEMBER_TIMEOUT] = "timeout",
};

static const char *const prompt_names[] = {
	"prompt", "play", "language", "voice", NULL};

static void
read_member(struct config_reader *reader, enum member member,
    const char *path, struct json_object *value,
    struct settings_call_choice *to)
{
	const struct {
		bool (*check)(struct str value, struct err *err);
		struct str *text;
	} texts[MEMBERS] = {
		[MEMBER_PROMPT] = {check_prompt, &to->prompt.text},
		[MEMBER_PLAY] = {settings_check_call_url, &to->prompt.play},
		[MEMBER_LANGUAGE] = {check_word, &to->prompt.language},
		[MEMBER_VOICE] = {check_word, &to->prompt.voice},
		[MEMBER_DIGITS] = {settings_check_digits, &to->digits},
		[MEMBER_WORKFLOW] = {check_workflow, &to->workflow_sid},
	};

	if (texts[member].check != NULL)
		read_text(reader, path, value, texts[member].check,
		    texts[member].text);
	else if (member == MEMBER_ATTRIBUTES)
		read_attributes(reader, path, value, &to->attributes);
	else if (member == MEMBER_PRIORITY)
		read_number(
		    reader, path, value, 0, TASK_PRIORITY_MOST, &to->priority);
	else
		read_number(
		    reader, path, value, 1, TASK_TIMEOUT_MOST, &to->timeout);
}

static enum member
find_member(struct str name, enum member end)
{
	enum member member = 0;

	while (member < end && !str_is(name, member_names[member]))
		member++;
	return member;
}

/* A prompt alone is read as a choice that has nothing else. */
static void
read_members(struct config_reader *reader, const char *path,
    struct json_object *object, bool is_choice,
    struct settings_call_choice *to)
{
	enum member end = is_choice ? MEMBERS : MEMBER_DIGITS;
	struct json_member member = {0};

	*to = (struct settings_call_choice){
		.attributes = STR("{}"), .priority = -1, .timeout = -1};
	while (json_next(object, &member)) {
		enum member found = find_member(member.key, end);
		if (found == end)
			config_unknown(reader, path, member.key,
			    is_choice ? member_names : prompt_names);
		else
			read_member(reader, found,
			    config_path(reader, path, member.key),
			    member.value, to);
	}
	if (to->prompt.text.at != NULL && to->prompt.play.at != NULL)
		config_error(
		    reader, path, "expected either prompt or play, not both");
}

static const char *
item_path(struct config_reader *reader, const char *path, size_t index)
{
	struct str number =
	    arena_format(config_arena(reader), "%zu", index + 1);

	return config_path(reader, path, number);
}

/* Item `index` of `value`, which may be the only item itself. */
static bool
read_item(struct config_reader *reader, const char *path,
    struct json_object *value, size_t index, bool is_choice,
    struct settings_call_choice *to)
{
	bool array = json_type(value) == JSON_ARRAY;
	struct json_object *item = array ? json_item(value, index) : value;
	const char *where = array ? item_path(reader, path, index) : path;

	if (json_type(item) == JSON_OBJECT) {
		read_members(reader, where, item, is_choice, to);
		return true;
	}
	config_error(reader, where, "expected an object, not %s",
	    json_type_name(json_type(item)));
	return false;
}

void
settings_read_prompts(struct config_reader *reader, const char *path,
    struct json_object *value, void *prompts)
{
	struct settings_prompts *to = prompts;
	bool array = json_type(value) == JSON_ARRAY;
	size_t count = array ? json_length(value) : 1;
	struct settings_call_choice read;

	if (count > CALLS_PROMPTS_MOST) {
		config_error(reader, path, "expected at most %zu, not %zu",
		    CALLS_PROMPTS_MOST, count);
		return;
	}
	to->count = 0;
	to->items =
	    arena_array(config_arena(reader), count, sizeof *to->items);
	for (size_t i = 0; to->items != NULL && i < count; i++) {
		if (!read_item(reader, path, value, i, false, &read))
			continue;
		if (read.prompt.text.at == NULL && read.prompt.play.at == NULL)
			config_error(reader,
			    array ? item_path(reader, path, i) : path,
			    "expected prompt or play");
		to->items[to->count++] = read.prompt;
	}
}

static void
check_choices(struct config_reader *reader, const char *path,
    const struct settings_call_choice *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *where = item_path(reader, path, i);
		if (items[i].digits.at == NULL && count > 1)
			config_error(reader, where,
			    "expected digits: only where there is no other "
			    "choice nothing has to be pressed");
		for (size_t k = 0; k < i; k++)
			if (items[i].digits.at != NULL &&
			    str_equal(items[i].digits, items[k].digits))
				config_error(reader, where,
				    "has the digits of choice %zu", k + 1);
	}
}

void
settings_read_menu(struct config_reader *reader, const char *path,
    struct json_object *value, void *settings)
{
	struct settings *to = settings;
	size_t count = json_type(value) == JSON_ARRAY ? json_length(value) : 0;

	if (json_type(value) != JSON_ARRAY || count == 0 ||
	    count > CALLS_CHOICES_MOST) {
		config_error(reader, path, "expected a list of 1 to %zu choices",
		    CALLS_CHOICES_MOST);
		return;
	}
	struct settings_call_choice *items =
	    arena_array(config_arena(reader), count, sizeof *items);
	bool good = items != NULL;
	for (size_t i = 0; items != NULL && i < count; i++)
		if (!read_item(reader, path, value, i, true, &items[i]))
			good = false;
	if (!good || config_has_error(reader, path))
		return;
	check_choices(reader, path, items, count);
	to->calls.menu = (struct settings_call_choices){items, count};
}
