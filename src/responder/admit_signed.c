/* SPDX-License-Identifier: MIT
 *
 * The guard of everything that Twilio calls: a valid X-Twilio-Signature of an
 * account that is configured.
 */
#include "base/compat.h"

#include "base/log.h"
#include "http/route.h"
#include "responder/responder.h"
#include "twilio/signature.h"

#define MOST_URLS 3

static bool
refuse(struct exchange *exchange, enum refusal reason, const char *note)
{
	count_event(exchange, COUNTER_REFUSED, reason, 0);
	exchange->facts.note = str_from(note);
	exchange_refuse(exchange, 403,
	    "this is not a callback of a configured account, signed by Twilio");
	return false;
}

/* The path and query as they came: "/assignment_callback?tenant=a". */
static struct str
raw_target(struct exchange *exchange)
{
	const struct request *request = &exchange->request;

	if (request->path.at == NULL || request->query.at == NULL)
		return request->path;
	const struct str parts[] = {request->path, STR("?"), request->query};
	return arena_join(&exchange->arena, parts, ARRAY_LENGTH(parts));
}

static struct str
last_of_list(struct str list)
{
	struct str item = STR_NONE;

	while (list.at != NULL)
		item = str_trim(str_cut(&list, ','));
	return item;
}

/* A listed proxy says what the client asked for; of several values in one
 * header the last is the one that this proxy added. Two headers are not
 * believed: the first may be the client's. */
static struct str
forwarded_url(struct exchange *exchange, struct str target)
{
	const struct request *request = &exchange->request;
	const struct str *meta = request->meta;
	struct str proto = last_of_list(meta[META_HTTP_X_FORWARDED_PROTO]);
	struct str host = last_of_list(meta[META_HTTP_X_FORWARDED_HOST]);

	if (host.len == 0 || target.at == NULL ||
	    request_repeats(request, META_HTTP_X_FORWARDED_PROTO) ||
	    request_repeats(request, META_HTTP_X_FORWARDED_HOST) ||
	    !settings_trusts_proxy(
		settings_of(exchange), meta[META_REMOTE_ADDR]) ||
	    (!str_is(proto, "http") && !str_is(proto, "https")))
		return STR_NONE;
	return arena_format(&exchange->arena, "%.*s://%.*s%.*s",
	    STR_ARGS(proto), STR_ARGS(host), STR_ARGS(target));
}

/* What may have been signed, likeliest first. */
static size_t
collect_urls(struct exchange *exchange, struct str urls[MOST_URLS])
{
	const struct settings *settings = settings_of(exchange);
	const struct request *request = &exchange->request;
	struct str target = raw_target(exchange);
	size_t found = 0;

	const struct str as_requested[] = {settings->public_origin, target};
	const struct str as_configured[] = {settings->public_url,
	    str_from(exchange->route->path),
	    request->query.at == NULL ? STR("") : STR("?"), request->query};
	if (settings->public_origin.at != NULL && target.at != NULL)
		urls[found++] = arena_join(&exchange->arena, as_requested,
		    ARRAY_LENGTH(as_requested));
	if (settings->public_url.at != NULL)
		urls[found++] = arena_join(&exchange->arena, as_configured,
		    ARRAY_LENGTH(as_configured));
	/* Mostly they are the same. */
	if (found == 2 && str_equal(urls[0], urls[1]))
		found--;
	struct str forwarded = forwarded_url(exchange, target);
	if (forwarded.at != NULL)
		urls[found++] = forwarded;
	return found;
}

static void
log_tried(struct exchange *exchange, struct str tried)
{
	struct log_line line;

	log_begin(&line, LOG_LEVEL_WARNING, "signature_refused");
	log_str(&line, "id", exchange->id);
	log_str(&line, "message",
	    STR("no URL below was signed with a configured auth token: "
		"compare them with the URL that Twilio was given"));
	log_str(&line, "tried", tried);
	log_end(&line);
}

