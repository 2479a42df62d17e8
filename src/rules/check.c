/* SPDX-License-Identifier: MIT
 *
 * What is odd about rules that are without errors.
 */
#include "base/compat.h"

#include "rules/list.h"

/* Tells of a rule that no callback gets to. One reason is enough. */
static void
check_reach(struct reader *reader, const struct rules *rules)
{
	const struct expr *when = rules->items[reader->rule].when;
	bool value;

	for (size_t i = 0; i < reader->rule; i++) {
		const struct expr *before = rules->items[i].when;
		bool always = expr_is_settled(before, &value) && value;
		if (!always && (when == NULL || !expr_implies(when, before)))
			continue;
		reader_say(reader, READER_WARNING, STR("when"), STR_NONE,
		    "is never reached: rule %zu %s", i + 1,
		    always ? "always matches"
			: expr_equal(when, before) ? "has the same condition"
			: "matches wherever this one would");
		return;
	}
	if (when != NULL && expr_is_settled(when, &value))
		reader_say(reader, READER_WARNING, STR("when"), STR_NONE,
		    "%s holds, whatever the callback says",
		    value ? "always" : "never");
}

struct search {
	const struct answer_need *need;
	bool found;
};

static void
find_attribute(void *to, size_t at, const struct expr_reference *name)
{
	struct search *search = to;

	(void)at;
	for (size_t i = 0; i < ARRAY_LENGTH(search->need->attributes); i++)
		if (name->root == EXPR_ROOT_TASK &&
		    search->need->attributes[i] != NULL &&
		    str_is(name->steps[0].name, search->need->attributes[i]))
			search->found = true;
}

/* Of a rule that is for telephone calls only, this one's condition or an
 * earlier one's looks at call_sid. */
static void
check_need(struct reader *reader, const struct rules *rules)
{
	const char *name = rules->items[reader->rule].answer.instruction.name;
	struct search search = {answer_find_need(name), false};
	const char *attribute;

	if (search.need == NULL)
		return;
	for (size_t i = 0; i <= reader->rule; i++)
		if (rules->items[i].when != NULL)
			expr_each_name(rules->items[i].when, find_attribute,
			    &search);
	if (search.found)
		return;
	attribute = search.need->attributes[0];
	reader_say(reader, READER_WARNING, STR("answer"), STR_NONE,
	    "%s of a Task without the attribute %s is Twilio error %u: no "
	    "condition so far looks at it, such as task.%s != null", name,
	    attribute, search.need->error, attribute);
}

void
rules_check(struct reader *reader, const struct rules *rules)
{
	for (size_t i = 0; i < rules->count; i++) {
		reader->rule = i;
		reader->name = rules->items[i].is_named ? rules->items[i].name
							: STR_NONE;
		check_reach(reader, rules);
		check_need(reader, rules);
	}
}
