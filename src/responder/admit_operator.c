/* SPDX-License-Identifier: MIT
 *
 * The guard of everything that costs money or shows numbers: an operator
 * token, as HTTP Basic (user "operator") or Bearer, and no other web site's
 * page behind a browser's request.
 */
#include "base/compat.h"

#include "codec/base64.h"
#include "responder/responder.h"
#include "twilio/signature.h"

#define OPERATOR_USER "operator:"

/* Fetch Metadata (Sec-Fetch-Site) where the browser knows it, else Origin.
 * Neither can be set by a page's script, nor is sent by curl and the like. */
static bool
comes_from_another_site(const struct exchange *exchange)
{
	const struct str *meta = exchange->request.meta;
	struct str site = meta[META_HTTP_SEC_FETCH_SITE];
	struct str origin = meta[META_HTTP_ORIGIN];
	bool same = str_is(site, "same-origin") || str_is(site, "none");

	if (site.at != NULL && !same)
		return true;
	return origin.at != NULL && !same &&
	    !str_equal_nocase(origin, settings_of(exchange)->public_origin);
}

/* The token in "Basic …" or "Bearer …"; absent for anything else. */
static struct str
token_of(struct exchange *exchange, struct str authorization)
{
	struct str rest = authorization;
	struct str scheme = str_cut(&rest, ' ');

	rest = str_trim(rest);
	if (str_equal_nocase(scheme, STR("Bearer")))
		return rest;
	if (!str_equal_nocase(scheme, STR("Basic")))
		return STR_NONE;
	struct str pair = base64_decode(&exchange->arena, rest);
	if (!str_has_prefix(pair, STR(OPERATOR_USER)))
		return STR_NONE;
	return str_slice(pair, sizeof OPERATOR_USER - 1, pair.len);
}

static bool
is_operator(struct exchange *exchange)
{
	struct config_strings tokens = settings_of(exchange)->operator_token;
	struct str token =
	    token_of(exchange, request_authorization(&exchange->request));
	bool matches = false;

	if (token.len == 0)
		return false;
	/* All of them, so that time does not tell which one was near. */
	for (size_t i = 0; i < tokens.count; i++)
		matches = secret_equal(token, tokens.items[i]) || matches;
	return matches;
}

static bool
admit_token(struct exchange *exchange)
{
	if (settings_of(exchange)->operator_token.count == 0) {
		exchange_refuse(exchange, 403,
		    "no operator_token is configured, so nobody may do this");
		return false;
	}
	if (is_operator(exchange))
		return true;
	response_header(&exchange->response, "WWW-Authenticate",
	    STR("Basic realm=\"taskrouter\", charset=\"UTF-8\""));
	exchange_refuse(exchange, 401,
	    "expected an operator token: HTTP Basic with the user operator, "
	    "or Bearer");
	return false;
}

bool
admit_operator_change(struct exchange *exchange)
{
	if (comes_from_another_site(exchange)) {
		exchange_refuse(exchange, 403,
		    "a browser sent this on behalf of another site");
		return false;
	}
	return admit_token(exchange);
}

bool
admit_operator(struct exchange *exchange)
{
	return exchange->request.method == METHOD_POST
	    ? admit_operator_change(exchange)
	    : admit_token(exchange);
}

bool
admit_operator_or_local(struct exchange *exchange)
{
	return request_is_local(&exchange->request) || admit_token(exchange);
}
