/* SPDX-License-Identifier: MIT
 *
 * The header Idempotency-Key, and digests of texts.
 */
#include "base/compat.h"

#include <string.h>

#include "codec/digest.h"
#include "http/idempotency_key.h"
#include "tap.h"

static struct arena arena;

static const struct {
	const char *value;
	const char *key; /* NULL: refused */
} rows[] = {
	{"8e03978e-40d5-43dd-bc93-6894a57f9324",
	    "8e03978e-40d5-43dd-bc93-6894a57f9324"},
	{"\"8e03978e-40d5-43dd-bc93-6894a57f9324\"",
	    "8e03978e-40d5-43dd-bc93-6894a57f9324"},
	{"x", "x"},
	{" x ", "x"},
	{" \"x\"\t", "x"},
	{"\" x \"", " x "},
	{"\"a b\"", "a b"},
	{"\"\\\"\"", "\""},
	{"\"\\\\\"", "\\"},
	{"\"a\\\\\\\"b\"", "a\\\"b"},
	{"!~", "!~"},
	{"a\"b", "a\"b"},
	{"a\\b", "a\\b"},
	{"", NULL},
	{" ", NULL},
	{"\"\"", NULL},
	{"\"", NULL},
	{"\"a", NULL},
	{"\"a\\", NULL},
	{"\"a\\\"", NULL},
	{"\"a\\n\"", NULL},
	{"\"a\"b", NULL},
	{"\"a\" b", NULL},
	{"\"a\";p=1", NULL},
	{"a b", NULL},
	{"a\tb", NULL},
	{"\"a\tb\"", NULL},
	{"a\x01", NULL},
	{"a\x7f", NULL},
	{"\"a\x7f\"", NULL},
	{"\xc3\xa4", NULL},
	{"\"\xc3\xa4\"", NULL},
};

static void
test_rows(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		struct err err;
		struct str key = idempotency_key_read(
		    &arena, str_from(rows[i].value), &err);
		if (rows[i].key != NULL)
			is_str(key, rows[i].key, "<%s>", rows[i].value);
		else
			ok(key.at == NULL &&
				str_contains(str_from(err.text), "255"),
			    "<%s> is refused", rows[i].value);
	}
}

static void
test_length(void)
{
	static const struct {
		size_t length;
		bool taken;
	} lengths[] = {{1, true}, {255, true}, {256, false}, {4000, false}};
	static char text[4002];
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		size_t length = lengths[i].length;
		memset(text, 'x', sizeof text);
		text[0] = text[length + 1] = '"';
		struct str bare = {text + 1, length}, quoted = {text, length + 2};
		ok((idempotency_key_read(&arena, bare, &err).len == length) ==
			lengths[i].taken, "%zu characters, bare", length);
		ok((idempotency_key_read(&arena, quoted, &err).len == length) ==
			lengths[i].taken, "%zu characters, quoted", length);
	}
}

static void
test_digests(void)
{
	/* SHA-256 of eight zero bytes, and of the length 3 and "abc". */
	static const struct {
		struct str texts[2];
		size_t count;
		const char *digest;
	} known[] = {
		{{{"", 0}, {NULL, 0}}, 1, "af5570f5a1810b7af78caf4bc70a660f0df51"
					  "e42baf91d4de5b2328de0e83dfc"},
		{{{NULL, 0}, {NULL, 0}}, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae"
					    "41e4649b934ca495991b7852b855"},
	};
	static const struct str cuts[][2] = {
		{{"ab", 2}, {"c", 1}}, {{"a", 1}, {"bc", 2}},
		{{"abc", 3}, {"", 0}}, {{"abc", 3}, {NULL, 0}},
		{{"", 0}, {"abc", 3}}, {{NULL, 0}, {"abc", 3}},
	};
	char digests[ARRAY_LENGTH(cuts)][DIGEST_LENGTH + 1];

	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		digest_texts(known[i].texts, known[i].count, digests[0]);
		is_str(str_from(digests[0]), known[i].digest, "digest %zu", i);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(cuts); i++) {
		digest_texts(cuts[i], 2, digests[i]);
		for (size_t j = 0; j < i; j++)
			ok(strcmp(digests[i], digests[j]) != 0,
			    "cut %zu is not cut %zu", i, j);
	}
}

int
main(void)
{
	arena_init(&arena, (size_t)1 << 20);
	test_rows();
	test_length();
	test_digests();
	arena_release(&arena);
	return tap_done();
}
