/* SPDX-License-Identifier: MIT
 *
 * What follows from several keys together, and what contradicts.
 */
#include "base/compat.h"

#include <string.h>

#include "responder/settings_parts.h"

static void
derive_public_url(struct settings *s)
{
	struct settings_url url;

	if (s->public_url.at == NULL)
		return;
	settings_split_url(s->public_url, &url);
	s->public_origin = url.origin;
	s->public_path = url.path;
	s->public_url =
	    str_slice(s->public_url, 0, url.origin.len + url.path.len);
}

static bool
is_api_url_chosen(const struct settings *s)
{
	struct settings_url url;

	settings_split_url(s->api_url_written, &url);
	return url.path.len > 0 || !str_is(url.origin, SETTINGS_API_URL);
}

/* Source of the host forms: Twilio's own libraries build them so. */
static void
derive_api_url(struct settings *s)
{
	const char *region = s->region.at != NULL ? s->region.at : "us1";
	struct settings_url url;

	if (is_api_url_chosen(s) ||
	    (s->region.at == NULL && s->edge.at == NULL)) {
		settings_split_url(s->api_url_written, &url);
		s->api_url = str_slice(s->api_url_written, 0,
		    url.origin.len + url.path.len);
		return;
	}
	s->api_url = arena_format(&s->arena,
	    "https://taskrouter.%.*s%s%s.twilio.com", STR_ARGS(s->edge),
	    s->edge.at != NULL ? "." : "", region);
}

static struct settings_account *
find_account(const struct settings *s, struct str sid)
{
	for (size_t i = 0; i < s->account_count; i++)
		if (str_equal(s->accounts[i].account_sid, sid))
			return &s->accounts[i];
	return NULL;
}

/* Puts account_sid into `accounts`, in front, so that there is one list. */
static void
join_accounts(struct settings *s)
{
	size_t count = s->account_count;
	struct settings_account *own = find_account(s, s->account_sid);

	if (own != NULL)
		s->auth_token = own->auth_tokens;
	if (own != NULL || s->account_sid.at == NULL ||
	    s->auth_token.count == 0)
		return;
	struct settings_account *all =
	    arena_array(&s->arena, count + 1, sizeof *all);
	if (all == NULL)
		return;
	all[0] = (struct settings_account){s->account_sid, s->auth_token};
	if (count > 0)
		memcpy(all + 1, s->accounts, count * sizeof *all);
	s->accounts = all;
	s->account_count = count + 1;
}

static bool
has_key_without_secret(const struct settings *s)
{
	return s->api_key.at != NULL && s->api_secret.count == 0;
}

static bool
has_secret_without_key(const struct settings *s)
{
	return s->api_key.at == NULL && s->api_secret.count > 0;
}

static bool
has_token_without_account(const struct settings *s)
{
	return s->account_sid.at == NULL && s->auth_token.count > 0;
}

static bool
has_token_twice(const struct settings *s)
{
	return s->auth_token.count > 0 && s->account_sid.at != NULL &&
	    find_account(s, s->account_sid) != NULL;
}

static bool
lacks_tokens(const struct settings *s)
{
	return s->signature == SIGNATURE_ON && s->auth_token.count == 0 &&
	    s->account_count == 0;
}

/* Other accounts have tokens, this one has none. */
static bool
lacks_own_token(const struct settings *s)
{
	return s->signature == SIGNATURE_ON && s->account_sid.at != NULL &&
	    s->auth_token.count == 0 && s->account_count > 0 &&
	    find_account(s, s->account_sid) == NULL;
}

static bool
lacks_url(const struct settings *s)
{
	return s->signature == SIGNATURE_ON && s->public_url.at == NULL &&
	    s->trusted_proxies.count == 0;
}

static bool
has_signature_off(const struct settings *s)
{
	return s->signature == SIGNATURE_OFF;
}

static bool
has_url_without_path(const struct settings *s)
{
	return s->public_path.at != NULL && s->public_path.len == 0;
}

static bool
has_url_of_endpoint(const struct settings *s)
{
	return str_has_suffix(s->public_path, STR("/assignment_callback"));
}

static bool
has_plain_http(const struct settings *s)
{
	struct settings_url url;

	settings_split_url(s->api_url_written, &url);
	return str_is(url.scheme, "http") && !settings_is_loopback(url.host) &&
	    !s->allow_plain_http;
}

