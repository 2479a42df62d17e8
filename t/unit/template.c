/* SPDX-License-Identifier: MIT
 *
 * Templates: what they may be, and what they become.
 */
#include "base/compat.h"

#include "tap.h"

#include <string.h>

#include "rules/template.h"

#define ATTRIBUTES \
	"{\"name\":\"Zo\xc3\xab & Co/1+2\",\"empty\":\"\",\"n\":-5," \
	"\"f\":2.50,\"yes\":true,\"null\":null,\"list\":[1,\"two\"]," \
	"\"deep\":{\"er\":\"x\"},\"dollar\":\"${task.n}\"}"

static struct arena arena;
static struct expr_pack *pack;

static struct expr_value
find(void *context, const struct expr_reference *reference)
{
	(void)context;
	if (reference->root != EXPR_ROOT_TASK)
		return (struct expr_value){.type = EXPR_NULL};
	return expr_value_follow(
	    expr_pack_root(pack), reference->steps, reference->count);
}

/* `becomes`: NULL where it cannot be filled; then `why`. */
static const struct {
	const char *text;
	enum template_encoding encoding;
	const char *becomes, *why;
} filled[] = {
    {"", TEMPLATE_PLAIN, "", NULL},
    {"plain", TEMPLATE_IN_URL, "plain", NULL},
    {"$ and $$ and { and }", TEMPLATE_PLAIN, "$ and $$ and { and }", NULL},
    {"${task.name}", TEMPLATE_PLAIN, "Zo\xc3\xab & Co/1+2", NULL},
    {"${task.name}", TEMPLATE_IN_URL, "Zo%C3%AB%20%26%20Co%2F1%2B2", NULL},
    {"${task.name}", TEMPLATE_IN_SIP, "Zo%C3%AB%20%26%20Co%2F1+2", NULL},
    {"<${task.n}> & ${task.f}!", TEMPLATE_IN_URL, "<-5> & 2.5!", NULL},
    {"${task.yes}${task.empty}${task.n}", TEMPLATE_PLAIN, "true-5", NULL},
    {"${task.list[1]} ${task.deep.er}", TEMPLATE_PLAIN, "two x", NULL},
    {"${task.dollar}", TEMPLATE_PLAIN, "${task.n}", NULL},
    {"$${task.n}", TEMPLATE_PLAIN, "${task.n}", NULL},
    {"$$${task.n}", TEMPLATE_PLAIN, "$${task.n}", NULL},
    {"$${${task.n}}", TEMPLATE_PLAIN, "${-5}", NULL},
    {"a$${b", TEMPLATE_PLAIN, "a${b", NULL},
    {"${task.x:-none}", TEMPLATE_PLAIN, "none", NULL},
    {"${task.x:-}", TEMPLATE_PLAIN, "", NULL},
    {"${task.x:-a:-b}", TEMPLATE_PLAIN, "a:-b", NULL},
    {"${task.x:-${}", TEMPLATE_PLAIN, "${", NULL},
    {"${task.null:-none}", TEMPLATE_PLAIN, "none", NULL},
    {"${task.empty:-none}", TEMPLATE_PLAIN, "", NULL},
    {"/${task.x:-a b}/", TEMPLATE_IN_URL, "/a%20b/", NULL},
    {"${worker.x:-w}${task_sid:-t}", TEMPLATE_PLAIN, "wt", NULL},
    {"${task.x}", TEMPLATE_PLAIN, NULL, "task.x is missing and has no default"},
    {"a${task.null}b", TEMPLATE_PLAIN, NULL,
	"task.null is missing and has no default"},
    {"${task.list}", TEMPLATE_PLAIN, NULL, "task.list is a list or an object"},
    {"${task.deep:-x}", TEMPLATE_PLAIN, NULL,
	"task.deep is a list or an object"},
};

static void
test_filled(void)
{
	struct template_source source = {find, NULL, NULL};

	for (size_t i = 0; i < ARRAY_LENGTH(filled); i++) {
		struct template template;
		struct str text = STR_NONE;
		struct err err = {0, ""};
		if (!ok(template_parse(&arena, str_from(filled[i].text),
			    &template, &err),
			"is taken: %s", filled[i].text))
			continue;
		bool good = template_fill(&template, &source,
		    filled[i].encoding, 100, &arena, &text, &err);
		is_int(good, filled[i].becomes != NULL, "filled or not: %s",
		    filled[i].text);
		if (good)
			is_str(text, filled[i].becomes, "what %s becomes",
			    filled[i].text);
		else
			is_str(str_from(err.text), filled[i].why, "why not");
	}
}

