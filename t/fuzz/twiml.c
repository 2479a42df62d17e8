/* SPDX-License-Identifier: MIT
 *
 * TwiML: what is read keeps within its limits, what is refused says why. The
 * first line is a URL in a document, the rest the document.
 */
#include "base/compat.h"

#include "fuzz.h"
#include "taskrouterd/twiml.h"
#include "taskrouterd/url_reference.h"

/* How many there are. */
static size_t
check_verbs(const struct twiml_verb *verb, size_t depth)
{
	size_t count = 0;

	MUST(verb == NULL || depth <= TWIML_DEPTH);
	for (; verb != NULL; verb = verb->next) {
		MUST(verb->name.len > 0);
		MUST(verb->attribute_count == 0 || verb->attributes != NULL);
		for (size_t i = 0; i < verb->attribute_count; i++)
			MUST(twiml_attribute(
			    verb, verb->attributes[i].name.at).at != NULL);
		MUST(verb->text.len <= TWIML_LENGTH);
		count += 1 + check_verbs(verb->children, depth + 1);
	}
	return count;
}

static void
check_reference(struct arena *arena, struct str reference)
{
	struct str url =
	    url_reference(arena, STR("http://h:1/a/b?c"), reference);

	MUST(url.at == NULL || str_has_prefix(url, STR("http:")) ||
	    str_has_prefix(url, STR("https:")));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct str reference = str_cut(&text, '\n');
	struct twiml twiml;
	struct err err = {0, ""};
	struct arena arena;

	arena_init(&arena, TWIML_MEMORY);
	check_reference(&arena, reference);
	if (twiml_read(text, &arena, &twiml, &err)) {
		MUST(check_verbs(twiml.verbs, 2) < TWIML_VERBS);
		for (size_t i = 0; i < twiml.warning_count; i++)
			MUST(twiml.warnings[i].len > 0);
	} else {
		MUST(err.text[0] != '\0');
		MUST(err.at <= size);
	}
	arena_release(&arena);
	return 0;
}
