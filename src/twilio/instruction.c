/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/instruction.h"

#include <stdarg.h>
#include <string.h>

#include "base/err.h"
#include "config/config.h"
#include "twilio/domain.h"

#define SIP_SECONDS 600 /* how long Twilio rings a SIP address */

/* Twilio's numbers for an answer that is no instruction at all. */
#define ERROR_NOT_JSON 40001
#define ERROR_NO_INSTRUCTION 40005
#define ERROR_UNKNOWN_INSTRUCTION 55555

enum kind {
#define INSTRUCTION(name, ...) KIND_##name,
#include "twilio/instructions.h"
	KINDS
};

_Static_assert(KINDS == INSTRUCTION_KINDS, "the header counts the rows");

const char *const instruction_names[INSTRUCTION_KINDS] = {
#define INSTRUCTION(name, ...) #name,
#include "twilio/instructions.h"
};

static const char *const kind_texts[] = {
#define INSTRUCTION(name, not_pending, failed, text) text,
#include "twilio/instructions.h"
};

static const struct instruction_errors kind_errors[] = {
#define INSTRUCTION(name, not_pending, failed, text) {not_pending, failed},
#include "twilio/instructions.h"
};

#define ACCEPT "{\"instruction\":\"accept\"}"
const struct instruction instruction_accept = {
    "accept", {ACCEPT, sizeof ACCEPT - 1}};

enum necessity { OPTIONAL, REQUIRED };

