/* SPDX-License-Identifier: MIT
 *
 * The keys of taskrouter.json: one row each, for the parser, for -T and for
 * the manual page.
 */
#include "base/compat.h"

#include <string.h>

#include "base/log.h"
#include "responder/settings_parts.h"
#include "twilio/sid.h"

#define LABEL_MOST ((size_t)63) /* RFC 1035 section 2.3.4 */

static bool
check_account_sid(struct str value, struct err *err)
{
	return sid_check(value, "AC", err);
}

static bool
check_api_key(struct str value, struct err *err)
{
	return sid_check(value, "SK", err);
}

static bool
check_workspace_sid(struct str value, struct err *err)
{
	return sid_check(value, "WS", err);
}

static bool
check_activity_sid(struct str value, struct err *err)
{
	return sid_check(value, "WA", err);
}

static bool
check_workflow_sid(struct str value, struct err *err)
{
	return sid_check(value, "WW", err);
}

/* A region or an edge becomes a part of a host name. */
static bool
check_label(struct str value, struct err *err)
{
	bool good = value.len > 0 && value.len <= LABEL_MOST &&
	    value.at[0] != '-' && value.at[value.len - 1] != '-';

	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.at[i];
		good = good && (ascii_is_digit(c) || c == '-' ||
		    (c >= 'a' && c <= 'z'));
	}
	if (good)
		return true;
	return err_set(err, 0,
	    "expected 1 to %zu of a-z, 0-9 and '-', such as ie1 or dublin",
	    LABEL_MOST);
}

static bool
check_operator_token(struct str value, struct err *err)
{
	if (value.len >= SETTINGS_TOKEN_LEAST)
		return true;
	return err_set(err, 0,
	    "expected at least %zu characters: this one could be guessed",
	    SETTINGS_TOKEN_LEAST);
}

static const char *const signature_names[] = {
	[SIGNATURE_ON] = "on", [SIGNATURE_OFF] = "off", NULL};
static const char *const log_names[] = {
	[LOG_TO_AUTO] = "auto", [LOG_TO_STDERR] = "stderr",
	[LOG_TO_SYSLOG] = "syslog", NULL};
static const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info", [LOG_LEVEL_DEBUG] = "debug", NULL};

static const char *const no_choice_names[] = {
	[NO_CHOICE_ENQUEUE] = "enqueue", [NO_CHOICE_HANG_UP] = "hang_up",
	NULL};
static const char *const call_method_names[] = {
	[CALLS_POST] = "POST", [CALLS_GET] = "GET", NULL};

#define MEMBER(name) .offset = offsetof(struct settings, name)
#define KIB ((int64_t)1024)
#define KEY(...) {__VA_ARGS__},

