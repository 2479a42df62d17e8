/* SPDX-License-Identifier: MIT
 *
 * Signatures: "TOKEN\nURL\nSIGNATURE\nFORM". What is signed is found as it is;
 * with any bit of the signature flipped it is not; a found spelling verifies.
 */
#include "base/compat.h"

#include <stdlib.h>

#include "twilio/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
require(bool held)
{
	if (!held)
		abort();
}

static void
check_made(struct signature_check *check, struct arena *arena)
{
	struct str url = check->urls[0];
	char made[SIGNATURE_LENGTH + 1];

	signature_make(check->auth_tokens[0], url, check->form, made);
	check->signature = str_from(made);
	require(check->signature.len == SIGNATURE_LENGTH);
	if (check->auth_tokens[0].len == 0) {
		require(signature_find(check, arena, NULL).at == NULL);
		return;
	}
	require(str_equal(signature_find(check, arena, NULL), url));
	size_t bit = url.len * 31 % ((size_t)SIGNATURE_LENGTH * 8);
	made[bit / 8] ^= (char)(1 << bit % 8);
	require(signature_find(check, arena, NULL).at == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena;
	struct str rest = {(const char *)data, size};
	struct str token = str_cut(&rest, '\n');
	struct str url = str_cut(&rest, '\n');
	struct str signature = str_cut(&rest, '\n');
	struct str tried;
	struct form form;
	struct err err;
	struct signature_check check = {.signature = signature, .urls = &url,
	    .url_count = 1, .auth_tokens = &token, .auth_token_count = 1};

	if (size > 65536 || url.at == NULL)
		return 0;
	arena_init(&arena, (size_t)4 << 20);
	if (rest.at != NULL && form_decode(&arena, rest, &form, &err))
		check.form = &form;
	struct str found = signature_find(&check, &arena, &tried);
	require(found.at == NULL || tried.at == NULL);
	check_made(&check, &arena);
	check.form = NULL;
	check.body = rest;
	(void)signature_find(&check, &arena, NULL);
	require(secret_equal(token, token) == (token.at != NULL));
	arena_release(&arena);
	return 0;
}