static bool
has_url_and_region(const struct settings *s)
{
	return is_api_url_chosen(s) &&
	    (s->region.at != NULL || s->edge.at != NULL);
}

static bool
has_short_token(const struct settings *s)
{
	for (size_t i = 0; i < s->operator_token.count; i++)
		if (s->operator_token.items[i].len < SETTINGS_TOKEN_ADVISED)
			return true;
	return false;
}

static bool
has_longer_connect(const struct settings *s)
{
	return s->rest.connect_timeout_ms > s->rest.timeout_ms;
}

static bool
has_shorter_stop(const struct settings *s)
{
	return s->limits.stop_timeout_ms < s->rest.timeout_ms;
}

static bool
has_rules_and_default(const struct settings *s)
{
	return s->rules.list != NULL && s->rules.has_default;
}

static bool
has_rules_and_choices(const struct settings *s)
{
	return s->rules.list != NULL && (s->assignment_workflows.count > 0 ||
	    s->assignment_task_queues.count > 0);
}

static bool
has_outbox_without_store(const struct settings *s)
{
	return s->outbox.takes_tasks && s->store.file.at == NULL;
}

static bool
has_shorter_keep(const struct settings *s)
{
	return s->outbox.keep_ms < s->outbox.give_up_ms;
}

static bool
has_work_without_store(const struct settings *s)
{
	return s->rules.list != NULL && rules_have_work(s->rules.list) &&
	    s->store.file.at == NULL;
}

static bool
has_time_without_store(const struct settings *s)
{
	return s->rules.list != NULL && rules_use_time(s->rules.list) &&
	    s->store.file.at == NULL;
}

static bool
has_callers_left_waiting(const struct settings *s)
{
	return s->rules.list != NULL && rules_keep_calls(s->rules.list) &&
	    s->store.file.at != NULL &&
	    strcmp(s->rules.fallback.name, instruction_accept.name) == 0;
}

static bool
has_recovery_without_store(const struct settings *s)
{
	return s->recovery.is_enabled && s->store.file.at == NULL;
}

static bool
goes_nowhere(const struct settings *s)
{
	const struct recovery_options *options = &s->recovery.options;

	return options->activity_sid.at != NULL &&
	    str_equal(options->activity_sid, options->timeout_activity_sid);
}

#define WARNING true
#define ERROR false

/* One row for each contradiction. A row is left out if one of `others`, or
 * `path` itself, has an error of its own. */
