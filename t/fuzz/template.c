/* SPDX-License-Identifier: MIT
 *
 * Templates: the first line is one, the rest are attributes that it is filled
 * from. What is refused is refused within the text; what is filled stays
 * within its limit, and in a URL nothing comes out of its place.
 */
#include "base/compat.h"

#include <string.h>

#include "fuzz.h"
#include "rules/template.h"

#define MOST ((size_t)4096)

static struct expr_value
find(void *context, const struct expr_reference *reference)
{
	MUST(reference->root <= EXPR_ROOT_OTHER && reference->count > 0);
	if (context == NULL)
		return (struct expr_value){.type = EXPR_NULL};
	return expr_value_follow(
	    expr_pack_root(context), reference->steps, reference->count);
}

static bool
is_unreserved(char c)
{
	return ascii_is_alpha((unsigned char)c) ||
	    ascii_is_digit((unsigned char)c) || str_has_byte(STR("-._~%"), c);
}

/* Takes the literal texts off; what is left came from places. */
static void
check_url(const struct template *template, struct str text)
{
	const struct template_part *last = NULL;

	for (size_t i = 0; i < template->count; i++) {
		const struct template_part *part = &template->parts[i];
		if (part->literal.at == NULL) {
			last = part;
			continue;
		}
		size_t at = 0;
		while (last != NULL && at < text.len &&
		    is_unreserved(text.at[at]) &&
		    !str_has_prefix(
			str_slice(text, at, text.len), part->literal))
			at++;
		text = str_slice(text, at, text.len);
		MUST(str_has_prefix(text, part->literal));
		text = str_slice(text, part->literal.len, text.len);
		last = NULL;
	}
}

static void
check_filled(const struct template *template, struct expr_pack *pack,
    const char *sample)
{
	struct template_source source = {find, pack, sample};
	struct str plain, url, sip;
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)4 << 20);
	bool filled = template_fill(template, &source, TEMPLATE_PLAIN, MOST,
	    &arena, &plain, &err);
	MUST(filled || err.text[0] != '\0');
	MUST(!filled || plain.len <= MOST);
	bool in_url = template_fill(template, &source, TEMPLATE_IN_URL, MOST,
	    &arena, &url, &err);
	bool in_sip = template_fill(template, &source, TEMPLATE_IN_SIP, MOST,
	    &arena, &sip, &err);
	MUST(!in_url || (filled && url.len >= plain.len));
	MUST(!in_url || (in_sip && sip.len <= url.len));
	if (in_url)
		check_url(template, url);
	arena_release(&arena);
}

static void
check_template(struct str text, struct expr_pack *pack)
{
	struct template template;
	struct arena arena;
	struct err err;

	arena_init(&arena, (size_t)16 << 20);
	if (template_parse(&arena, text, &template, &err)) {
		MUST(template.count <= TEMPLATE_PARTS_MOST);
		MUST(template_is_one(text) || template.count <= 1);
		MUST(!template_is_whole(&template) || template.count == 1);
		MUST(template_is_one(text) || text.len == 0 ||
		    str_equal(template.parts[0].literal, text));
		check_filled(&template, pack, NULL);
		check_filled(&template, pack, "0");
		check_filled(&template, NULL, NULL);
	} else {
		MUST(err.at <= text.len && err.text[0] != '\0');
	}
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str rest = {(const char *)data, size};
	struct str text = str_cut(&rest, '\n');
	struct err err;

	if (text.len > 65536)
		return 0;
	struct expr_pack *pack =
	    rest.at == NULL ? NULL : expr_pack_make(rest, 1000, &err);
	check_template(text, pack);
	expr_pack_free(pack);
	return 0;
}
