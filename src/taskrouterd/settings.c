/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/settings.h"

#include <string.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "taskrouterd/manual.h"
#include "twilio/sid.h"

/* Enough for a file of the greatest size that config_load reads. */
#define SETTINGS_CEILING ((size_t)16 << 20)

static bool
check_listen(struct str value, struct err *err)
{
	char text[ADDRESS_HOST + 16], host[ADDRESS_HOST];
	uint16_t port;

	if (value.len >= sizeof text)
		return err_set(err, 0, "expected ADDRESS:PORT");
	memcpy(text, value.at, value.len);
	text[value.len] = '\0';
	return address_split(text, host, &port, err);
}

static bool
check_account_sid(struct str value, struct err *err)
{
	return sid_check(value, "AC", err);
}

/* The origin of a URL: what stands before the path. */
static bool
check_public_url(struct str value, struct err *err)
{
	struct str rest = value, scheme = str_cut(&rest, ':');
	bool good = (str_is(scheme, "http") || str_is(scheme, "https")) &&
	    str_has_prefix(rest, STR("//")) && rest.len > 2;

	rest = str_slice(rest, 2, rest.len);
	for (size_t i = 0; good && i < rest.len; i++)
		good = (unsigned char)rest.at[i] > ' ' &&
		    !str_has_byte(STR("/?#@\"<>\\"), rest.at[i]);
	if (good)
		return true;
	return err_set(err, 0, "expected scheme, host and port alone, such as "
	    "http://taskrouter.example.com:8015");
}

static bool
check_date(struct str value, struct err *err)
{
	int64_t seconds;

	return clock_parse(value.at, value.len, &seconds) ||
	    err_set(err, 0, "expected a date such as 2026-01-31T08:00:00Z");
}

static const char *const log_names[] = {
	[LOG_TO_AUTO] = "auto", [LOG_TO_STDERR] = "stderr",
	[LOG_TO_SYSLOG] = "syslog", NULL};
