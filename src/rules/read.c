/* SPDX-License-Identifier: MIT
 *
 * Rules, as they stand in the configuration.
 */
#include "base/compat.h"

#include <string.h>

#include "rules/list.h"
#include "rules/names.h"

/* What is told of one expression. */
struct subject {
	struct reader *reader;
	struct str text;
	struct rules *rules;
};

static void
say_at(const struct subject *subject, enum reader_severity severity,
    size_t at, const char *message)
{
	struct reader *reader = subject->reader;

	reader_say(reader, severity, STR("when"),
	    expr_caret(reader->arena, subject->text, at), "%s", message);
}

static void
warn(void *to, size_t at, const char *message)
{
	say_at(to, READER_WARNING, at, message);
}

static void
note_time(void *to, const struct expr_reference *name)
{
	struct rules *rules = to;

	rules->use_time = rules->use_time || names_is_time(name);
}

static void
check_name(void *to, size_t at, const struct expr_reference *name)
{
	struct subject *subject = to;
	struct err err;

	if (!names_check(name, &err))
		say_at(subject, READER_ERROR, at, err.text);
	note_time(subject->rules, name);
}

static void
check_pair(void *to, size_t at, const struct expr_reference *name,
    struct expr_value constant, bool ordered)
{
	struct err err;

	if (!names_check_constant(name, constant, ordered, &err))
		say_at(to, READER_WARNING, at, err.text);
}

static void
read_condition(struct reader *reader, struct rules *rules, struct rule *rule,
    struct json_object *value)
{
	struct subject subject = {reader, json_text(value), rules};
	struct err err;

	if (subject.text.at == NULL) {
		reader_say(reader, READER_ERROR, STR("when"), STR_NONE,
		    "expected a condition as a string, not %s",
		    json_type_name(json_type(value)));
		return;
	}
	rule->when =
	    expr_parse(reader->arena, subject.text, EXPR_IN_RULE, &err);
	if (rule->when == NULL) {
		say_at(&subject, READER_ERROR, err.at, err.text);
		return;
	}
	expr_each_name(rule->when, check_name, &subject);
	expr_each_pair(rule->when, check_pair, &subject);
	expr_check(rule->when, warn, &subject);
	expr_check_conflicts(rule->when, warn, &subject);
}

static bool
has_control(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return true;
	return false;
}

static void
read_name(struct reader *reader, struct rule *rule, struct json_object *value)
{
	struct str name = json_text(value);

	rule->name = arena_format(reader->arena, "rule %zu", reader->rule + 1);
	if (value == NULL)
		return;
	if (name.len == 0 || str_utf8_length(name) > RULES_NAME_MOST ||
	    has_control(name))
		reader_say(reader, READER_ERROR, STR("name"), STR_NONE,
		    "expected a text of 1 to %zu characters",
		    RULES_NAME_MOST);
	else
		rule->name = reader->name = arena_str(reader->arena, name);
	rule->is_named = true;
}

static void
check_name_is_new(struct reader *reader, const struct rules *rules)
{
	const struct rule *rule = &rules->items[reader->rule];

	for (size_t i = 0; i < reader->rule; i++)
		if (str_equal(rules->items[i].name, rule->name)) {
			reader_say(reader, READER_ERROR, STR("name"), STR_NONE,
			    "rule %zu has this name already", i + 1);
			return;
		}
}

static void
read_rule(struct reader *reader, struct rules *rules,
    struct json_object *value)
{
	static const char *const known[] = {
	    "name", "when", "answer", "then", NULL};
	struct rule *rule = &rules->items[reader->rule];
	struct json_object *when = json_get(value, "when");
	bool is_last = reader->rule + 1 == rules->count;