const struct config_key settings_keys[] = {
	{
	    .path = "account_sid", .type = CONFIG_STRING,
	    MEMBER(account_sid), .environment = "TWILIO_ACCOUNT_SID",
	    .check = check_account_sid,
	    .help = "The account: AC and 32 hexadecimal digits. Only callbacks "
		    "of this account, and of those in accounts, are answered.",
	},
	{
	    .path = "auth_token", .type = CONFIG_SECRET,
	    MEMBER(auth_token), .environment = "TWILIO_AUTH_TOKEN",
	    .help = "The auth token of account_sid. It checks that a callback "
		    "comes from Twilio, and signs in to the REST API where "
		    "there is no api_key. While a token is being exchanged, "
		    "list both: callbacks may be signed with either, and the "
		    "first one signs in.",
	},
	{
	    .path = "accounts", .type = CONFIG_CUSTOM,
	    .read = settings_read_accounts, .show = settings_show_accounts,
	    .help = "Further accounts, such as subaccounts, whose callbacks "
		    "are answered: an object of account SIDs, each with an "
		    "object of auth_token or auth_token_file. They are not "
		    "used for the REST API.",
	},
	{
	    .path = "api_key", .type = CONFIG_STRING,
	    MEMBER(api_key), .environment = "TWILIO_API_KEY",
	    .check = check_api_key,
	    .help = "The SID of an API key, SK and 32 hexadecimal digits, that "
		    "signs in to the REST API instead of the auth token. "
		    "Callbacks are checked with the auth token all the same.",
	},
	{
	    .path = "api_secret", .type = CONFIG_SECRET,
	    MEMBER(api_secret), .environment = "TWILIO_API_SECRET", .most = 1,
	    .help = "The secret of api_key.",
	},
	{
	    .path = "region", .type = CONFIG_STRING,
	    MEMBER(region), .environment = "TWILIO_REGION",
	    .check = check_label,
	    .help = "The Twilio region whose REST API is called, such as ie1. "
		    "Without it: us1.",
	},
	{
	    .path = "edge", .type = CONFIG_STRING,
	    MEMBER(edge), .environment = "TWILIO_EDGE",
	    .check = check_label,
	    .help = "The Twilio edge that the REST API is called through, such "
		    "as dublin.",
	},
	{
	    .path = "workspace_sid", .type = CONFIG_STRINGS,
	    MEMBER(workspace_sid), .environment = "TASKROUTER_WORKSPACE_SID",
	    .check = check_workspace_sid,
	    .help = "The Workspace, WS and 32 hexadecimal digits, or several. "
		    "Tasks are created in the first. Callbacks of other "
		    "Workspaces are refused; without this key those of any "
		    "Workspace are answered.",
	},
	{
	    .path = "workflow_sid", .type = CONFIG_STRING,
	    MEMBER(workflow_sid), .environment = "TASKROUTER_WORKFLOW_SID",
	    .check = check_workflow_sid,
	    .help = "The Workflow, WW and 32 hexadecimal digits, of Tasks that "
		    "create_task creates without naming one.",
	},
	{
	    .path = "public_url", .type = CONFIG_STRING,
	    MEMBER(public_url), .environment = "TASKROUTER_PUBLIC_URL",
	    .check = settings_check_http_url,
	    .help = "The URL that Twilio calls, up to and with the mount point "
		    "and without the name of the endpoint: where the "
		    "Assignment Callback URL is "
		    "https://example.com/taskrouter/assignment_callback, this "
		    "is https://example.com/taskrouter. Twilio signs the URL, "
		    "so it must be exact. Without a path, and where the web "
		    "server gives no PATH_INFO, only the last segment of a "
		    "request's path counts.",
	},
	{
	    .path = "api_url", .type = CONFIG_STRING,
	    MEMBER(api_url_written), .preset = SETTINGS_API_URL,
	    .environment = "TASKROUTER_API_URL",
	    .check = settings_check_http_url,
	    .help = "Where the REST API is, without /v1. Another value than "
		    "the default wins over region and edge. Plain http:// is "
		    "for this machine only (127.0.0.0/8, [::1], localhost); "
		    "see allow_plain_http.",
	},
	{
	    .path = "allow_plain_http", .type = CONFIG_BOOLEAN,
	    MEMBER(allow_plain_http), .preset = "false",
	    .help = "Lets api_url be a plain http:// URL of another machine. "
		    "The credentials then cross the network unencrypted.",
	},
	{
	    .path = "operator_token", .type = CONFIG_SECRET,
	    MEMBER(operator_token), .environment = "TASKROUTER_OPERATOR_TOKEN",
	    .check = check_operator_token,
	    .help = "The token, or several, that lets somebody call the "
		    "operator endpoints (create_task, accept_reservation, "
		    "events, tasks, workers, activities, reservations; "
		    "metrics from elsewhere than this machine): as the "
		    "password of the user operator with HTTP Basic, or as a "
		    "Bearer token. At least 8 characters; 16 and more are "
		    "advised. Without it those endpoints refuse everybody.",
	},
	{
	    .path = "signature", .type = CONFIG_CHOICE,
	    MEMBER(signature), .preset = "on", .choices = signature_names,
	    .help = "Whether a callback must carry a valid X-Twilio-Signature. "
		    "With off anybody who finds the URL can send callbacks: "
		    "for trials only.",
	},
	{
	    .path = "trusted_proxies", .type = CONFIG_CUSTOM,
	    MEMBER(trusted_proxies),
	    .read = settings_read_networks, .show = settings_show_networks,
	    .help = "IP addresses, or ranges such as 10.0.0.0/8, of proxies "
		    "in front of the web server whose forwarded headers tell "
		    "the URL that Twilio called: a string or a list. For where "
		    "public_url cannot be known beforehand.",
	},
	{
	    .path = "create_task.attributes", .type = CONFIG_CUSTOM,
	    MEMBER(create_task_attributes), .preset = "{}",
	    .read = settings_read_attributes, .show = settings_show_attributes,
	    .help = "The attributes, an object, of Tasks that create_task "
		    "creates without naming any. At most 4096 characters.",
	},
#include "responder/settings_rows_outbox.h"
	{
	    .path = "assignment.default", .type = CONFIG_CUSTOM,
	    MEMBER(assignment_default),
	    .preset = "{\"instruction\":\"accept\"}",
	    .read = settings_read_instruction,
	    .show = settings_show_instruction,
	    .help = "The instruction, an object as described below, that an "
		    "assignment callback is answered with.",
	},
	{
	    .path = "assignment.workflows", .type = CONFIG_CUSTOM,
	    MEMBER(assignment_workflows),
	    .read = settings_read_workflows, .show = settings_show_choices,
	    .help = "Instructions for single Workflows: an object of Workflow "
		    "SIDs, each with its instruction. They win over "
		    "assignment.default.",
	},
	{
	    .path = "assignment.task_queues", .type = CONFIG_CUSTOM,
	    MEMBER(assignment_task_queues),
	    .read = settings_read_task_queues, .show = settings_show_choices,
	    .help = "Instructions for single TaskQueues: an object of "
		    "TaskQueue SIDs, each with its instruction. They win over "
		    "assignment.workflows.",
	},
#include "responder/settings_rows_assignment.h"
#include "responder/settings_rows_rules.h"
#include "responder/settings_rows_calls.h"
#include "responder/settings_rows_store.h"
#include "responder/settings_rows_events.h"
#include "responder/settings_rows_recovery.h"
	{
	    .path = "rest.connect_timeout", .type = CONFIG_SECONDS,
	    MEMBER(rest.connect_timeout_ms), .preset = "2",
	    .least = 100, .most = 60000,
	    .help = "How long connecting to the REST API may take.",
	},
	{
	    .path = "rest.timeout", .type = CONFIG_SECONDS,
	    MEMBER(rest.timeout_ms), .preset = "10",
	    .least = 100, .most = 120000,
	    .help = "How long a call of the REST API may take in all. The web "
		    "server must wait longer than this on the operator "
		    "endpoints.",
	},
	{
	    .path = "rest.connections", .type = CONFIG_INTEGER,
	    MEMBER(rest.connections), .preset = "32", .least = 1, .most = 1000,
	    .help = "How many connections to the REST API a process may have "
		    "at once.",
	},
	{
	    .path = "rest.calls", .type = CONFIG_INTEGER,
	    MEMBER(rest.calls), .preset = "256", .least = 1, .most = 10000,
	    .help = "How many calls of the REST API a process may have in "
		    "hand. Requests beyond that are answered with 503.",
	},
	{
	    .path = "rest.answer_limit", .type = CONFIG_INTEGER,
	    MEMBER(rest.answer_limit), .preset = "262144",
	    .least = KIB, .most = KIB * KIB,
	    .help = "How many bytes an answer of the REST API may have.",
	},
	{
	    .path = "rest.ca_file", .type = CONFIG_STRING,
	    MEMBER(rest.ca_file), .check = config_check_readable_file,
	    .help = "A file of CA certificates in PEM form, by which the REST "
		    "API's certificate is checked. Without it: those of the "
		    "system.",
	},
	{
	    .path = "rest.proxy", .type = CONFIG_STRING,
	    MEMBER(rest.proxy), .check = settings_check_proxy_url,
	    .help = "The URL (http, https, socks5 or socks5h) of a proxy that "
		    "the REST API is called through. Variables such as "
		    "https_proxy are ignored.",
	},
	{
	    .path = "limits.head", .type = CONFIG_INTEGER,
	    MEMBER(limits.head), .preset = "16384",
	    .least = 4 * KIB, .most = 256 * KIB,
	    .help = "How many bytes the head of a request may have.",
	},
	{
	    .path = "limits.body", .type = CONFIG_INTEGER,
	    MEMBER(limits.body), .preset = "65536",
	    .least = KIB, .most = KIB * KIB,
	    .help = "How many bytes the body of a request may have. More are "
		    "answered with 413.",
	},
	{
	    .path = "limits.connections", .type = CONFIG_INTEGER,
	    MEMBER(limits.connections), .preset = "1024",
	    .least = 1, .most = 65536,
	    .help = "How many connections a process may have open to the web "
		    "server.",
	},
	{
	    .path = "limits.receive_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.receive_timeout_ms), .preset = "5",
	    .least = 100, .most = 120000,
	    .help = "How long a request may take to arrive whole.",
	},
	{
	    .path = "limits.send_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.send_timeout_ms), .preset = "5",
	    .least = 100, .most = 120000,
	    .help = "How long an answer may take to leave.",
	},
	{
	    .path = "limits.idle_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.idle_timeout_ms), .preset = "75",
	    .least = 1000, .most = 3600000,
	    .help = "How long a kept connection may be silent. The web "
		    "server's own limit should be shorter.",
	},
	{
	    .path = "limits.stop_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.stop_timeout_ms), .preset = "12",
	    .least = 100, .most = 600000,
	    .help = "How long requests in hand may take once the process was "
		    "told to stop.",
	},
	{
	    .path = "log", .type = CONFIG_CHOICE,
	    MEMBER(log), .preset = "auto", .choices = log_names,
	    .help = "Where the log goes. With auto: to standard error, in the "
		    "journal's form where that is the journal; to syslog where "
		    "standard error is /dev/null, as under plain spawn-fcgi.",
	},
	{
	    .path = "log_level", .type = CONFIG_CHOICE,
	    MEMBER(log_level), .preset = "info", .choices = log_level_names,
	    .help = "The least important lines that are logged.",
	},
	{
	    .path = "metrics_file", .type = CONFIG_STRING,
	    MEMBER(metrics_file), .check = config_check_absolute_path,
	    .help = "A file that several processes add their metrics up in. "
		    "Without it /metrics tells about the process that answers. "
		    "It must not be shortened while it is used.",
	},
	{
	    .path = "allow_readable_secrets", .type = CONFIG_BOOLEAN,
	    MEMBER(allow_readable_secrets), .preset = "false",
	    .help = "Lets a file that holds a secret be readable by its group "
		    "or by others. Files below $CREDENTIALS_DIRECTORY "
		    "(systemd) always may be.",
	},
};

const size_t settings_key_count = ARRAY_LENGTH(settings_keys);
