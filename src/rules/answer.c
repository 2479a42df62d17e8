/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "rules/answer.h"

#include <stdio.h>
#include <string.h>

#include "twilio/domain.h"

/* JSON values of an answer: each parameter is one. */
#define ANSWER_VALUES ((size_t)256)

static const struct json_limits limits = {.values = ANSWER_VALUES};

/* The member of the answer that is a template; NULL if there is none of that
 * name. */
static struct mold *
find_template(const struct mold *mold, struct str name, size_t *index)
{
	*index = 0;
	for (struct mold *m = mold->member; m != NULL; m = m->next) {
		if (m->kind == MOLD_TEMPLATE && m->key.len == name.len + 2 &&
		    memcmp(m->key.at + 1, name.at, name.len) == 0)
			return m;
		(*index)++;
	}
	return NULL;
}

/* ---- reading */

struct checking {
	struct reader *reader;
	const struct mold *mold;
	struct json_object *probe; /* the answer as it was filled; NULL: as it
				    * is written is what is checked */
	const char *before; /* the message */
};

static void
say_fault(struct reader *reader, const struct instruction_fault *fault,
    const char *before)
{
	enum reader_severity severity =
	    fault->is_warning ? READER_WARNING : READER_ERROR;
	struct str key = reader_key(reader, STR("answer"), fault->key);

	if (fault->key.len == 0)
		key = STR("answer");
	if (fault->error == 0)
		reader_say(reader, severity, key, STR_NONE, "%s%s", before,
		    fault->message);
	else
		reader_say(reader, severity, key, STR_NONE,
		    "%s%s (Twilio error %u)", before, fault->message,
		    fault->error);
}

/* A template is no value yet: only what is wrong with its parameter's name,
 * and with its defaults, can be said. */
static void
take_fault(void *to, const struct instruction_fault *fault)
{
	const struct checking *checking = to;
	size_t index;
	bool is_template =
	    find_template(checking->mold, fault->key, &index) != NULL;

	if (checking->probe == NULL) {
		if (!is_template || fault->is_unknown || fault->is_warning)
			say_fault(checking->reader, fault, "");
		return;
	}
	char name[80];
	(void)snprintf(name, sizeof name, "%.*s", STR_ARGS(fault->key));
	if (is_template && !fault->is_warning && !fault->is_unknown &&
	    json_get(checking->probe, name) != NULL)
		say_fault(checking->reader, fault, checking->before);
}

static bool
has_prefix_literal(const struct mold *mold, struct str prefix)
{
	struct str literal = mold->template.count == 0
	    ? STR_NONE
	    : mold->template.parts[0].literal;

	return str_has_prefix(literal, prefix);
}

/* How the parameter is written. */
static void
suit_domain(struct reader *reader, struct mold *mold,
    const struct domain *domain)
{
	char text[DOMAIN_TEXT_SIZE];

	mold->fill = MOLD_STRING;
	if (domain == &domain_url || domain == &domain_wait_url)
		mold->encoding = TEMPLATE_IN_URL;
	else if (has_prefix_literal(mold, STR("sip:")))
		mold->encoding = TEMPLATE_IN_SIP;
	if (domain_type(domain) == JSON_STRING)
		return;
	mold->fill = MOLD_BARE;
	if (!template_is_whole(&mold->template))
		reader_say(reader, READER_ERROR, mold->path, STR_NONE,
		    "expected %s, or one ${...} and nothing else",
		    domain_describe(domain, text));
}

static void
suit_domains(struct reader *reader, struct answer *answer)
{
	struct str name = str_from(answer->instruction.name);

	for (struct mold *m = answer->mold->member; m != NULL; m = m->next) {
		struct str parameter = str_slice(m->key, 1, m->key.len - 1);
		const struct domain *domain =
		    instruction_domain(name, parameter);
		if (m->kind == MOLD_TEMPLATE && domain != NULL)
			suit_domain(reader, m, domain);
	}
}

static struct expr_value
find_nothing(void *context, const struct expr_reference *reference)
{
	(void)context;
	(void)reference;
	return (struct expr_value){.type = EXPR_NULL};
}

static bool
has_all_defaults(const struct template *template)
{
	for (size_t i = 0; i < template->count; i++)
		if (template->parts[i].literal.at == NULL &&
		    template->parts[i].fallback.at == NULL)
			return false;
	return true;
}

/* Whether enough is written out to judge by any value: the beginning of a URL
 * or of a SIP address. */
static bool
has_beginning(const struct mold *mold)
{
	return mold->encoding != TEMPLATE_PLAIN &&
	    !has_all_defaults(&mold->template) &&
	    str_contains(mold->template.parts[0].literal, ":");
}

