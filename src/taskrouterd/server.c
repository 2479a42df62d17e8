/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "taskrouterd/server.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/address.h"
#include "base/log.h"
#include "base/process.h"
#include "gateway/service.h"
#include "taskrouterd/callbacks.h"
#include "taskrouterd/daemon.h"

struct server {
	struct daemon daemon;
	struct service service;
	struct gateway_limits limits;
};

static struct gateway_limits
limits_of(const struct settings *settings)
{
	return (struct gateway_limits){
		.head = (size_t)settings->limits.head,
		.body = (size_t)settings->limits.body,
		.connections = (size_t)settings->limits.connections,
		.receive_us = settings->limits.receive_timeout_ms * 1000,
		.send_us = settings->limits.send_timeout_ms * 1000,
		.idle_us = settings->limits.idle_timeout_ms * 1000,
	};
}

bool
server_may_start(const struct server_start *start, struct err *err)
{
	const struct settings *settings = start->settings;

	if (settings->has_own_credentials)
		return true;
	if (start->fastcgi && !address_is_local_socket(start->listener))
		return err_set(err, 0, "the socket can be reached from other "
		    "machines: that needs credentials of your own "
		    "(TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN)");
	if (start->fastcgi && str_is(settings->store, ":memory:"))
		return err_set(err, 0, "behind a web server it needs "
		    "credentials of your own (TWILIO_ACCOUNT_SID and "
		    "TWILIO_AUTH_TOKEN), or a store to keep some in");
	if (!start->fastcgi && !address_is_local(settings->listen.at))
		return err_set(err, 0, "%s can be reached from other "
		    "machines: that needs credentials of your own "
		    "(TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN)",
		    settings->listen.at);
	return true;
}

/* ---- hooks of the service */

static void
turn(void *context)
{
	struct server *server = context;

	daemon_settle(&server->daemon);
	if (server->daemon.broken)
		service_end(&server->service);
}

static void
stop(void *context)
{
	struct server *server = context;

	daemon_stop(&server->daemon);
}

static bool
is_idle(void *context)
{
	struct server *server = context;

	return daemon_is_idle(&server->daemon);
}

static int64_t
stop_timeout_ms(void *context)
{
	struct server *server = context;

	return server->daemon.settings->limits.stop_timeout_ms;
}

static const struct service_hooks hooks = {
	.turn = turn,
	.stop = stop,
	.is_idle = is_idle,
	.stop_timeout_ms = stop_timeout_ms,
};

/* ---- what it says when it is ready */

/* As a shell reads it: in quotes, unless nothing in it needs them. */
static void
print_quoted(struct str value)
{
	bool plain = true;

	for (size_t i = 0; i < value.len; i++)
		plain = plain &&
		    (ascii_is_alpha((unsigned char)value.at[i]) ||
			ascii_is_digit((unsigned char)value.at[i]) ||
			str_has_byte(STR("-_.:/@%+"), value.at[i]));
	if (plain) {
		printf("%.*s", STR_ARGS(value));
		return;
	}
	putchar('\'');
	for (size_t i = 0; i < value.len; i++)
		if (value.at[i] == '\'')
			fputs("'\\''", stdout);
		else
			putchar(value.at[i]);
	putchar('\'');
}

/* A token that the user set goes nowhere but to a terminal: standard output
 * may be a log. */
static void
print_token(const struct settings *settings, bool made_up)
{
	if (made_up || isatty(STDOUT_FILENO) == 1)
		print_quoted(settings->auth_tokens.items[0]);
	else
		fputs("\"$TWILIO_AUTH_TOKEN\"", stdout);
}

/* Whoever listens everywhere is here, too. */
static const char *
reachable(const char *address, char text[ADDRESS_TEXT])
{
	static const char *const everywhere[] = {"0.0.0.0:", "[::]:"};

	for (size_t i = 0; i < ARRAY_LENGTH(everywhere); i++) {
		size_t length = strlen(everywhere[i]);
		if (strncmp(address, everywhere[i], length) != 0)
			continue;
		(void)snprintf(text, ADDRESS_TEXT, "127.0.0.1:%s",
		    address + length);
		return text;
	}
	return address;
}

static void
print_ready(const struct server *server, bool made_up_token)
{
	const struct settings *settings = server->daemon.settings;
	const char *address = service_address(&server->service);
	char text[ADDRESS_TEXT];

	printf("listening on http://%s\n", address);
	fputs("export TWILIO_ACCOUNT_SID=", stdout);
	print_quoted(settings->account_sid);
	fputs(" TWILIO_AUTH_TOKEN=", stdout);
	print_token(settings, made_up_token);
	fputs(" TASKROUTER_API_URL=", stdout);
	if (settings->public_url.len > 0)
		print_quoted(settings->public_url);
	else
		printf("http://%s", reachable(address, text));
	putchar('\n');
	(void)fflush(stdout);
}

static void
announce(const struct server *server, bool made_up_token)
{
	bool http = service_address(&server->service) != NULL;

	if (http)
		print_ready(server, made_up_token);
	log_event(LOG_LEVEL_INFO, "start", "taskrouterd %s, %s, store %s",
	    PACKAGE_VERSION, http ? "HTTP" : "FastCGI",
	    server->daemon.settings->store.at);
	log_flush();
	process_notify("READY=1");
}

/* ---- from the beginning to the end */

static bool
open_server(struct server *server, const struct server_start *start,
    struct event_base *loop, struct err *err)
{
	server->service = (struct service){
		.application = &server->daemon.application,
		.limits = &server->limits,
		.hooks = &hooks,
		.context = server,
	};
	if (loop == NULL)
		return err_set(err, 0, "the event loop cannot be made");
	return daemon_open(&server->daemon, loop, start->settings, err) &&
	    service_open(&server->service, loop,
		start->fastcgi ? NULL : start->settings->listen.at,
		start->listener, err);
}

int
server_start(const struct server_start *start)
{
	bool made_up_token = start->settings->auth_tokens.count == 0;
	struct server server = {
		.limits = limits_of(start->settings),
	};
	struct err err = {0, "out of memory"};

	service_prepare();
	struct event_base *loop = event_base_new();
	bool good = open_server(&server, start, loop, &err);
	if (good) {
		announce(&server, made_up_token);
		service_run(&server.service);
		good = !server.daemon.broken;
	} else {
		log_event(LOG_LEVEL_ERROR, "start", "%s", err.text);
	}
	service_close(&server.service);
	daemon_close(&server.daemon);
	if (loop != NULL)
		event_base_free(loop);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