static const struct parameter {
	enum kind kind;
	const char *name;
	const struct domain *domain;
	enum necessity necessity;
	unsigned error; /* Twilio's, when it is wrong or missing; 0: none known */
	const char *text;
} parameters[] = {
#define PARAMETER(instruction, name, rest, domain, necessity, error, text) \
	{KIND_##instruction, #name, &domain_##domain, necessity, error, text},
#include "twilio/instructions.h"
};

static const struct caution {
	enum kind kind;
	const char *name;
	enum condition { GIVEN, MISSING } condition;
	unsigned error;
	const char *text;
} cautions[] = {
#define CAUTION(instruction, parameter, condition, error, text) \
	{KIND_##instruction, #parameter, condition, error, text},
#include "twilio/instructions.h"
};

static const struct {
	enum kind kind;
	const char *name, *text;
} remarks[] = {
#define REMARK(instruction, parameter, text) \
	{KIND_##instruction, #parameter, text},
#include "twilio/instructions.h"
};

static const struct {
	enum kind kind;
	const char *name;
} refused[] = {
#define REFUSED(instruction, parameter) {KIND_##instruction, #parameter},
#include "twilio/instructions.h"
};

/* Words that somebody may well try as an instruction. */
static const struct {
	const char *word, *text;
} no_instructions[] = {
	{"defer", "to decide later, write {}"},
	{"supervise", "this is an instruction of the REST API, which an "
		      "assignment callback cannot be answered with"},
};

/* One instruction_check. */
struct reading {
	struct json_object *value;
	struct arena *arena;
	instruction_take_fault *take;
	void *to;
	enum kind kind;
	bool failed;
};

enum severity { MISTAKE, WARNING, UNKNOWN };

static void say(struct reading *reading, enum severity severity,
    struct str key, unsigned error, const char *format, ...)
    PRINTF_LIKE(5, 6);

static void
say(struct reading *reading, enum severity severity, struct str key,
    unsigned error, const char *format, ...)
{
	char message[sizeof((struct err *)NULL)->text];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	reading->failed = reading->failed || severity != WARNING;
	reading->take(reading->to,
	    &(struct instruction_fault){.is_warning = severity == WARNING,
		.is_unknown = severity == UNKNOWN, .error = error, .key = key,
		.message = message});
}

static void
check_value(struct reading *reading, const struct parameter *parameter,
    struct json_object *value)
{
	const struct domain *domain = parameter->domain;
	const char *got = json_type_name(json_type(value));
	struct str key = str_from(parameter->name);
	char text[DOMAIN_TEXT_SIZE];
	const char *expected = domain_describe(domain, text);

	switch (domain_check(domain, value)) {
	case DOMAIN_HOLDS:
		break;
	case DOMAIN_BROKEN:
		say(reading, MISTAKE, key, parameter->error, "expected %s",
		    expected);
		break;
	case DOMAIN_NEEDS_QUOTES:
		say(reading, MISTAKE, key, parameter->error,
		    "expected a string in double quotes (%s), not %s%s",
		    expected, got, domain_unquoted(domain));
		break;
	case DOMAIN_OTHER_TYPE:
		say(reading, MISTAKE, key, parameter->error,
		    "expected %s, not %s%s", expected, got,
		    json_type(value) == JSON_STRING ? ": leave the quotes out"
						    : "");
		break;
	}
}

static const struct parameter *
find_parameter(enum kind kind, struct str name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++)
		if (parameters[i].kind == kind &&
		    str_is(name, parameters[i].name))
			return &parameters[i];
	return NULL;
}

static const char *
nearest_parameter(enum kind kind, struct str name)
{
	const char *known[ARRAY_LENGTH(parameters) + 1];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++)
		if (parameters[i].kind == kind)
			known[count++] = parameters[i].name;
	known[count] = NULL;
	return config_nearest(name, known);
}

static void
refuse_parameter(struct reading *reading, struct str name)
{
	enum kind kind = reading->kind;

	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++)
		if (refused[i].kind == kind && str_is(name, refused[i].name)) {
			say(reading, UNKNOWN, name, 0,
			    "the instruction %s does not take this parameter "
			    "of the Conference Participants API",
			    instruction_names[kind]);
			return;
		}
	const char *nearest = nearest_parameter(kind, name);
	say(reading, UNKNOWN, name, 0,
	    "the instruction %s has no such parameter%s%s%s",
	    instruction_names[kind], nearest == NULL ? "" : "; did you mean \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

static void
check_members(struct reading *reading)
{
	struct json_member member = {0};

	while (json_next(reading->value, &member)) {
		const struct parameter *parameter =
		    find_parameter(reading->kind, member.key);
		if (parameter != NULL)
			check_value(reading, parameter, member.value);
		else if (!str_is(member.key, "instruction"))
			refuse_parameter(reading, member.key);
	}
}

/* Also when it is null. */
static bool
has_member(struct json_object *value, const char *name)
{
	struct json_member member = {0};

	while (json_next(value, &member))
		if (str_is(member.key, name))
			return true;
	return false;
}

static void
check_missing(struct reading *reading)
{
	char text[DOMAIN_TEXT_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
		const struct parameter *p = &parameters[i];
		if (p->kind == reading->kind && p->necessity == REQUIRED &&
		    !has_member(reading->value, p->name))
			say(reading, MISTAKE, str_from(p->name), p->error,
			    "missing; the instruction %s needs %s",
			    instruction_names[p->kind],
			    domain_describe(p->domain, text));
	}
}

static void
check_cautions(struct reading *reading)
{
	struct json_object *value = reading->value;

	for (size_t i = 0; i < ARRAY_LENGTH(cautions); i++) {
		const struct caution *c = &cautions[i];
		enum condition condition =
		    has_member(value, c->name) ? GIVEN : MISSING;
		if (c->kind == reading->kind && c->condition == condition)
			say(reading, WARNING, str_from(c->name), c->error, "%s",
			    c->text);
	}
	if (reading->kind == KIND_dequeue &&
	    str_has_prefix(json_get_text(value, "to"), STR("sip:")) &&
	    json_integer(json_get(value, "timeout")) > SIP_SECONDS)
		say(reading, WARNING, STR("timeout"), 0,
		    "a SIP address rings at most %d seconds", SIP_SECONDS);
}

static void
refuse_instruction(struct reading *reading, struct str word)
{
	const char *known[INSTRUCTION_KINDS + 1] = {NULL};
	struct str shown = json_quote(reading->arena, str_slice(word, 0, 40));
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(no_instructions); i++)
		if (str_is(word, no_instructions[i].word)) {
			say(reading, MISTAKE, STR("instruction"),
			    ERROR_UNKNOWN_INSTRUCTION, "%s",
			    no_instructions[i].text);
			return;
		}
	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		if (i != KIND_defer)
			known[count++] = instruction_names[i];
	const char *nearest = config_nearest(word, known);
	say(reading, MISTAKE, STR("instruction"), ERROR_UNKNOWN_INSTRUCTION,
	    "%.*s is no instruction; %s%s%s", STR_ARGS(shown),
	    nearest == NULL ? "expected accept, reject, dequeue, call, "
			      "redirect or conference"
			    : "did you mean \"",
	    nearest == NULL ? "" : nearest, nearest == NULL ? "" : "\"?");
}

/* Finds which instruction it is. */
static bool
read_kind(struct reading *reading)
{
	struct json_object *value = reading->value;
	struct str word = json_get_text(value, "instruction");
	enum json_type type = json_type(value);

	if (type != JSON_OBJECT) {
		say(reading, MISTAKE, STR(""),
		    type == JSON_STRING ? ERROR_NOT_JSON
					: ERROR_NO_INSTRUCTION,
		    "expected an object such as " ACCEPT
		    ", or {} to decide later, not %s",
		    json_type_name(type));
	} else if (!has_member(value, "instruction")) {
		say(reading, MISTAKE, STR("instruction"), ERROR_NO_INSTRUCTION,
		    "missing; only {} may be without it, to decide later");
	} else if (word.at == NULL) {
		type = json_type(json_get(value, "instruction"));
		say(reading, MISTAKE, STR("instruction"),
		    ERROR_UNKNOWN_INSTRUCTION,
		    "expected a string in double quotes, not %s",
		    json_type_name(type));
	} else {
		for (int i = 0; i < INSTRUCTION_KINDS; i++)
			if (i != KIND_defer &&
			    str_is(word, instruction_names[i])) {
				reading->kind = (enum kind)i;
				return true;
			}
		refuse_instruction(reading, word);
	}
	return false;
}

static struct str
write_json(struct reading *reading)
{
	struct arena *arena = reading->arena;
	struct str out = arena_format(arena, "{\"instruction\":\"%s\"",
	    instruction_names[reading->kind]);

	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
		const struct parameter *p = &parameters[i];
		if (p->kind != reading->kind ||
		    !has_member(reading->value, p->name))
			continue;
		struct str value = json_write(
		    arena, json_get(reading->value, p->name));
		out = arena_format(arena, "%.*s,\"%s\":%.*s", STR_ARGS(out),
		    p->name, STR_ARGS(value));
	}
	return arena_format(arena, "%.*s}", STR_ARGS(out));
}