static const struct {
	const char *text;
	size_t at;
	const char *says;
} refused[] = {
    {"a ${task.n", 2,
	"expected a '}' behind ${, or $${ for the characters themselves"},
    {"${}", 2, "expected a name without blanks between ${ and }"},
    {"${ task.n }", 2, "expected a name without blanks between ${ and }"},
    {"${:-x}", 2, "expected a name without blanks between ${ and }"},
    {"x${task.n-1}", 9, "a default is written behind ':-', such as "
			"${task.n:-1}; a hyphen is part of no name"},
    {"${task.n=1}", 8, "a default is written behind ':-', such as "
		       "${task.n:-1}; a hyphen is part of no name"},
    {"${task.}", 7, "mismatched input '<EOF>' expecting a name"},
    {"${5}", 2, "extraneous input '5' expecting a name"},
    {"${task.n == 5}", 9, "extraneous input '==' expecting the end"},
    {"${name}", 2,
	"there is no name: attributes begin with task. or worker."},
    {"${tsk_sid}", 2,
	"there is no tsk_sid: attributes begin with task. or worker.; did you "
	"mean task_sid?"},
    {"${weekday.x}", 2, "nothing stands below weekday"},
};

static void
test_refused(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct template template;
		struct err err = {0, ""};
		ok(!template_parse(
		       &arena, str_from(refused[i].text), &template, &err),
		    "is refused: %s", refused[i].text);
		is_int((int64_t)err.at, (int64_t)refused[i].at,
		    "... at its place");
		is_str(str_from(err.text), refused[i].says, "... and why");
	}
}

static void
test_limits(void)
{
	struct template_source source = {find, NULL, NULL};
	char many[40 * TEMPLATE_PARTS_MOST] = "";
	struct template template;
	struct str text;
	struct err err;

	for (size_t i = 0; i < TEMPLATE_PARTS_MOST; i++)
		memcpy(many + 9 * i, "${task.n}", 10);
	ok(template_parse(&arena, str_from(many), &template, &err),
	    "as many places as there may be");
	ok(template_fill(&template, &source, TEMPLATE_PLAIN, 128, &arena,
	       &text, &err) && text.len == 128,
	    "as many bytes as there may be");
	ok(!template_fill(&template, &source, TEMPLATE_PLAIN, 127, &arena,
	       &text, &err),
	    "one too many");
	is_str(str_from(err.text), "longer than 127 bytes", "... and why");
	memcpy(many + 9 * TEMPLATE_PARTS_MOST, "x", 2);
	ok(!template_parse(&arena, str_from(many), &template, &err) &&
		err.at == 9 * TEMPLATE_PARTS_MOST,
	    "one part too many");
	ok(!template_parse(&arena,
	       (struct str){many, 9 * TEMPLATE_PARTS_MOST - 1}, &template,
	       &err),
	    "the last one is not closed");
}

static void
test_kinds(void)
{
	static const struct {
		const char *text;
		bool one, whole;
	} rows[] = {
	    {"x", false, false}, {"$", false, false}, {"{}", false, false},
	    {"${task.n}", true, true}, {"${task.n} ", true, false},
	    {"$${task.n}", true, false}, {"${task.n:-5}", true, true},
	    {"${task.n}${task.n}", true, false},
	};
	struct template template;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct str text = str_from(rows[i].text);
		is_int(template_is_one(text), rows[i].one,
		    "a template or not: %s", rows[i].text);
		ok(template_parse(&arena, text, &template, &err) &&
			template_is_whole(&template) == rows[i].whole,
		    "... of one place alone or not");
	}
}

int
main(void)
{
	struct err err;

	arena_init(&arena, (size_t)16 << 20);
	pack = expr_pack_make(STR(ATTRIBUTES), 100, &err);
	test_filled();
	test_refused();
	test_limits();
	test_kinds();
	expr_pack_free(pack);
	arena_release(&arena);
	return tap_done();
}
