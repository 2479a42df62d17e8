/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/authenticate.h"

#include "codec/base64.h"
#include "twilio/signature.h"

/* What stands in "Basic …"; absent for anything else. */
static struct str
pair_of(struct exchange *exchange)
{
	struct str rest = request_authorization(&exchange->request);
	struct str scheme = str_cut(&rest, ' ');

	if (!str_equal_nocase(scheme, STR("Basic")))
		return STR_NONE;
	return base64_decode(&exchange->arena, str_trim(rest));
}

/* The host of "http://[::1]:3000": "[::1]". */
static struct str
host_of(struct str origin)
{
	struct str rest = origin, scheme = str_cut(&rest, ':');
	size_t length = 0;

	if (!str_has_prefix(rest, STR("//")) || scheme.len == 0)
		return STR_NONE;
	rest = str_slice(rest, 2, rest.len);
	bool is_ipv6 = str_has_prefix(rest, STR("["));
	while (length < rest.len &&
	    rest.at[length] != (is_ipv6 ? ']' : ':'))
		length++;
	return str_slice(rest, 0, is_ipv6 ? length + 1 : length);
}

static bool
is_near(const struct settings *settings, struct str origin)
{
	static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]"};
	struct str host = host_of(origin);

	for (size_t i = 0; i < ARRAY_LENGTH(hosts); i++)
		if (str_equal_nocase(host, str_from(hosts[i])))
			return true;
	return settings->public_url.len > 0 &&
	    str_equal_nocase(origin, settings->public_url);
}

/* Neither header can be set by a page's script, nor is sent by curl and the
 * like. The Origin is not held against the Host: both are the same when a name
 * was made to mean this machine (DNS rebinding). */
bool
authenticate_is_foreign(
    const struct settings *settings, const struct request *request)
{
	struct str origin = request->meta[META_HTTP_ORIGIN];
	struct str site = request->meta[META_HTTP_SEC_FETCH_SITE];

	if (request->method != METHOD_POST && request->method != METHOD_DELETE)
		return false;
	if (origin.len > 0)
		return request_repeats(request, META_HTTP_ORIGIN) ||
		    !is_near(settings, origin);
	return site.len > 0 && !str_is(site, "same-origin") &&
	    !str_is(site, "none");
}

bool
authenticate(const struct settings *settings, struct exchange *exchange,
    struct str *user)
{
	struct str password = pair_of(exchange);
	struct str name = str_cut(&password, ':');
	bool matches = false;

	if (user != NULL)
		*user = name;
	/* All of them, so that time does not tell which one was near. */
	for (size_t i = 0; i < settings->auth_tokens.count; i++)
		matches = secret_equal(
			      password, settings->auth_tokens.items[i]) ||
		    matches;
	return secret_equal(name, settings->account_sid) && matches &&
	    password.len > 0;
}