/* Without an AccountSid any account's tokens may have signed. */
static struct config_strings
tokens_for(struct exchange *exchange, struct str account_sid)
{
	const struct settings *settings = settings_of(exchange);
	struct config_strings all = {NULL, 0};

	if (account_sid.len > 0)
		return settings_auth_tokens(settings, account_sid);
	for (size_t i = 0; i < settings->account_count; i++)
		all.count += settings->accounts[i].auth_tokens.count;
	all.items = arena_array(&exchange->arena, all.count, sizeof *all.items);
	all.count = 0;
	for (size_t i = 0; all.items != NULL && i < settings->account_count;
	     i++) {
		struct config_strings one = settings->accounts[i].auth_tokens;
		for (size_t t = 0; t < one.count; t++)
			all.items[all.count++] = one.items[t];
	}
	return all;
}

static bool
check_signature(struct exchange *exchange, struct str account_sid)
{
	const struct request *request = &exchange->request;
	struct config_strings tokens = tokens_for(exchange, account_sid);
	struct str urls[MOST_URLS], tried = STR_NONE;
	/* Of a GET the URL says all; a body that came with it is not looked
	 * at, here or later. */
	bool get = request->method == METHOD_GET;
	bool form = !get && request->media == MEDIA_FORM;
	struct signature_check check = {
		.signature = request->meta[META_HTTP_X_TWILIO_SIGNATURE],
		.urls = urls,
		.url_count = collect_urls(exchange, urls),
		.form = form ? &request->form : NULL,
		.body = form || get ? STR_NONE : request->body,
		.auth_tokens = tokens.items,
		.auth_token_count = tokens.count,
	};

	if (check.signature.len == 0)
		return refuse(exchange, REFUSED_SIGNATURE,
		    "no X-Twilio-Signature");
	if (request_repeats(request, META_HTTP_X_TWILIO_SIGNATURE))
		return refuse(exchange, REFUSED_SIGNATURE,
		    "more than one X-Twilio-Signature");
	struct str matched = signature_find(&check, &exchange->arena, &tried);
	if (matched.at != NULL) {
		/* Worth a word only where the first guess was wrong. */
		if (!str_equal(matched, urls[0]))
			exchange->facts.signed_url = matched;
		return true;
	}
	log_tried(exchange, tried);
	return refuse(exchange, REFUSED_SIGNATURE,
	    "the signature is not of any URL that was tried");
}

/* The parameters of a GET are in the query. One that cannot be decoded has
 * none: its signature counts all the same. */
static const struct form *
read_parameters(struct exchange *exchange)
{
	struct request *request = &exchange->request;
	struct err err;

	if (request->method == METHOD_GET &&
	    !request_query_parameters(
		request, &exchange->arena, &request->form, &err))
		request->form = (struct form){NULL, 0};
	return &request->form;
}

bool
admit_signed(struct exchange *exchange)
{
	const struct settings *settings = settings_of(exchange);
	const struct form *form = read_parameters(exchange);
	struct str account = form_get(form, "AccountSid");
	struct str workspace = form_get(form, "WorkspaceSid");
	const char *blocked = settings_callbacks_blocked(settings);

	exchange->facts.account_sid = account;
	exchange->facts.workspace_sid = workspace;
	if (blocked != NULL)
		return refuse(exchange, REFUSED_UNCONFIGURED, blocked);
	if (account.len > 0 && !settings_knows_account(settings, account))
		return refuse(exchange, REFUSED_ACCOUNT,
		    "this AccountSid is not configured");
	if (settings->signature == SIGNATURE_ON &&
	    !check_signature(exchange, account))
		return false;
	if (workspace.len > 0 && !settings_knows_workspace(settings, workspace))
		return refuse(exchange, REFUSED_WORKSPACE,
		    "this WorkspaceSid is not configured");
	return true;
}