bool
instruction_is_deferral(struct json_object *value)
{
	struct json_member member = {0};

	return json_type(value) == JSON_OBJECT && !json_next(value, &member);
}

bool
instruction_check(struct json_object *value, struct arena *arena,
    struct instruction *instruction, instruction_take_fault *take, void *to)
{
	struct reading reading = {
	    .value = value, .arena = arena, .take = take, .to = to};

	if (instruction_is_deferral(value)) {
		*instruction = (struct instruction){
		    instruction_names[KIND_defer], STR("{}")};
		return true;
	}
	if (!read_kind(&reading))
		return false;
	check_members(&reading);
	check_missing(&reading);
	check_cautions(&reading);
	if (reading.failed)
		return false;
	*instruction = (struct instruction){
	    instruction_names[reading.kind], write_json(&reading)};
	if (arena->overflow)
		say(&reading, MISTAKE, STR(""), 0, "too large");
	return !reading.failed;
}

/* Where instruction_read reports to. */
struct reader {
	instruction_report *report;
	void *to;
};

static void
report_fault(void *to, const struct instruction_fault *fault)
{
	const struct reader *reader = to;
	char text[sizeof((struct err *)NULL)->text];

	if (fault->error == 0)
		(void)snprintf(text, sizeof text, "%s", fault->message);
	else
		(void)snprintf(text, sizeof text, "%s (Twilio error %u)",
		    fault->message, fault->error);
	reader->report(reader->to, fault->is_warning, fault->key, text);
}

bool
instruction_read(struct json_object *value, struct arena *arena,
    struct instruction *instruction, instruction_report *report, void *to)
{
	struct reader reader = {report, to};

	return instruction_check(
	    value, arena, instruction, report_fault, &reader);
}

struct instruction_errors
instruction_errors(const char *name)
{
	for (size_t i = 0; i < INSTRUCTION_KINDS; i++)
		if (strcmp(instruction_names[i], name) == 0)
			return kind_errors[i];
	return (struct instruction_errors){0, 0};
}

const struct domain *
instruction_domain(struct str instruction, struct str parameter)
{
	for (int kind = 0; kind < INSTRUCTION_KINDS; kind++) {
		const struct parameter *found =
		    find_parameter((enum kind)kind, parameter);
		if (str_is(instruction, instruction_names[kind]) &&
		    found != NULL)
			return found->domain;
	}
	return NULL;
}

static void
write_sentence(FILE *out, const char *text)
{
	char first = text[0];

	if (first >= 'a' && first <= 'z')
		first = (char)(first - 'a' + 'A');
	fprintf(out, "%c%s.\n", first, text + 1);
}

static void
write_parameter(FILE *out, const struct parameter *parameter)
{
	char text[DOMAIN_TEXT_SIZE];

	fprintf(out, ".It Cm %s\n", parameter->name);
	fprintf(out, "%s\n", parameter->text);
	write_sentence(out, domain_describe(parameter->domain, text));
	if (parameter->necessity == REQUIRED)
		fputs("Required.\n", out);
	for (size_t i = 0; i < ARRAY_LENGTH(cautions); i++)
		if (cautions[i].kind == parameter->kind &&
		    strcmp(cautions[i].name, parameter->name) == 0)
			write_sentence(out, cautions[i].text);
	for (size_t i = 0; i < ARRAY_LENGTH(remarks); i++)
		if (remarks[i].kind == parameter->kind &&
		    strcmp(remarks[i].name, parameter->name) == 0)
			write_sentence(out, remarks[i].text);
	if (parameter->error != 0)
		fprintf(out, "Twilio error %u.\n", parameter->error);
}

void
instruction_write_manual(FILE *out)
{
	fputs(".Bl -tag -width Ds\n", out);
	for (int kind = 0; kind < INSTRUCTION_KINDS; kind++) {
		bool open = false;

		fprintf(out, ".It %s%s\n%s\n",
		    kind == KIND_defer ? "Brq" : "Cm ",
		    kind == KIND_defer ? "" : instruction_names[kind],
		    kind_texts[kind]);
		for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
			if ((int)parameters[i].kind != kind)
				continue;
			if (!open)
				fputs(".Bl -tag -width Ds -compact\n", out);
			open = true;
			write_parameter(out, &parameters[i]);
		}
		if (open)
			fputs(".El\n", out);
	}
	fputs(".El\n", out);
}
