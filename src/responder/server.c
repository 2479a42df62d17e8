/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "responder/server.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/process.h"
#include "gateway/service.h"
#include "responder/assignment_guard.h"
#include "responder/assignment_sweep.h"
#include "responder/event_purge.h"
#include "responder/keeper.h"
#include "responder/outbox.h"
#include "responder/responder.h"

struct server {
	struct responder responder;
	struct service service;
	struct gateway_limits limits;
	const char *file;
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
stop(void *context)
{
	struct server *server = context;

	server->responder.stopping = true;
	outbox_stop(&server->responder);
}

static bool
is_idle(void *context)
{
	struct server *server = context;

	return outbox_is_idle(&server->responder);
}

static int64_t
stop_timeout_ms(void *context)
{
	struct server *server = context;

	return server->responder.settings->limits.stop_timeout_ms;
}

/* What works on the store besides requests; again, where a reload brought the
 * store. */
static void
start_store(struct responder *responder)
{
	responder_prepare_keeper(responder);
	if (responder->purge == NULL)
		responder->purge = event_purge_start(responder);
	outbox_start(responder);
	assignment_sweep_start(responder);
}

static void
warn_of_store(const struct responder *responder, const struct settings *settings)
{
	struct str old = responder->keeper == NULL
	    ? STR_NONE
	    : str_from(keeper_file(responder->keeper));

	if (old.at != NULL && !str_equal(old, settings->store.file))
		log_event(LOG_LEVEL_WARNING, "reload",
		    "store.file: %.*s stays in use until a restart",
		    STR_ARGS(old));
}

static void
reload(void *context)
{
	struct server *server = context;
	struct settings *settings;

	process_notify("RELOADING=1");
	settings = settings_load(server->file, server_report, NULL);
	metrics_add(server->responder.metrics, COUNTER_RELOADS,
	    settings != NULL, 0);
	if (settings == NULL) {
		log_event(LOG_LEVEL_ERROR, "reload",
		    "the new configuration is bad: the old one stays");
	} else {
		warn_of_store(&server->responder, settings);
		responder_reload(&server->responder, settings);
		if (server->responder.keeper == NULL &&
		    !server->responder.stopping)
			start_store(&server->responder);
		server->limits = server_limits(settings);
		log_open((enum log_target)settings->log,
		    (enum log_level)settings->log_level);
		log_event(LOG_LEVEL_INFO, "reload", "configuration taken");
	}
	process_notify("READY=1");
}

static const struct service_hooks hooks = {
	.reload = reload,
	.stop = stop,
	.is_idle = is_idle,
	.stop_timeout_ms = stop_timeout_ms,
};

static void
announce(const struct server *server)
{
	const char *address = service_address(&server->service);

	if (address != NULL) {
		printf("listening on http://%s\n", address);
		(void)fflush(stdout);
	}
	log_event(LOG_LEVEL_INFO, "start", "taskrouter.fcgi %s, %s, %s",
	    PACKAGE_VERSION, address != NULL ? "HTTP" : "FastCGI",
	    server->file != NULL ? server->file : "no configuration file");
	log_flush();
	process_notify("READY=1");
}

static bool
open_server(struct server *server, const struct server_start *start,
    struct err *err)
{
	struct responder *responder = &server->responder;

	server->service = (struct service){
		.application = &responder->application,
		.limits = &server->limits,
		.hooks = &hooks,
		.context = server,
	};
	return responder_init(responder, start->settings, err) &&
	    responder_need_loop(responder, err) &&
	    service_open(&server->service, responder->loop, start->listen,
		start->listener, err);
}

int
server_run(const struct server_start *start)
{
	struct server server = {
		.file = start->file,
		.limits = server_limits(start->settings),
	};
	struct err err = {0, "out of memory"};

	service_prepare();
	bool running = open_server(&server, start, &err);
	if (running) {
		responder_prepare_rest(&server.responder);
		start_store(&server.responder);
		announce(&server);
		service_run(&server.service);
	} else {
		log_event(LOG_LEVEL_ERROR, "start", "%s", err.text);
	}
	/* Jobs and calls first: their ends refer to exchanges. */
	assignment_sweep_stop(&server.responder);
	assignment_guard_stop(&server.responder);
	keeper_close(server.responder.keeper,
	    server.responder.settings->limits.stop_timeout_ms);
	server.responder.keeper = NULL;
	event_purge_stop(server.responder.purge);
	assignment_sweep_close(&server.responder);
	assignment_guard_close(&server.responder);
	rest_client_close(server.responder.rest);
	server.responder.rest = NULL;
	outbox_close(&server.responder);
	service_close(&server.service);
	responder_release(&server.responder);
	return running ? EXIT_SUCCESS : EXIT_FAILURE;
}
