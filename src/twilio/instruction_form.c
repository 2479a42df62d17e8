/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/instruction.h"

#include "base/buf.h"
#include "twilio/domain.h"

/* Every parameter may be as long as a request's body. */
#define JSON_CEILING ((size_t)1 << 20)

static const struct parameter {
	const char *instruction, *name;
	struct str rest; /* its name in the REST API; empty: it has none */
	const struct domain *domain;
} parameters[] = {
#define PARAMETER(instruction, name, rest, domain, necessity, error, text) \
	{#instruction, #name, {rest, sizeof rest - 1}, &domain_##domain},
#include "twilio/instructions.h"
};

/* Booleans and whole numbers without quotes; all else is a string, which is
 * then refused where it should have been one of them. */
static void
add_value(struct buf *out, struct arena *arena, const struct domain *domain,
    struct str text)
{
	uint64_t number;

	if (domain_type(domain) == JSON_BOOLEAN &&
	    str_equal_nocase(text, STR("true")))
		buf_add_str(out, STR("true"));
	else if (domain_type(domain) == JSON_BOOLEAN &&
	    str_equal_nocase(text, STR("false")))
		buf_add_str(out, STR("false"));
	else if (domain_type(domain) == JSON_INTEGER &&
	    str_to_uint(text, INT64_MAX, &number))
		buf_add_number(out, number);
	else
		buf_add_str(out, json_quote(arena, text));
}

/* A parameter that came more than once, as the list that JSON has for it; else
 * the first counts. */
static struct str
join_values(const struct form *form, struct arena *arena,
    const struct parameter *parameter)
{
	char separator = domain_separator(parameter->domain);
	struct str value = STR_NONE;

	for (size_t i = 0; i < form->count; i++) {
		if (!str_equal(form->fields[i].name, parameter->rest))
			continue;
		if (value.at == NULL) {
			value = form->fields[i].value;
			continue;
		}
		if (separator == 0)
			break;
		struct str parts[] = {
			value, {&separator, 1}, form->fields[i].value};
		value = arena_join(arena, parts, ARRAY_LENGTH(parts));
	}
	return value;
}

static struct str
lower(struct arena *arena, struct str s)
{
	char *text = arena_alloc(arena, s.len + 1);

	if (text == NULL)
		return STR_NONE;
	for (size_t i = 0; i < s.len; i++)
		text[i] = ascii_lower(s.at[i]);
	return (struct str){text, s.len};
}

static void
add_parameters(struct buf *out, const struct form *form, struct arena *arena,
    struct str instruction)
{
	for (size_t i = 0; i < ARRAY_LENGTH(parameters); i++) {
		const struct parameter *p = &parameters[i];
		if (p->rest.len == 0 || !str_is(instruction, p->instruction))
			continue;
		struct str value = join_values(form, arena, p);
		if (value.at == NULL)
			continue;
		buf_format(out, ",\"%s\":", p->name);
		add_value(out, arena, p->domain, value);
	}
}

struct str
instruction_of_form(const struct form *form, struct arena *arena)
{
	struct str name = lower(arena, form_get(form, "Instruction"));
	struct buf out;

	buf_init(&out, JSON_CEILING);
	buf_add_str(&out, STR("{\"instruction\":"));
	buf_add_str(&out, json_quote(arena, name));
	add_parameters(&out, form, arena, name);
	buf_add_byte(&out, '}');
	struct str json = arena_str(arena, buf_str(&out));
	buf_release(&out);
	return arena->overflow ? STR_NONE : json;
}
