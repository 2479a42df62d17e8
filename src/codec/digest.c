/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/digest.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>

_Static_assert(DIGEST_LENGTH == BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE),
    "two digits for each byte");

/* Lengths stand before the texts, so that where one ends cannot be moved. */
static void
add_length(struct sha256_ctx *sha, struct str text)
{
	uint64_t length = text.at == NULL ? UINT64_MAX : text.len;
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(length >> 8 * i);
	sha256_update(sha, sizeof bytes, bytes);
}

void
digest_texts(
    const struct str *texts, size_t count, char digest[DIGEST_LENGTH + 1])
{
	uint8_t bytes[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	for (size_t i = 0; i < count; i++) {
		add_length(&sha, texts[i]);
		if (texts[i].len > 0)
			sha256_update(&sha, texts[i].len,
			    (const uint8_t *)texts[i].at);
	}
	sha256_digest(&sha, sizeof bytes, bytes);
	base16_encode_update(digest, sizeof bytes, bytes);
	digest[DIGEST_LENGTH] = '\0';
}
