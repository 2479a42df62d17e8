/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/names.h"

#include <string.h>

#include "config/config.h"
#include "twilio/sid.h"

enum meaning {
	MEANS_SID,
	MEANS_NUMBER,
	MEANS_CHANNEL,
	MEANS_TIME_OF_DAY,
	MEANS_WEEKDAY,
	MEANS_DATE,
};

#define FIELD(name) offsetof(struct callback, name)
#define TIME(name) offsetof(struct rules_time, name)
#define WORD(text) {text, sizeof(text) - 1}

static const struct name {
	struct str word;
	enum meaning meaning;
	const char *kind; /* MEANS_SID */
	size_t member;    /* of the callback or the time */
} names[] = {
	{WORD("workflow_sid"), MEANS_SID, "WW", FIELD(workflow_sid)},
	{WORD("task_queue_sid"), MEANS_SID, "WQ", FIELD(task_queue_sid)},
	{WORD("task_sid"), MEANS_SID, "WT", FIELD(task_sid)},
	{WORD("worker_sid"), MEANS_SID, "WK", FIELD(worker_sid)},
	{WORD("reservation_sid"), MEANS_SID, "WR", FIELD(reservation_sid)},
	{WORD("workspace_sid"), MEANS_SID, "WS", FIELD(workspace_sid)},
	{WORD("account_sid"), MEANS_SID, "AC", FIELD(account_sid)},
	{WORD("task_age"), MEANS_NUMBER, NULL, FIELD(task_age)},
	{WORD("task_priority"), MEANS_NUMBER, NULL, FIELD(task_priority)},
	{WORD("task_channel"), MEANS_CHANNEL, NULL, 0},
	{WORD("time_of_day"), MEANS_TIME_OF_DAY, NULL, TIME(time_of_day)},
	{WORD("weekday"), MEANS_WEEKDAY, NULL, TIME(weekday)},
	{WORD("date"), MEANS_DATE, NULL, TIME(date)},
};

static const struct name *
find_name(const struct expr_step *steps, size_t count)
{
	struct str word = steps[0].name;

	if (count != 1)
		return NULL;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (names[i].word.len == word.len &&
		    memcmp(names[i].word.at, word.at, word.len) == 0)
			return &names[i];
	return NULL;
}

static const struct name *
name_of(const struct expr_reference *reference)
{
	return reference->root == EXPR_ROOT_OTHER
	    ? find_name(reference->steps, reference->count)
	    : NULL;
}

