/* SPDX-License-Identifier: MIT
 *
 * X-Twilio-Signature: base64 of HMAC-SHA1 with the account's auth token over
 * the URL and, for a form, the sorted parameters; for any other body the URL
 * carries its SHA-256 as `bodySHA256`.
 * Source: https://www.twilio.com/docs/usage/security and the validators of
 * Twilio's own libraries, which accept what Twilio's senders do differently:
 * with or without the default port, and other spellings of the query.
 */
#ifndef TWILIO_SIGNATURE_H
#define TWILIO_SIGNATURE_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/str.h"
#include "codec/form.h"

#define SIGNATURE_LENGTH 28 /* base64 of 20 bytes */

/* The signature of exactly this URL and form (NULL for none: GET, JSON), as
 * base64 with a NUL behind it. */
void signature_make(struct str auth_token, struct str url,
    const struct form *form, char signature[SIGNATURE_LENGTH + 1]);

struct signature_check {
	struct str signature;   /* of the header */
	const struct str *urls; /* what may have been signed, likeliest first */
	size_t url_count;
	const struct form *form; /* NULL: a GET, or a body that is no form */
	struct str body;         /* for bodySHA256 where `form` is NULL; absent: a GET */
	const struct str *auth_tokens; /* any may match (rotation) */
	size_t auth_token_count;
};

/* The URL that matched, in the spelling that matched (in the arena), or
 * absent. Compares in constant time; never logs. Tries for each URL: as it
 * is, with and without the scheme's default port, and each of these with the
 * query as it is, with ' as %27, and decoded and encoded again. Where `form`
 * is NULL and `body` is present, the query must hold bodySHA256 and it must
 * be the body's. *tried (NULL allowed) becomes all spellings, joined by
 * blanks, for the log. */
struct str signature_find(const struct signature_check *check,
    struct arena *arena, struct str *tried);

/* Whether the secrets are equal, in time that depends on no content. */
bool secret_equal(struct str a, struct str b);

#endif
