/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/settings.h"

#include "responder/settings_parts.h"

/* Enough for a file of the greatest size that config_load reads. */
#define SETTINGS_CEILING ((size_t)16 * 1024 * 1024)

/* The settings live in the arena that they hold. */
static struct settings *
make_settings(void)
{
	struct arena arena;

	arena_init(&arena, SETTINGS_CEILING);
	struct settings *settings = arena_alloc(&arena, sizeof *settings);
	if (settings == NULL)
		return NULL;
	settings->arena = arena;
	settings->references = 1;
	settings->assignment_default = instruction_accept;
	settings->rules.fallback = instruction_accept;
	return settings;
}

struct settings *
settings_load(const char *file,
    void (*report)(void *to, bool warning, const char *message), void *to)
{
	struct settings *settings = make_settings();
	struct config_source source = {
	    .file = file,
	    .allow_readable_key = "allow_readable_secrets",
	    .check = settings_check,
	};

	if (settings == NULL) {
		report(to, false, "no memory for the configuration");
		return NULL;
	}
	if (config_load(settings_keys, settings_key_count, source,
		&settings->arena, settings, report, to))
		return settings;
	settings_release(settings);
	return NULL;
}

struct settings *
settings_hold(struct settings *settings)
{
	settings->references++;
	return settings;
}

void
settings_release(struct settings *settings)
{
	if (settings == NULL || --settings->references > 0)
		return;
	struct arena arena = settings->arena;
	arena_wipe(&arena);
}

struct config_strings
settings_auth_tokens(const struct settings *settings, struct str account_sid)
{
	for (size_t i = 0; i < settings->account_count; i++)
		if (str_equal(settings->accounts[i].account_sid, account_sid))
			return settings->accounts[i].auth_tokens;
	return (struct config_strings){NULL, 0};
}

bool
settings_knows_account(const struct settings *settings, struct str sid)
{
	if (settings->account_sid.at == NULL && settings->account_count == 0)
		return true;
	return (settings->account_sid.at != NULL &&
		   str_equal(sid, settings->account_sid)) ||
	    settings_auth_tokens(settings, sid).count > 0;
}

bool
settings_knows_workspace(const struct settings *settings, struct str sid)
{
	const struct config_strings *known = &settings->workspace_sid;

	for (size_t i = 0; i < known->count; i++)
		if (str_equal(known->items[i], sid))
			return true;
	return known->count == 0;
}

const char *
settings_callbacks_blocked(const struct settings *settings)
{
	if (settings->signature == SIGNATURE_OFF)
		return NULL;
	if (settings->account_count == 0)
		return "no auth token is configured to check signatures with";
	if (settings->public_url.at == NULL &&
	    settings->trusted_proxies.count == 0)
		return "public_url is not configured, so it is not known "
		       "which URL Twilio signed";
	return NULL;
}

const char *
settings_sign_in_blocked(const struct settings *settings)
{
	if (settings->api_key.at == NULL && settings->auth_token.count == 0)
		return "neither an API key nor an auth token is configured to "
		       "sign in to the REST API with";
	return NULL;
}

const char *
settings_rest_blocked(const struct settings *settings)
{
	const char *blocked = settings_sign_in_blocked(settings);

	if (blocked == NULL && settings->workspace_sid.count == 0)
		blocked = "workspace_sid is not configured";
	return blocked;
}

struct rest_options
settings_rest_options(const struct settings *settings)
{
	bool key = settings->api_key.len > 0;
	struct config_strings secret =
	    key ? settings->api_secret : settings->auth_token;

	return (struct rest_options){
		.base_url = settings->api_url,
		.user = key ? settings->api_key : settings->account_sid,
		.password = secret.count > 0 ? secret.items[0] : STR_NONE,
		.ca_file = settings->rest.ca_file,
		.proxy = settings->rest.proxy,
		.connect_timeout_ms = settings->rest.connect_timeout_ms,
		.timeout_ms = settings->rest.timeout_ms,
		.answer_limit = (size_t)settings->rest.answer_limit,
	};
}

void
settings_show(const struct settings *settings, FILE *out)
{
	config_show(settings_keys, settings_key_count, settings, out);
}

void
settings_write_manual(FILE *out)
{
	config_write_manual(settings_keys, settings_key_count, out);
}
