/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/signature.h"

#include <nettle/base16.h>
#include <nettle/base64.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

/* A query of 16 KiB may triple when it is encoded again. */
#define SPELLING_CEILING ((size_t)64 * 1024)
/* What a refusal shows of the spellings; a line of the log holds less. */
#define TRIED_CEILING ((size_t)4096)

/* The fields of a form in the order that is signed, each name and value once:
 * twilio-python's and twilio-node's rule for repeated names. */
struct sorted {
	const struct form_field *fields[FORM_FIELDS];
	size_t count;
};

static int
compare_fields(const void *left, const void *right)
{
	const struct form_field *const *a = left, *const *b = right;
	int order = str_compare((*a)->name, (*b)->name);

	return order != 0 ? order : str_compare((*a)->value, (*b)->value);
}

/* False when there are more fields than form_decode lets pass: part of a form
 * must never pass for the whole. */
static bool
sort_form(const struct form *form, struct sorted *sorted)
{
	sorted->count = 0;
	if (form == NULL)
		return true;
	if (form->count > FORM_FIELDS)
		return false;
	for (size_t i = 0; i < form->count; i++)
		sorted->fields[i] = &form->fields[i];
	qsort(sorted->fields, form->count, sizeof sorted->fields[0],
	    compare_fields);
	for (size_t i = 0; i < form->count; i++)
		if (i == 0 ||
		    compare_fields(&sorted->fields[sorted->count - 1],
			&sorted->fields[i]) != 0)
			sorted->fields[sorted->count++] = sorted->fields[i];
	return true;
}

static void
update(struct hmac_sha1_ctx *hmac, struct str s)
{
	if (s.len > 0)
		hmac_sha1_update(hmac, s.len, (const uint8_t *)s.at);
}

static void
sign(struct str auth_token, struct str url, const struct sorted *form,
    uint8_t digest[SHA1_DIGEST_SIZE])
{
	struct hmac_sha1_ctx hmac;

	hmac_sha1_set_key(&hmac, auth_token.len,
	    (const uint8_t *)(auth_token.len > 0 ? auth_token.at : ""));
	update(&hmac, url);
	for (size_t i = 0; i < form->count; i++) {
		update(&hmac, form->fields[i]->name);
		update(&hmac, form->fields[i]->value);
	}
	hmac_sha1_digest(&hmac, SHA1_DIGEST_SIZE, digest);
}

void
signature_make(struct str auth_token, struct str url, const struct form *form,
    char signature[SIGNATURE_LENGTH + 1])
{
	struct sorted sorted;
	uint8_t digest[SHA1_DIGEST_SIZE];

	signature[0] = '\0';
	if (!sort_form(form, &sorted))
		return;
	sign(auth_token, url, &sorted, digest);
	base64_encode_raw(signature, sizeof digest, digest);
	signature[SIGNATURE_LENGTH] = '\0';
}

static bool
decode_signature(struct str text, uint8_t digest[SHA1_DIGEST_SIZE])
{
	struct base64_decode_ctx base64;
	uint8_t bytes[BASE64_DECODE_LENGTH(SIGNATURE_LENGTH)];
	size_t length = sizeof bytes;

	if (text.len != SIGNATURE_LENGTH)
		return false;
	base64_decode_init(&base64);
	if (!base64_decode_update(&base64, &length, bytes, text.len, text.at) ||
	    !base64_decode_final(&base64) || length != SHA1_DIGEST_SIZE)
		return false;
	memcpy(digest, bytes, SHA1_DIGEST_SIZE);
	return true;
}

/* Where the parts of a URL lie, as offsets: scheme://user@host:port/path?query
 */
struct url_parts {
	bool https;
	size_t host_end;      /* behind the host, at its port if there is one */
	size_t authority_end; /* behind the port */
	size_t query;         /* behind '?', or the end */
	size_t end;           /* of the query: '#' or the end */
};

static size_t
find_any(struct str s, size_t from, const char *bytes)
{
	while (from < s.len && !str_has_byte(str_from(bytes), s.at[from]))
		from++;
	return from;
}

static bool
split_url(struct str url, struct url_parts *parts)
{
	size_t start;

	parts->https = str_has_prefix(url, STR("https://"));
	if (!parts->https && !str_has_prefix(url, STR("http://")))
		return false;
	start = parts->https ? strlen("https://") : strlen("http://");
	parts->authority_end = find_any(url, start, "/?#");
	parts->host_end = parts->authority_end;
	/* The last ':' leads the port, unless it is part of "user:password@"
	 * or of "[::1]". */
	for (size_t i = parts->authority_end; i > start; i--) {
		char c = url.at[i - 1];
		if (c == ':')
			parts->host_end = i - 1;
		if (c == ':' || c == '@' || c == ']')
			break;
	}
	parts->end = find_any(url, start, "#");
	parts->query = find_any(url, parts->authority_end, "?#");
	if (parts->query < parts->end)
		parts->query++;
	return true;
}