static const char *const log_level_names[] = {
	[LOG_LEVEL_ERROR] = "error", [LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info", [LOG_LEVEL_DEBUG] = "debug", NULL};

#define MEMBER(name) .offset = offsetof(struct settings, name)
#define KIB ((int64_t)1024)

static const struct config_key keys[] = {
	{
	    .path = "listen", .type = CONFIG_STRING,
	    MEMBER(listen), .preset = "127.0.0.1:8015", .check = check_listen,
	    .help = "Address and port of the built-in HTTP server; port 0 "
		    "takes a free one. As the option -l, but a listening "
		    "socket that the program is handed wins over it.",
	},
	{
	    .path = "store", .type = CONFIG_STRING,
	    MEMBER(store), .preset = ":memory:",
	    .help = "The file of the SQLite database that everything is kept "
		    "in, or :memory: for one that ends with the process. As "
		    "the option --store.",
	},
	{
	    .path = "seed", .type = CONFIG_STRING,
	    MEMBER(seed), .least = 1,
	    .help = "A file of Workspaces and what is in them, which a store "
		    "without any Workspace begins with: taskrouter-seed(5). As "
		    "the option --seed.",
	},
	{
	    .path = "account_sid", .type = CONFIG_STRING,
	    MEMBER(account_sid), .environment = "TWILIO_ACCOUNT_SID",
	    .check = check_account_sid,
	    .help = "The account that clients sign in as, and that callbacks "
		    "name. Without it one is made up.",
	},
	{
	    .path = "auth_token", .type = CONFIG_SECRET,
	    MEMBER(auth_tokens), .environment = "TWILIO_AUTH_TOKEN",
	    .least = 1,
	    .help = "The account's auth token. Of several, clients may use "
		    "any; the first one signs callbacks. Without it one is "
		    "made up.",
	},
	{
	    .path = "public_url", .type = CONFIG_STRING,
	    MEMBER(public_url), .check = check_public_url,
	    .help = "Scheme, host and port of the URLs in answers. Without "
		    "it: http and the Host that the client asked for.",
	},
	{
	    .path = "random_seed", .type = CONFIG_STRING, MEMBER(random_seed),
	    .help = "Takes chance from this text in place of the kernel's: "
		    "then the same requests to the same state bring the same "
		    "SIDs. For tests: who knows it knows all SIDs. As the "
		    "option --random-seed.",
	},
	{
	    .path = "clock.start", .type = CONFIG_STRING, MEMBER(clock.start),
	    .check = check_date,
	    .help = "What the clock shows at the start, such as "
		    "2026-01-31T08:00:00Z, unless the store has a clock that "
		    "goes on. As the option --clock.",
	},
	{
	    .path = "clock.frozen", .type = CONFIG_BOOLEAN,
	    MEMBER(clock.frozen), .preset = "false",
	    .help = "Whether the clock stands still at the start, until "
		    "/_local/clock is told otherwise. As the option "
		    "--frozen.",
	},
	{
	    .path = "callback.timeout", .type = CONFIG_SECONDS,
	    MEMBER(callback.timeout_ms), .preset = "5",
	    .least = 50, .most = 60000,
	    .help = "How long an application may take to answer an assignment "
		    "callback. TaskRouter's own limit is 5 seconds.",
	},
	{
	    .path = "callback.answer_limit", .type = CONFIG_INTEGER,
	    MEMBER(callback.answer_limit), .preset = "65536",
	    .least = KIB, .most = KIB * KIB,
	    .help = "How many bytes an application's answer may have.",
	},
	{
	    .path = "callback.event_timeout", .type = CONFIG_SECONDS,
	    MEMBER(callback.event_timeout_ms), .preset = "15",
	    .least = 50, .most = 60000,
	    .help = "How long an application may take to answer an event "
		    "callback.",
	},
	{
	    .path = "callback.connections", .type = CONFIG_INTEGER,
	    MEMBER(callback.connections), .preset = "512",
	    .least = 8, .most = 10000,
	    .help = "How many connections to applications may be open at "
		    "once; a quarter of them is for event callbacks.",
	},
	{
	    .path = "callback.ca_file", .type = CONFIG_STRING,
	    MEMBER(callback.ca_file), .check = config_check_readable_file,
	    .help = "A file of CA certificates in PEM form, by which the "
		    "certificates of applications are checked. Without it: "
		    "those of the system.",
	},
	{
	    .path = "limits.head", .type = CONFIG_INTEGER,
	    MEMBER(limits.head), .preset = "16384",
	    .least = 4 * KIB, .most = 256 * KIB,
	    .help = "How many bytes the head of a request may have.",
	},
	{
	    .path = "limits.body", .type = CONFIG_INTEGER,
	    MEMBER(limits.body), .preset = "4194304",
	    .least = KIB, .most = 16 * KIB * KIB,
	    .help = "How many bytes the body of a request may have. The "
		    "largest configuration of a Workflow, encoded, has three "
		    "millions.",
	},
	{
	    .path = "limits.connections", .type = CONFIG_INTEGER,
	    MEMBER(limits.connections), .preset = "1024",
	    .least = 1, .most = 65536,
	    .help = "How many connections a web server may have open. The "
		    "built-in server knows no such limit.",
	},
	{
	    .path = "limits.receive_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.receive_timeout_ms), .preset = "10",
	    .least = 100, .most = 120000,
	    .help = "How long a request may take to arrive whole.",
	},
	{
	    .path = "limits.send_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.send_timeout_ms), .preset = "10",
	    .least = 100, .most = 120000,
	    .help = "How long a client may leave an answer waiting.",
	},
	{
	    .path = "limits.idle_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.idle_timeout_ms), .preset = "75",
	    .least = 1000, .most = 3600000,
	    .help = "How long a kept connection may be silent.",
	},
	{
	    .path = "limits.stop_timeout", .type = CONFIG_SECONDS,
	    MEMBER(limits.stop_timeout_ms), .preset = "12",
	    .least = 100, .most = 600000,
	    .help = "How long what is in hand may take once the process was "
		    "told to stop: requests, and callbacks that were sent.",
	},
	{
	    .path = "limits.timers", .type = CONFIG_INTEGER,
	    MEMBER(limits.timers), .preset = "1000",
	    .least = 1, .most = 100000,
	    .help = "How many timeouts of Tasks and Reservations one turn of "
		    "the loop carries out, while requests wait.",
	},
	{
	    .path = "limits.offers", .type = CONFIG_INTEGER,
	    MEMBER(limits.offers), .preset = "10",
	    .least = 1, .most = 1000,
	    .help = "How often within a second a Task is offered; then it "
		    "rests until a second after the first of these offers. It "
		    "keeps a Task and an application that always rejects it "
		    "from going round at full speed.",
	},
	{
	    .path = "limits.debugger", .type = CONFIG_INTEGER,
	    MEMBER(limits.debugger), .preset = "1000",
	    .least = 1, .most = 100000,
	    .help = "How many warnings and errors /_local/debugger keeps.",
	},
	{
	    .path = "limits.calls", .type = CONFIG_INTEGER,
	    MEMBER(limits.calls), .preset = "1000",
	    .least = 1, .most = 100000,
	    .help = "How many telephone calls /_local/calls keeps.",
	},
	{
	    .path = "limits.events_days", .type = CONFIG_INTEGER,
	    MEMBER(limits.events_days), .preset = "30",
	    .least = 1, .most = 3650,
	    .help = "How many days Events are kept. TaskRouter keeps them for "
		    "30.",
	},
	{
	    .path = "limits.faults", .type = CONFIG_INTEGER,
	    MEMBER(limits.faults), .preset = "100",
	    .least = 1, .most = 1000,
	    .help = "How many faults /_local/faults keeps, spent ones "
		    "included.",
	},
	{
	    .path = "limits.rates", .type = CONFIG_BOOLEAN,
	    MEMBER(limits.rates), .preset = "false",
	    .help = "Whether TaskRouter's rate limits are in force from the "
		    "start, as after a POST to /_local/rate_limits.",
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
	    .path = "allow_readable_secrets", .type = CONFIG_BOOLEAN,
	    MEMBER(allow_readable_secrets), .preset = "false",
	    .help = "Lets a file that holds the auth token be readable by its "
		    "group or by others. Files below $CREDENTIALS_DIRECTORY "
		    "(systemd) always may be.",
	},
};

/* The settings live in the arena that they hold. */
static struct settings *
make_settings(void)
{
	struct arena arena;

	arena_init(&arena, SETTINGS_CEILING);
	struct settings *settings = arena_alloc(&arena, sizeof *settings);
	if (settings != NULL)
		settings->arena = arena;
	return settings;
}

struct settings *
settings_gather(const struct settings_source *source,
    void (*report)(void *to, bool warning, const char *message), void *to)
{
	struct settings *settings = make_settings();
	struct config_source config = {
		.file = source->file,
		.allow_readable_key = "allow_readable_secrets",
		.options = source->options,
		.option_count = source->option_count,
	};

	if (settings == NULL) {
		report(to, false, "no memory for the configuration");
		return NULL;
	}
	if (!config_load(keys, ARRAY_LENGTH(keys), config, &settings->arena,
		settings, report, to)) {
		settings_discard(settings);
		return NULL;
	}
	settings->has_own_credentials = settings->account_sid.len > 0 &&
	    settings->auth_tokens.count > 0;
	return settings;
}

void
settings_discard(struct settings *settings)
{
	if (settings == NULL)
		return;
	struct arena arena = settings->arena;
	arena_wipe(&arena);
}

void
settings_print(const struct settings *settings, FILE *out)
{
	config_show(keys, ARRAY_LENGTH(keys), settings, out);
}

void
manual_write_keys(FILE *out)
{
	config_write_manual(keys, ARRAY_LENGTH(keys), out);
}