static const struct {
	bool (*is_true)(const struct settings *s);
	bool warning;
	const char *path;
	const char *others[3];
	const char *words;
} checks[] = {
    {has_token_without_account, ERROR, "account_sid", {"auth_token"},
	"not set: auth_token belongs to an account"},
    {has_token_twice, ERROR, "auth_token", {"account_sid", "accounts"},
	"accounts has tokens of account_sid too: only one of them can count"},
    {has_key_without_secret, ERROR, "api_secret", {"api_key"},
	"not set: api_key needs it"},
    {has_secret_without_key, ERROR, "api_key", {"api_secret"},
	"not set: api_secret belongs to an API key"},
    {lacks_tokens, WARNING, "auth_token", {"accounts", "signature"},
	"not set: callbacks will be refused, because their signature cannot "
	"be checked"},
    {lacks_own_token, WARNING, "auth_token",
	{"accounts", "account_sid", "signature"},
	"not set: callbacks of account_sid will be refused, because their "
	"signature cannot be checked"},
    {lacks_url, WARNING, "public_url", {"trusted_proxies", "signature"},
	"not set: callbacks will be refused, because it is not known which "
	"URL Twilio signed"},
    {has_url_without_path, WARNING, "public_url", {NULL},
	"has no path: where the web server gives no PATH_INFO, only the last "
	"segment of a request's path counts"},
    {has_url_of_endpoint, WARNING, "public_url", {NULL},
	"ends in /assignment_callback: expected the mount point above it"},
    {has_signature_off, WARNING, "signature", {NULL},
	"callbacks are answered whoever sends them"},
    {has_plain_http, ERROR, "api_url", {"allow_plain_http"},
	"expected https://: plain http:// would show the credentials to the "
	"network (allow_plain_http allows it)"},
    {has_url_and_region, WARNING, "api_url", {"region", "edge"},
	"wins over region and edge, which do not count"},
    {has_short_token, WARNING, "operator_token", {NULL},
	"shorter than 16 characters"},
    {settings_calls_lack_workflow, ERROR, "calls.menu", {"workflow_sid"},
	"a choice has no workflow_sid, and there is none beside calls: its "
	"callers could not be put into a queue"},
    {settings_calls_need_workflow, WARNING, "workflow_sid", {"calls.menu"},
	"not set: callers could not be put into a queue"},
    {settings_calls_lack_default, ERROR, "calls.default", {"calls.menu"},
	"no choice of calls.menu has these digits"},
    {settings_calls_press_finish_key, ERROR, "calls.finish_on_key",
	{"calls.menu"}, "is a digit of a choice of calls.menu"},
    {settings_calls_say_nothing, WARNING, "calls.menu", {"calls.greeting"},
	"nothing is said: callers do not know what they can press"},
    {settings_calls_never_say_goodbye, WARNING, "calls.goodbye",
	{"calls.no_input", "calls.wrong_input"},
	"is never said: no call is ended for want of a choice"},
    {settings_calls_are_too_long, ERROR, "calls.menu",
	{"calls.greeting", "calls.goodbye"},
	"the document of the menu, or of a choice, would have more than the "
	"64 KiB that Twilio takes (Twilio error 11750)"},
    {has_rules_and_default, ERROR, "assignment.rules",
	{"assignment.default"},
	"assignment.default is given too: the last rule stands for it"},
    {has_rules_and_choices, ERROR, "assignment.rules",
	{"assignment.workflows", "assignment.task_queues"},
	"assignment.workflows or assignment.task_queues is given too: write "
	"conditions such as workflow_sid == \"WW...\""},
    {has_work_without_store, ERROR, "assignment.rules", {"store.file"},
	"a rule asks for work (then), which needs store.file"},
    {has_time_without_store, WARNING, "assignment.rules", {"store.file"},
	"a rule asks for the time, and store.file is not set: a callback that "
	"is repeated later may be answered differently"},
    {has_callers_left_waiting, WARNING, "assignment.fallback",
	{"assignment.rules", "store.file"},
	"accept is answered instead of a rule's dequeue, call, conference or "
	"redirect where the store fails or is late: the Worker would be busy, "
	"and the caller left waiting; set it to reject, with the activity_sid "
	"of an Activity that is available, or to {}"},
    {has_longer_connect, ERROR, "rest.connect_timeout", {"rest.timeout"},
	"longer than rest.timeout"},
    {has_shorter_stop, WARNING, "limits.stop_timeout", {"rest.timeout"},
	"shorter than rest.timeout: a stop may cut calls off"},
    {has_outbox_without_store, ERROR, "create_task.outbox", {"store.file"},
	"needs store.file, which is not set"},
    {has_recovery_without_store, ERROR, "recovery.enabled", {"store.file"},
	"needs store.file, which is not set"},
    {goes_nowhere, ERROR, "recovery.activity_sid",
	{"recovery.timeout_activity_sid"},
	"is recovery.timeout_activity_sid: Workers would stay where they are"},
    {has_shorter_keep, ERROR, "outbox.keep", {"outbox.give_up"},
	"shorter than outbox.give_up: a key would be forgotten while its Task "
	"is still being tried"},
};

static bool
can_be_checked(const struct config_reader *reader, size_t row)
{
	if (config_has_error(reader, checks[row].path))
		return false;
	for (size_t i = 0; i < ARRAY_LENGTH(checks[row].others); i++)
		if (checks[row].others[i] != NULL &&
		    config_has_error(reader, checks[row].others[i]))
			return false;
	return true;
}

void
settings_check(struct config_reader *reader, void *settings)
{
	struct settings *s = settings;

	derive_public_url(s);
	settings_derive_calls(s);
	settings_note_default(reader, s);
	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
		if (!can_be_checked(reader, i) || !checks[i].is_true(s))
			continue;
		if (checks[i].warning)
			config_warning(
			    reader, checks[i].path, "%s", checks[i].words);
		else
			config_error(
			    reader, checks[i].path, "%s", checks[i].words);
	}
	derive_api_url(s);
	join_accounts(s);
	settings_derive_rules(s);
}
