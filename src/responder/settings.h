/* SPDX-License-Identifier: MIT
 *
 * The configuration of taskrouter.fcgi, as taskrouter.json(5) describes it:
 * one struct, filled whole or not at all, counted, so that an exchange keeps
 * the settings it began with while SIGHUP brings new ones.
 */
#ifndef RESPONDER_SETTINGS_H
#define RESPONDER_SETTINGS_H

#include <stdio.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/log.h"
#include "base/str.h"
#include "config/config.h"
#include "responder/settings_calls.h"
#include "responder/settings_events.h"
#include "responder/settings_outbox.h"
#include "responder/settings_recovery.h"
#include "responder/settings_store.h"
#include "responder/settings_rules.h"
#include "twilio/instruction.h"
#include "twilio/rest.h"

struct settings_account {
	struct str account_sid;
	struct config_strings auth_tokens;
};

/* An instruction for one Workflow or TaskQueue. */
struct settings_choice {
	struct str sid;
	struct instruction instruction;
};

struct settings_choices {
	struct settings_choice *items;
	size_t count;
};

/* An address range, for trusted proxies. */
struct settings_network {
	unsigned char address[16]; /* IPv4 as ::ffff:a.b.c.d */
	unsigned bits;             /* of 128 */
};

struct settings_networks {
	struct settings_network *items;
	size_t count;
};

struct settings {
	struct arena arena;
	unsigned references;

	struct str account_sid;
	struct config_strings auth_token; /* of account_sid */
	struct settings_account *accounts; /* account_sid first if it has tokens;
					    * then the others of `accounts` */
	size_t account_count;
	struct str api_key;
	struct config_strings api_secret; /* at most one */
	struct str region;
	struct str edge;
	struct config_strings workspace_sid; /* the first is used for REST */
	struct str workflow_sid;
	struct str public_url;  /* as written, without trailing slash */
	struct str public_origin; /* "https://example.com:8443" */
	struct str public_path; /* "/taskrouter", empty for none; absent
				 * without public_url */
	struct str api_url_written; /* as configured; use api_url */
	struct str api_url; /* with region and edge applied, no slash at
			     * the end */
	bool allow_plain_http;
	struct config_strings operator_token;
	int signature;          /* SIGNATURE_… */
	struct settings_networks trusted_proxies;
	struct str create_task_attributes; /* JSON text as it will be sent */
	struct instruction assignment_default; /* absent with rules */
	struct settings_choices assignment_workflows;
	struct settings_choices assignment_task_queues;
	int64_t assignment_deadline_ms;
	struct settings_store store;
	struct settings_calls calls;
	struct settings_events events;
	struct settings_recovery recovery;
	struct settings_rules rules;
	struct settings_outbox outbox;
	struct {
		int64_t connect_timeout_ms;
		int64_t timeout_ms;
		int64_t connections;
		int64_t calls;
		int64_t answer_limit;
		struct str ca_file;
		struct str proxy;
	} rest;
	struct {
		int64_t head;
		int64_t body;
		int64_t connections;
		int64_t receive_timeout_ms;
		int64_t send_timeout_ms;
		int64_t idle_timeout_ms;
		int64_t stop_timeout_ms;
	} limits;
	int log;       /* enum log_target */
	int log_level; /* enum log_level */
	struct str metrics_file;
	bool allow_readable_secrets;
};

enum { SIGNATURE_ON, SIGNATURE_OFF };

/* Reads `file` (NULL: environment and presets only). Messages, errors and
 * warnings alike, go to `report` as `FILE: key.path: message`. NULL if there
 * was an error. The environment is left as it is: SIGHUP reads it again. */
struct settings *settings_load(const char *file,
    void (*report)(void *to, bool warning, const char *message), void *to);

struct settings *settings_hold(struct settings *settings);
/* The last release overwrites the secrets. NULL is allowed. */
void settings_release(struct settings *settings);

/* The auth tokens of an account; an empty list if it is not configured. */
struct config_strings settings_auth_tokens(
    const struct settings *settings, struct str account_sid);

/* Whether a callback of this account, or this workspace, is expected. Where
 * none is configured, any is. */
bool settings_knows_account(const struct settings *settings, struct str sid);
bool settings_knows_workspace(const struct settings *settings, struct str sid);

/* What keeps assignment callbacks, or calls of the REST API, from being
 * possible at all: a text for the operator, or NULL. */
const char *settings_callbacks_blocked(const struct settings *settings);
const char *settings_rest_blocked(const struct settings *settings);
/* As those two: what keeps phone calls from being put into a queue. */
const char *settings_calls_blocked(const struct settings *settings);
/* As settings_rest_blocked, where the Workspace is not the settings' affair. */
const char *settings_sign_in_blocked(const struct settings *settings);

/* Where and as whom the REST API is called. */
struct rest_options settings_rest_options(const struct settings *settings);

bool settings_trusts_proxy(
    const struct settings *settings, struct str remote_address);

/* As a configuration file with masked secrets (-T). */
void settings_show(const struct settings *settings, FILE *out);

/* The keys as mdoc(7), for taskrouter.json(5). */
void settings_write_manual(FILE *out);

#endif