/* The members that a probe leaves out. */
static uint64_t
choose_skipped(const struct mold *mold, bool samples)
{
	uint64_t skip = 0, bit = 1;

	for (const struct mold *m = mold->member; m != NULL;
	     m = m->next, bit <<= 1)
		if (m->kind == MOLD_TEMPLATE &&
		    !(samples ? has_beginning(m)
			      : has_all_defaults(&m->template)))
			skip |= bit;
	return skip;
}

/* Checks the answer as it would be without any value. */
static void
probe(struct reader *reader, const struct answer *answer, bool samples)
{
	struct checking checking = {reader, answer->mold, NULL,
	    samples ? "whatever is filled in: " : "by its default: "};
	struct mold_run run = {
		.source = {find_nothing, NULL, samples ? "0" : NULL},
		.arena = reader->arena,
		.skip = choose_skipped(answer->mold, samples),
	};
	struct str json = mold_fill(answer->mold, &run);
	struct instruction unused;
	struct err err;

	/* What it is worth as a whole does not matter: take_fault picks. */
	if (json.at != NULL && json_parse(reader->arena, json, limits,
		&checking.probe, &err) &&
	    instruction_check(checking.probe, reader->arena, &unused,
		take_fault, &checking))
		return;
}

static const char *
name_of(struct json_object *value)
{
	struct str word = json_get_text(value, "instruction");

	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		if (str_is(word, instruction_names[i]))
			return instruction_names[i];
	return NULL;
}

/* Its name is known, and a template among its parameters. */
static void
read_dynamic(struct reader *reader, struct json_object *value,
    struct answer *answer)
{
	struct checking checking = {reader, answer->mold, NULL, ""};
	struct instruction unused;

	suit_domains(reader, answer);
	if (!instruction_check(
		value, reader->arena, &unused, take_fault, &checking) &&
	    reader->failed)
		return;
	probe(reader, answer, false);
	probe(reader, answer, true);
}

static void
report_fixed(void *to, const struct instruction_fault *fault)
{
	say_fault(to, fault, "");
}

void
answer_read(struct reader *reader, struct json_object *value,
    struct answer *answer)
{
	const char *name = name_of(value);

	*answer = (struct answer){.instruction.name = name};
	if (name != NULL)
		answer->mold = mold_read(reader, STR("answer"), value);
	if (name != NULL && answer->mold == NULL)
		return;
	if (name != NULL && mold_is_dynamic(answer->mold)) {
		read_dynamic(reader, value, answer);
		return;
	}
	answer->mold = NULL;
	if (!instruction_check(value, reader->arena, &answer->instruction,
		report_fixed, reader))
		reader->failed = true;
}

/* https://www.twilio.com/docs/api/errors/40140 and .../40142 */
static const struct answer_need needs[] = {
	{"conference", {"call_sid", "outbound_to"}, 40142},
	{"dequeue", {"call_sid", NULL}, 40140},
};

const struct answer_need *
answer_find_need(const char *instruction)
{
	for (size_t i = 0; i < ARRAY_LENGTH(needs); i++)
		if (strcmp(instruction, needs[i].instruction) == 0)
			return &needs[i];
	return NULL;
}

/* ---- answering */

struct filling {
	struct facts *facts;
	const struct mold *mold;
	struct json_object *value; /* what is checked */
	uint64_t refused; /* a bit for each member that Twilio would refuse */
};

static void
note_refused(void *to, const struct instruction_fault *fault)
{
	struct filling *filling = to;
	char name[80];
	size_t index;

	(void)snprintf(name, sizeof name, "%.*s", STR_ARGS(fault->key));
	/* Of what is missing it was told why. */
	if (fault->is_warning || json_get(filling->value, name) == NULL ||
	    find_template(filling->mold, fault->key, &index) == NULL)
		return;
	filling->refused |= index < 64 ? (uint64_t)1 << index : 0;
	facts_note(filling->facts, true, "answer.%.*s: %s",
	    STR_ARGS(fault->key), fault->message);
}

/* One attempt, in the scratch memory. */
static bool
fill_once(struct filling *filling, struct mold_run *run,
    struct instruction *instruction)
{
	struct arena *scratch = &filling->facts->scratch;
	struct err err;

	run->skip = filling->refused;
	struct str json = mold_fill(filling->mold, run);
	return json.at != NULL &&
	    json_parse(scratch, json, limits, &filling->value, &err) &&
	    instruction_check(filling->value, scratch, instruction,
		note_refused, filling);
}

/* A second time without what Twilio would refuse of the first. */
bool
answer_fill(const struct answer *answer, struct facts *facts,
    struct instruction *instruction)
{
	struct filling filling = {facts, answer->mold, NULL, 0};
	struct mold_run run = mold_run_for(facts);

	*instruction = answer->instruction;
	if (answer->mold == NULL)
		return true;
	if (!fill_once(&filling, &run, instruction)) {
		run.left_out = NULL;
		if (filling.refused == 0 ||
		    !fill_once(&filling, &run, instruction))
			return false;
	}
	instruction->json = arena_str(facts->arena, instruction->json);
	return true;
}
