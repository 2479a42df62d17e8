/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/server.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/process.h"
#include "gateway/fcgi.h"
#include "gateway/httpd.h"
#include "responder/responder.h"

/* evhttp tells nobody when an answer has left; so long is enough for what
 * the kernel will take. */
#define HTTP_FLUSH_US 50000

struct server {
	struct responder responder;
	struct gateway_limits limits;
	struct fcgi_gateway *fcgi;
	struct httpd *httpd;
	const char *file;
	struct event *deadline; /* of the stop */
	bool finished;
};

void
server_report(void *to, bool warning, const char *message)
{
	(void)to;
	log_event(warning ? LOG_LEVEL_WARNING : LOG_LEVEL_ERROR,
	    "configuration", "%s", message);
}

struct gateway_limits
server_limits(const struct settings *settings)
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

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct server *server = argument;

	(void)fd;
	(void)what;
	log_event(LOG_LEVEL_WARNING, "stop",
	    "limits.stop_timeout has passed: giving up what is in hand");
	server->finished = true;
}

static void
on_stop(evutil_socket_t signal_number, short what, void *argument)
{
	struct server *server = argument;
	int64_t ms = server->responder.settings->limits.stop_timeout_ms;
	struct timeval limit = {ms / 1000, ms % 1000 * 1000};

	(void)what;
	if (server->responder.stopping)
		return;
	server->responder.stopping = true;
	process_notify("STOPPING=1");
	log_event(LOG_LEVEL_INFO, "stop", "signal %d: finishing what is in hand",
	    (int)signal_number);
	if (server->fcgi != NULL)
		fcgi_stop(server->fcgi);
	if (server->httpd != NULL)
		httpd_stop(server->httpd);
	(void)event_add(server->deadline, &limit);
}

static void
on_reload(evutil_socket_t signal_number, short what, void *argument)
{
	struct server *server = argument;
	struct settings *settings;

	(void)signal_number;
	(void)what;
	process_notify("RELOADING=1");
	settings = settings_load(server->file, server_report, NULL);
	metrics_add(server->responder.metrics, COUNTER_RELOADS,
	    settings != NULL, 0);
	if (settings == NULL) {
		log_event(LOG_LEVEL_ERROR, "reload",
		    "the new configuration is bad: the old one stays");
	} else {
		responder_reload(&server->responder, settings);
		server->limits = server_limits(settings);
		log_open((enum log_target)settings->log,
		    (enum log_level)settings->log_level);
		log_event(LOG_LEVEL_INFO, "reload", "configuration taken");
	}
	process_notify("READY=1");
}

/* One row a signal. SIGUSR1 is FastCGI's own word for an orderly end. */
static const struct {
	int number;
	event_callback_fn handler;
} signals[] = {
	{SIGTERM, on_stop},
	{SIGINT, on_stop},
	{SIGUSR1, on_stop},
	{SIGHUP, on_reload},
};

struct signal_events {
	struct event *items[ARRAY_LENGTH(signals)];
};

static void
block_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
		(void)sigaddset(&set, signals[i].number);
	(void)sigprocmask(how, &set, NULL);
}

static bool
watch_signals(struct server *server, struct signal_events *events)
{
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++) {
		events->items[i] = evsignal_new(server->responder.loop,
		    signals[i].number, signals[i].handler, server);
		if (events->items[i] == NULL ||
		    event_add(events->items[i], NULL) != 0)
			return false;
	}
	server->deadline = event_new(
	    server->responder.loop, -1, 0, on_deadline, server);
	/* After libfcgi, which installs a handler of its own. */
	return server->deadline != NULL &&
	    signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static void
forget_signals(struct server *server, struct signal_events *events)
{
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
		if (events->items[i] != NULL)
			event_free(events->items[i]);
	if (server->deadline != NULL)
		event_free(server->deadline);
}

static bool
open_transport(struct server *server, const struct server_start *start,
    struct err *err)
{
	struct responder *responder = &server->responder;

	if (start->listen == NULL) {
		server->fcgi = fcgi_open(responder->loop, start->listener,
		    &responder->application, &server->limits, err);
		return server->fcgi != NULL;
	}
	server->httpd = httpd_open(responder->loop, start->listen,
	    &responder->application, &server->limits, err);
	return server->httpd != NULL;
}

static void
announce(const struct server *server)
{
	if (server->httpd != NULL) {
		printf("listening on http://%s\n", httpd_address(server->httpd));
		(void)fflush(stdout);
	}
	log_event(LOG_LEVEL_INFO, "start", "taskrouter.fcgi %s, %s, %s",
	    PACKAGE_VERSION, server->httpd != NULL ? "HTTP" : "FastCGI",
	    server->file != NULL ? server->file : "no configuration file");
	log_flush();
	process_notify("READY=1");
}

static bool
is_drained(const struct server *server)
{
	if (server->fcgi != NULL)
		return fcgi_connections(server->fcgi) == 0;
	return httpd_is_idle(server->httpd);
}

static void
run_loop(struct server *server)
{
	struct event_base *loop = server->responder.loop;
	struct timeval flush = {0, HTTP_FLUSH_US};

	while (!server->finished) {
		(void)event_base_loop(loop, EVLOOP_ONCE);
		log_flush();
		if (server->responder.stopping && is_drained(server))
			server->finished = true;
	}
	if (server->httpd != NULL && event_base_loopexit(loop, &flush) == 0)
		(void)event_base_dispatch(loop);
	log_event(LOG_LEVEL_INFO, "stop", "ended");
	log_flush();
}

int
server_run(const struct server_start *start)
{
	struct server server = {
		.file = start->file,
		.limits = server_limits(start->settings),
	};
	struct signal_events events = {{NULL}};
	struct err err = {0, "out of memory"};
	bool running;

	/* libfcgi's own handlers would swallow a signal until ours are set. */
	block_signals(SIG_BLOCK);
	process_raise_descriptors();
	running = responder_init(&server.responder, start->settings, &err) &&
	    responder_need_loop(&server.responder, &err) &&
	    open_transport(&server, start, &err) &&
	    watch_signals(&server, &events);
	block_signals(SIG_UNBLOCK);
	if (running) {
		responder_prepare_rest(&server.responder);
		announce(&server);
		run_loop(&server);
	} else {
		log_event(LOG_LEVEL_ERROR, "start", "%s", err.text);
	}
	/* Calls first: their ends refer to exchanges. */
	rest_client_close(server.responder.rest);
	server.responder.rest = NULL;
	fcgi_close(server.fcgi);
	httpd_close(server.httpd);
	forget_signals(&server, &events);
	responder_release(&server.responder);
	return running ? EXIT_SUCCESS : EXIT_FAILURE;
}