/* What somebody may have meant. */
static const char *
nearest_name(struct str word)
{
	const char *known[ARRAY_LENGTH(names) + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		known[i] = names[i].word.at;
	known[ARRAY_LENGTH(names)] = NULL;
	return config_nearest(word, known);
}

/* Of what has names below it. Two letters that have changed places count as
 * two mistakes, which is much for so short a word. */
static const char *
nearest_root(struct str word)
{
	static const char *const roots[] = {"task", "worker"};

	for (size_t i = 0; i < ARRAY_LENGTH(roots); i++)
		if (word.len > 2 &&
		    str_distance(word, str_from(roots[i])) <= 2)
			return roots[i];
	return NULL;
}

bool
names_check(const struct expr_reference *reference, struct err *err)
{
	if (reference->root != EXPR_ROOT_OTHER || name_of(reference) != NULL)
		return true;
	struct str word = str_slice(reference->steps[0].name, 0, 40);
	const char *nearest = reference->count == 1 ? nearest_name(word)
						    : nearest_root(word);
	if (find_name(reference->steps, 1) != NULL)
		return err_set(err, 0, "nothing stands below %.*s",
		    STR_ARGS(word));
	if (str_is(word, "task") || str_is(word, "worker"))
		return err_set(err, 0,
		    "%.*s alone is nothing: expected an attribute, such as "
		    "%.*s.language", STR_ARGS(word), STR_ARGS(word));
	return err_set(err, 0,
	    "there is no %.*s: attributes begin with task. or worker.%s%s%s",
	    STR_ARGS(word), nearest == NULL ? "" : "; did you mean ",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "?");
}

const char *const names_weekdays[NAMES_WEEKDAYS] = {"monday", "tuesday",
	"wednesday", "thursday", "friday", "saturday", "sunday"};

static bool
is_weekday(struct str text)
{
	for (size_t i = 0; i < NAMES_WEEKDAYS; i++)
		if (str_is(text, names_weekdays[i]))
			return true;
	return false;
}

/* Whether `text` has digits where `form` has a 0, and its other bytes; a part
 * of it, such as "09", is enough to order by. */
static bool
has_form(struct str text, const char *form, bool ordered)
{
	size_t length = strlen(form);

	if (ordered ? text.len > length : text.len != length)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (form[i] == '0' ? !ascii_is_digit((unsigned char)text.at[i])
				   : text.at[i] != form[i])
			return false;
	return true;
}

/* Digits of which the first ones can be too large for a time: "24:00". */
static bool
is_within_day(struct str text)
{
	static const char latest[] = "23:59";
	struct str hour = str_slice(text, 0, 2);

	return str_compare(hour, str_slice(STR("23"), 0, hour.len)) <= 0 &&
	    (text.len < 4 || text.at[3] <= latest[3]);
}

/* Whether a text is one that a name can have; `words` say which. */
static bool
can_have(const struct name *name, struct str text, bool ordered,
    const char **words)
{
	switch (name->meaning) {
	case MEANS_WEEKDAY:
		*words = "monday to sunday, in small letters";
		return is_weekday(text);
	case MEANS_TIME_OF_DAY:
		*words = "written as \"09:05\", from \"00:00\" to \"23:59\"";
		return has_form(text, "00:00", ordered) &&
		    is_within_day(text);
	case MEANS_DATE:
		*words = "written as \"2026-11-22\"";
		return has_form(text, "0000-00-00", ordered);
	case MEANS_SID:
		*words = name->kind;
		return sid_is(text, name->kind);
	case MEANS_NUMBER:
	case MEANS_CHANNEL:
		break;
	}
	return true;
}

bool
names_check_constant(const struct expr_reference *reference,
    struct expr_value constant, bool ordered, struct err *err)
{
	const struct name *name = name_of(reference);
	const char *words;

	if (name == NULL || constant.type == EXPR_NULL)
		return true;
	if (name->meaning == MEANS_NUMBER)
		return constant.type == EXPR_INTEGER ||
		    constant.type == EXPR_NUMBER ||
		    err_set(err, 0, "%s is a number: leave the quotes out",
			name->word.at);
	if (constant.type != EXPR_STRING)
		return err_set(err, 0, "%s is a text: put it in quotes",
		    name->word.at);
	if (name->meaning == MEANS_WEEKDAY && ordered)
		return err_set(err, 0,
		    "%s is a text, and its order is that of the alphabet",
		    name->word.at);
	if (can_have(name, constant.text, ordered, &words))
		return true;
	if (name->meaning == MEANS_SID)
		return err_set(err, 0,
		    "never equal: %s is %s and 32 hexadecimal digits",
		    name->word.at, words);
	return err_set(err, 0, "%s: %s is %s",
	    ordered ? "not in the order of time" : "never equal",
	    name->word.at, words);
}

bool
names_is_time(const struct expr_reference *reference)
{
	const struct name *name = name_of(reference);

	return name != NULL && name->meaning >= MEANS_TIME_OF_DAY;
}

static struct expr_value
text_value(struct str text)
{
	if (text.at == NULL)
		return (struct expr_value){.type = EXPR_NULL};
	return (struct expr_value){.type = EXPR_STRING, .text = text};
}

static struct expr_value
number_value(struct str text)
{
	uint64_t number;

	if (!str_to_uint(text, INT64_MAX, &number))
		return (struct expr_value){.type = EXPR_NULL};
	return (struct expr_value){
	    .type = EXPR_INTEGER, .integer = (int64_t)number};
}

struct expr_value
names_value(const struct rules_input *input, const struct expr_step *steps,
    size_t count, bool *is_time)
{
	const struct name *name = find_name(steps, count);
	struct str text = STR_NONE;

	if (name == NULL)
		return text_value(STR_NONE);
	if (name->meaning == MEANS_CHANNEL)
		return text_value(input->task_channel);
	if (name->meaning >= MEANS_TIME_OF_DAY) {
		*is_time = true;
		return text_value(input->time == NULL
			? STR_NONE
			: str_from((const char *)input->time + name->member));
	}
	memcpy(&text, (const char *)input->callback + name->member,
	    sizeof text);
	return name->meaning == MEANS_NUMBER ? number_value(text)
					     : text_value(text);
}
