/* SPDX-License-Identifier: MIT
 *
 * Forms: what is taken can be encoded and read again and is the same.
 */
#include "base/compat.h"

#include <string.h>

#include "codec/base64.h"
#include "codec/form.h"
#include "fuzz.h"

static void
check_encoded(struct arena *arena, const struct form *form)
{
	struct form again;
	struct buf out;
	struct err err;

	buf_init(&out, (size_t)1 << 24);
	for (size_t i = 0; i < form->count; i++) {
		if (i > 0)
			buf_add_byte(&out, '&');
		form_encode(&out, form->fields[i].name);
		buf_add_byte(&out, '=');
		form_encode(&out, form->fields[i].value);
	}
	MUST(form_decode(arena, buf_str(&out), &again, &err));
	MUST(again.count == form->count);
	for (size_t i = 0; i < form->count; i++) {
		MUST(str_equal(again.fields[i].name, form->fields[i].name));
		MUST(str_equal(again.fields[i].value, form->fields[i].value));
	}
	buf_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = {(const char *)data, size};
	struct arena arena;
	struct form form;
	struct err err;

	arena_init(&arena, ((size_t)1 << 20) + 16 * size);
	if (form_decode(&arena, text, &form, &err)) {
		MUST(form.count <= FORM_FIELDS);
		check_encoded(&arena, &form);
	} else {
		MUST(err.at <= size);
	}
	struct str decoded = base64_decode(&arena, text);
	MUST(decoded.len <= size);
	arena_release(&arena);
	return 0;
}