	reader->name = STR_NONE;
	if (!reader_expect_members(reader, STR(""), value, known))
		return;
	read_name(reader, rule, json_get(value, "name"));
	check_name_is_new(reader, rules);
	if (when != NULL && is_last)
		reader_say(reader, READER_ERROR, STR("when"), STR_NONE,
		    "the last rule must be without a condition, for what no "
		    "other rule is for");
	if (when == NULL && !is_last)
		reader_say(reader, READER_ERROR, STR("when"), STR_NONE,
		    "missing: only the last rule is without a condition");
	if (when != NULL)
		read_condition(reader, rules, rule, when);
	if (json_get(value, "answer") == NULL)
		reader_say(reader, READER_ERROR, STR("answer"), STR_NONE,
		    "missing: expected an instruction such as "
		    "{\"instruction\":\"accept\"}");
	else
		answer_read(
		    reader, json_get(value, "answer"), &rule->answer);
	work_read(reader, json_get(value, "then"), &rule->work);
}

static void
note_uses(struct rules *rules, const struct rule *rule)
{
	const struct mold *molds[] = {
	    rule->answer.mold, rule->work.worker, rule->work.task};

	for (size_t i = 0; i < ARRAY_LENGTH(molds); i++)
		if (molds[i] != NULL)
			mold_each_name(molds[i], note_time, rules);
	rules->have_work = rules->have_work || !work_is_none(&rule->work);
}

static bool
is_call(const char *instruction)
{
	static const char *const names[] = {
	    "call", "conference", "dequeue", "redirect"};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strcmp(names[i], instruction) == 0)
			return true;
	return false;
}

static void
note_time_in(void *to, size_t at, const struct expr_reference *name)
{
	bool *uses_time = to;

	(void)at;
	*uses_time = *uses_time || names_is_time(name);
}

/* Conditions are looked at in their order: the time in one of them is in the
 * answers of all rules behind it. */
static void
note_calls(struct rules *rules)
{
	bool uses_time = false;

	for (size_t i = 0; i < rules->count; i++) {
		const struct rule *rule = &rules->items[i];
		if (rule->when != NULL)
			expr_each_name(rule->when, note_time_in, &uses_time);
		if (is_call(rule->answer.instruction.name) &&
		    (uses_time || !work_is_none(&rule->work)))
			rules->keep_calls = true;
	}
}

static bool
check_list(struct reader *reader, struct json_object *list)
{
	size_t count = json_length(list);

	if (json_type(list) != JSON_ARRAY)
		reader_say(reader, READER_ERROR, STR(""), STR_NONE,
		    "expected a list of rules, not %s",
		    json_type_name(json_type(list)));
	else if (count == 0)
		reader_say(reader, READER_ERROR, STR(""), STR_NONE,
		    "empty: expected a rule at least");
	else if (count > RULES_MOST)
		reader_say(reader, READER_ERROR, STR(""), STR_NONE,
		    "expected at most %zu rules, not %zu", RULES_MOST, count);
	return !reader->failed;
}

static void
read_rules(struct reader *reader, struct rules *rules,
    struct json_object *list)
{
	for (size_t i = 0; i < rules->count; i++) {
		reader->rule = i;
		read_rule(reader, rules, json_item(list, i));
	}
	for (size_t i = 0; !reader->failed && i < rules->count; i++)
		note_uses(rules, &rules->items[i]);
	if (reader->failed)
		return;
	note_calls(rules);
	rules_check(reader, rules);
}

struct rules *
rules_read(struct json_object *list, struct arena *arena, rules_report *report,
    void *to)
{
	struct reader reader = {arena, report, to, RULES_NONE, STR_NONE, false};
	struct rules *rules = arena_alloc(arena, sizeof *rules);

	if (rules == NULL || !check_list(&reader, list))
		return NULL;
	rules->count = json_length(list);
	rules->items = arena_array(arena, rules->count, sizeof *rules->items);
	if (rules->items == NULL)
		return NULL;
	read_rules(&reader, rules, list);
	return reader.failed || arena->overflow ? NULL : rules;
}

size_t
rules_count(const struct rules *rules)
{
	return rules->count;
}

struct str
rules_name(const struct rules *rules, size_t index)
{
	return rules->items[index].name;
}

bool
rules_use_time(const struct rules *rules)
{
	return rules->use_time;
}

bool
rules_keep_calls(const struct rules *rules)
{
	return rules->keep_calls;
}

bool
rules_have_work(const struct rules *rules)
{
	return rules->have_work;
}