/* How a URL may be spelled by Twilio's senders. The validators of Twilio's
 * libraries try both ports (twilio-python compute_signature with and without
 * port) and, in twilio-node, the queries that its URL class and its older
 * query codec make. */
enum port_spelling { PORT_AS_IT_IS, PORT_TOGGLED, PORT_SPELLINGS };
enum query_spelling {
	QUERY_AS_IT_IS,
	QUERY_QUOTED,    /* ' as %27 */
	QUERY_REENCODED, /* decoded and encoded again */
	QUERY_SPELLINGS,
};

static void
add_authority(struct buf *out, struct str url, const struct url_parts *parts,
    enum port_spelling port)
{
	if (port == PORT_AS_IT_IS) {
		buf_add_str(out, str_slice(url, 0, parts->authority_end));
		return;
	}
	buf_add_str(out, str_slice(url, 0, parts->host_end));
	if (parts->host_end == parts->authority_end)
		buf_add_str(out, parts->https ? STR(":443") : STR(":80"));
}

static void
add_quoted(struct buf *out, struct str query)
{
	for (size_t i = 0; i < query.len; i++)
		if (query.at[i] == '\'')
			buf_add_str(out, STR("%27"));
		else
			buf_add_byte(out, query.at[i]);
}

/* As ECMAScript's encodeURIComponent. */
static void
add_component(struct buf *out, struct str s)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.at[i];
		if (ascii_is_alpha(c) || ascii_is_digit(c) ||
		    str_has_byte(STR("-_.!~*'()"), (char)c)) {
			buf_add_byte(out, (char)c);
		} else {
			buf_add_byte(out, '%');
			buf_add_byte(out, digits[c >> 4]);
			buf_add_byte(out, digits[c & 15]);
		}
	}
}

static bool
is_repeated(const struct form *form, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (str_equal(form->fields[i].name, form->fields[index].name))
			return true;
	return false;
}

/* As Node's querystring.stringify(querystring.parse(query)): all values of a
 * name stand where its first one stood. */
static void
add_reencoded(struct buf *out, const struct form *form)
{
	const char *separator = "";

	for (size_t first = 0; first < form->count; first++) {
		if (is_repeated(form, first))
			continue;
		struct str name = form->fields[first].name;
		for (size_t i = first; i < form->count; i++) {
			if (!str_equal(form->fields[i].name, name))
				continue;
			buf_add_str(out, str_from(separator));
			add_component(out, name);
			buf_add_byte(out, '=');
			add_component(out, form->fields[i].value);
			separator = "&";
		}
	}
}

/* Writes one spelling; false where the URL cannot be spelled so, or where that
 * is the same as a spelling that comes before it. `form` is the query decoded,
 * NULL if it cannot be. */
static bool
spell(struct buf *out, struct str url, const struct url_parts *parts,
    const struct form *form, enum port_spelling port,
    enum query_spelling spelling)
{
	struct str query = str_slice(url, parts->query, parts->end);

	buf_clear(out, SPELLING_CEILING);
	add_authority(out, url, parts, port);
	buf_add_str(out, str_slice(url, parts->authority_end, parts->query));
	size_t start = out->len;
	if (spelling == QUERY_QUOTED)
		add_quoted(out, query);
	else if (spelling == QUERY_REENCODED && form != NULL)
		add_reencoded(out, form);
	else
		buf_add_str(out, query);
	struct str all = buf_str(out);
	bool differs = !str_equal(str_slice(all, start, all.len), query);
	buf_add_str(out, str_slice(url, parts->end, url.len));
	return !out->failed && (differs || spelling == QUERY_AS_IT_IS);
}

/* The value of bodySHA256 in the query, absent if it is not there. Twilio
 * writes it without percent signs. */
static struct str
find_body_hash(struct str url)
{
	struct url_parts parts;
	struct str rest;

	if (!split_url(url, &parts))
		return STR_NONE;
	rest = str_slice(url, parts.query, parts.end);
	while (rest.at != NULL) {
		struct str value = str_cut(&rest, '&');
		struct str name = str_cut(&value, '=');
		if (str_is(name, "bodySHA256"))
			return value;
	}
	return STR_NONE;
}

