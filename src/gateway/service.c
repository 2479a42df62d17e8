/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/service.h"

#include <event2/event.h>
#include <signal.h>

#include "base/log.h"
#include "base/process.h"
#include "gateway/fcgi.h"
#include "gateway/httpd.h"

/* evhttp tells nobody when an answer has left; so long is enough for what
 * the kernel will take. */
#define HTTP_FLUSH_US 50000

static void
on_deadline(evutil_socket_t fd, short what, void *argument)
{
	struct service *service = argument;

	(void)fd;
	(void)what;
	log_event(LOG_LEVEL_WARNING, "stop",
	    "limits.stop_timeout has passed: giving up what is in hand");
	service->finished = true;
}

static void
on_stop(evutil_socket_t signal_number, short what, void *argument)
{
	struct service *service = argument;
	int64_t ms = service->hooks->stop_timeout_ms(service->context);
	struct timeval limit = {ms / 1000, ms % 1000 * 1000};

	(void)what;
	if (service->stopping)
		return;
	service->stopping = true;
	process_notify("STOPPING=1");
	log_event(LOG_LEVEL_INFO, "stop",
	    "signal %d: finishing what is in hand", (int)signal_number);
	if (service->hooks->stop != NULL)
		service->hooks->stop(service->context);
	if (service->fcgi != NULL)
		fcgi_stop(service->fcgi);
	if (service->httpd != NULL)
		httpd_stop(service->httpd);
	(void)event_add(service->deadline, &limit);
}

static void
on_reload(evutil_socket_t signal_number, short what, void *argument)
{
	struct service *service = argument;

	(void)signal_number;
	(void)what;
	if (service->hooks->reload != NULL)
		service->hooks->reload(service->context);
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

_Static_assert(ARRAY_LENGTH(signals) == SERVICE_SIGNALS,
    "the header counts the rows");

static void
block_signals(int how)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
		(void)sigaddset(&set, signals[i].number);
	(void)sigprocmask(how, &set, NULL);
}

void
service_prepare(void)
{
	/* libfcgi's own handlers would swallow a signal until ours are set. */
	block_signals(SIG_BLOCK);
	process_raise_descriptors();
}

static bool
watch_signals(struct service *service, struct err *err)
{
	struct event_base *loop = service->loop;

	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++) {
		service->signals[i] = evsignal_new(
		    loop, signals[i].number, signals[i].handler, service);
		if (service->signals[i] == NULL ||
		    event_add(service->signals[i], NULL) != 0)
			return err_set(err, 0, "signals cannot be received");
	}
	service->deadline = event_new(loop, -1, 0, on_deadline, service);
	/* After libfcgi, which installs a handler of its own. */
	if (service->deadline == NULL ||
	    signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_set(err, 0, "signals cannot be received");
	return true;
}

static bool
open_transport(struct service *service, const char *listen, int listener,
    struct err *err)
{
	if (listen == NULL) {
		service->fcgi = fcgi_open(service->loop, listener,
		    service->application, service->limits, err);
		return service->fcgi != NULL;
	}
	service->httpd = httpd_open(service->loop, listen,
	    service->application, service->limits, err);
	return service->httpd != NULL;
}

bool
service_open(struct service *service, struct event_base *loop,
    const char *listen, int listener, struct err *err)
{
	service->loop = loop;
	bool open = open_transport(service, listen, listener, err) &&
	    watch_signals(service, err);
	block_signals(SIG_UNBLOCK);
	return open;
}

const char *
service_address(const struct service *service)
{
	return service->httpd == NULL ? NULL : httpd_address(service->httpd);
}

static bool
is_drained(const struct service *service)
{
	if (service->hooks->is_idle != NULL &&
	    !service->hooks->is_idle(service->context))
		return false;
	if (service->fcgi != NULL)
		return fcgi_connections(service->fcgi) == 0;
	return httpd_is_idle(service->httpd);
}

void
service_run(struct service *service)
{
	struct timeval flush = {0, HTTP_FLUSH_US};

	while (!service->finished) {
		(void)event_base_loop(service->loop, EVLOOP_ONCE);
		if (service->hooks->turn != NULL)
			service->hooks->turn(service->context);
		log_flush();
		if (service->stopping && is_drained(service))
			service->finished = true;
	}
	if (service->httpd != NULL) {
		httpd_finish(service->httpd);
		if (event_base_loopexit(service->loop, &flush) == 0)
			(void)event_base_dispatch(service->loop);
	}
	log_event(LOG_LEVEL_INFO, "stop", "ended");
	log_flush();
}

void
service_end(struct service *service)
{
	service->finished = true;
}

void
service_close(struct service *service)
{
	fcgi_close(service->fcgi);
	httpd_close(service->httpd);
	for (size_t i = 0; i < ARRAY_LENGTH(signals); i++)
		if (service->signals[i] != NULL)
			event_free(service->signals[i]);
	if (service->deadline != NULL)
		event_free(service->deadline);
}