static bool
is_body_hash(struct str text, struct str body)
{
	struct sha256_ctx sha256;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE)];

	sha256_init(&sha256);
	sha256_update(&sha256, body.len, (const uint8_t *)body.at);
	sha256_digest(&sha256, sizeof digest, digest);
	base16_encode_update(hex, sizeof digest, digest);
	return text.at != NULL && str_equal(text, (struct str){hex, sizeof hex});
}

/* One signature_find. */
struct search {
	const struct signature_check *check;
	struct sorted form;
	uint8_t signature[SHA1_DIGEST_SIZE];
	bool hopeless; /* the header holds no signature, or there is no form
			* that could be signed: only *tried is made */
	struct buf spelling; /* the one being tried */
	struct buf tried;
};

/* Whether exactly this URL was signed with one of the tokens. The body is
 * hashed only then: a forger shall not make us work. */
static bool
is_signed(const struct search *search, struct str url)
{
	const struct signature_check *check = search->check;
	uint8_t digest[SHA1_DIGEST_SIZE];

	for (size_t i = 0; !search->hopeless && i < check->auth_token_count;
	     i++) {
		struct str token = check->auth_tokens[i];
		/* Anybody can sign with an empty token. */
		if (token.len == 0)
			continue;
		sign(token, url, &search->form, digest);
		if (memeql_sec(digest, search->signature, sizeof digest))
			return check->form != NULL || check->body.at == NULL ||
			    is_body_hash(find_body_hash(url), check->body);
	}
	return false;
}

static void
add_tried(struct buf *tried, struct str url)
{
	if (tried->len + 1 + url.len > TRIED_CEILING)
		return;
	if (tried->len > 0)
		buf_add_byte(tried, ' ');
	buf_add_str(tried, url);
}

/* Tries the spellings of `url` other than itself. */
static bool
is_signed_otherwise(
    struct search *search, struct str url, struct arena *arena)
{
	struct url_parts parts;
	struct form form;
	struct err err;

	add_tried(&search->tried, url);
	if (!split_url(url, &parts))
		return false;
	bool decoded = form_decode(
	    arena, str_slice(url, parts.query, parts.end), &form, &err);
	for (int i = 1; i < PORT_SPELLINGS * QUERY_SPELLINGS; i++) {
		if (!spell(&search->spelling, url, &parts,
			decoded ? &form : NULL,
			(enum port_spelling)(i / QUERY_SPELLINGS),
			(enum query_spelling)(i % QUERY_SPELLINGS)))
			continue;
		if (is_signed(search, buf_str(&search->spelling)))
			return true;
		add_tried(&search->tried, buf_str(&search->spelling));
	}
	return false;
}

static struct str
find(struct search *search, struct arena *arena, struct str *tried)
{
	const struct signature_check *check = search->check;

	for (size_t i = 0; i < check->url_count; i++)
		if (is_signed(search, check->urls[i]))
			return arena_str(arena, check->urls[i]);
	if (search->hopeless && tried == NULL)
		return STR_NONE;
	for (size_t i = 0; i < check->url_count; i++)
		if (is_signed_otherwise(search, check->urls[i], arena))
			return arena_str(arena, buf_str(&search->spelling));
	if (tried != NULL)
		*tried = arena_str(arena, buf_str(&search->tried));
	return STR_NONE;
}

struct str
signature_find(const struct signature_check *check, struct arena *arena,
    struct str *tried)
{
	struct search search;

	search.check = check;
	search.hopeless =
	    !decode_signature(check->signature, search.signature) ||
	    !sort_form(check->form, &search.form);
	buf_init(&search.spelling, SPELLING_CEILING);
	buf_init(&search.tried, TRIED_CEILING);
	if (tried != NULL)
		*tried = STR_NONE;
	struct str found = find(&search, arena, tried);
	buf_release(&search.spelling);
	buf_release(&search.tried);
	return found;
}

bool
secret_equal(struct str a, struct str b)
{
	struct str secrets[2] = {a, b};
	uint8_t digests[2][SHA256_DIGEST_SIZE];
	struct sha256_ctx sha256;

	if (a.at == NULL || b.at == NULL)
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(secrets); i++) {
		sha256_init(&sha256);
		sha256_update(&sha256, secrets[i].len,
		    (const uint8_t *)secrets[i].at);
		sha256_digest(&sha256, SHA256_DIGEST_SIZE, digests[i]);
	}
	return memeql_sec(digests[0], digests[1], SHA256_DIGEST_SIZE);
}
