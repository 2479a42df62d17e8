/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/multi.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>

/* Easy handles kept for the next transfers; each is some kilobytes. */
#define IDLE_HANDLES 8
/* Hundreds of transfers may share a connection, each with one of these. */
#define RECEIVE_BUFFER 4096L

/* One socket that curl waits for. Kept for the next socket afterwards: curl
 * gives its sockets up and takes them again with each request. */
struct watch {
	LIST_ENTRY(watch) entry;
	struct event *event;
};

LIST_HEAD(watch_list, watch);

struct multi {
	CURLM *handle;
	struct event_base *loop;
	struct event *timer;
	struct watch_list used;
	struct watch_list spare;
	multi_finished *finished;
	void *context;
	CURL *idle[IDLE_HANDLES];
	size_t idle_count;
};

static void
drive(struct multi *multi, curl_socket_t socket, int what)
{
	const CURLMsg *message;
	int count;

	(void)curl_multi_socket_action(multi->handle, socket, what, &count);
	while ((message = curl_multi_info_read(multi->handle, &count)) != NULL)
		if (message->msg == CURLMSG_DONE)
			multi->finished(multi->context, message->easy_handle,
			    message->data.result);
}

static void
on_socket(evutil_socket_t socket, short ready, void *context)
{
	int what = 0;

	if ((ready & EV_READ) != 0)
		what |= CURL_CSELECT_IN;
	if ((ready & EV_WRITE) != 0)
		what |= CURL_CSELECT_OUT;
	drive(context, socket, what);
}

static void
on_timer(evutil_socket_t socket, short ready, void *context)
{
	(void)socket;
	(void)ready;
	drive(context, CURL_SOCKET_TIMEOUT, 0);
}

static struct watch *
watch_take(struct multi *multi)
{
	struct watch *watch = LIST_FIRST(&multi->spare);

	if (watch != NULL) {
		LIST_REMOVE(watch, entry);
	} else {
		watch = calloc(1, sizeof *watch);
		if (watch == NULL)
			return NULL;
		watch->event = event_new(multi->loop, -1, 0, on_socket, multi);
		if (watch->event == NULL) {
			free(watch);
			return NULL;
		}
	}
	LIST_INSERT_HEAD(&multi->used, watch, entry);
	return watch;
}

static void
watch_give_back(struct multi *multi, struct watch *watch)
{
	(void)event_del(watch->event);
	LIST_REMOVE(watch, entry);
	LIST_INSERT_HEAD(&multi->spare, watch, entry);
}

static void
watches_free(struct watch_list *list)
{
	while (!LIST_EMPTY(list)) {
		struct watch *watch = LIST_FIRST(list);
		LIST_REMOVE(watch, entry);
		event_free(watch->event);
		free(watch);
	}
}

/* Where there is no memory for a watch the transfer ends at its deadline:
 * reporting failure here would make curl fail every transfer from now on. */
static int
watch_socket(
    CURL *easy, curl_socket_t socket, int what, void *context, void *assigned)
{
	struct multi *multi = context;
	struct watch *watch = assigned;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (watch != NULL)
			watch_give_back(multi, watch);
		return 0;
	}
	if (watch == NULL) {
		watch = watch_take(multi);
		if (watch == NULL)
			return 0;
		/* curl could not name it when the socket is closed. */
		if (curl_multi_assign(multi->handle, socket, watch) !=
		    CURLM_OK) {
			watch_give_back(multi, watch);
			return 0;
		}
	}
	int events = EV_PERSIST;
	if ((what & CURL_POLL_IN) != 0)
		events |= EV_READ;
	if ((what & CURL_POLL_OUT) != 0)
		events |= EV_WRITE;
	(void)event_del(watch->event);
	(void)event_assign(watch->event, multi->loop, socket, (short)events,
	    on_socket, multi);
	(void)event_add(watch->event, NULL);
	return 0;
}

static int
set_timer(CURLM *handle, long timeout_ms, void *context)
{
	struct multi *multi = context;
	struct timeval wait = {timeout_ms / 1000, timeout_ms % 1000 * 1000};

	(void)handle;
	if (timeout_ms < 0)
		(void)evtimer_del(multi->timer);
	else
		(void)evtimer_add(multi->timer, &wait);
	return 0;
}

static bool
start(struct multi *multi)
{
	multi->timer = evtimer_new(multi->loop, on_timer, multi);
	multi->handle = curl_multi_init();
	if (multi->timer == NULL || multi->handle == NULL)
		return false;
	CURLM *handle = multi->handle;
	return curl_multi_setopt(handle, CURLMOPT_SOCKETFUNCTION,
	           watch_socket) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_SOCKETDATA, multi) == CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_TIMERFUNCTION, set_timer) ==
	    CURLM_OK &&
	    curl_multi_setopt(handle, CURLMOPT_TIMERDATA, multi) == CURLM_OK;
}

struct multi *
multi_open(struct event_base *loop, multi_finished *finished, void *context)
{
	struct multi *multi = calloc(1, sizeof *multi);

	if (multi == NULL)
		return NULL;
	multi->loop = loop;
	multi->finished = finished;
	multi->context = context;
	LIST_INIT(&multi->used);
	LIST_INIT(&multi->spare);
	if (start(multi))
		return multi;
	multi_close(multi);
	return NULL;
}

void
multi_close(struct multi *multi)
{
	if (multi == NULL)
		return;
	while (multi->idle_count > 0)
		curl_easy_cleanup(multi->idle[--multi->idle_count]);
	if (multi->handle != NULL)
		(void)curl_multi_cleanup(multi->handle);
	watches_free(&multi->used);
	watches_free(&multi->spare);
	if (multi->timer != NULL)
		event_free(multi->timer);
	free(multi);
}

void
multi_limit(struct multi *multi, long connections)
{
	/* The first counts all connections, the second those kept idle. */
	(void)curl_multi_setopt(
	    multi->handle, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections);
	(void)curl_multi_setopt(
	    multi->handle, CURLMOPT_MAXCONNECTS, connections);
}

/* False where the last transfer got no connection: libcurl 7.88 then leaves
 * the handle its receive buffer, across a reset too, and takes no other size.
 * (After a reset it would also take the buffer for one of the preset size:
 * such a handle must not be used again.) */
static bool
set_receive_buffer(CURL *easy)
{
	return curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER) ==
	    CURLE_OK;
}

CURL *
multi_take(struct multi *multi)
{
	if (multi->idle_count > 0)
		return multi->idle[--multi->idle_count];
	CURL *easy = curl_easy_init();
	if (easy != NULL)
		(void)set_receive_buffer(easy);
	return easy;
}

void
multi_give_back(struct multi *multi, CURL *easy)
{
	/* No error if it was never started. Before the reset, which would
	 * take CURLOPT_QUICK_EXIT away while a resolver is at work. */
	CURLMcode code = curl_multi_remove_handle(multi->handle, easy);
	if (code == CURLM_OK && multi->idle_count < IDLE_HANDLES) {
		curl_easy_reset(easy);
		if (set_receive_buffer(easy)) {
			multi->idle[multi->idle_count++] = easy;
			return;
		}
	}
	curl_easy_cleanup(easy);
}

const char *
multi_start(struct multi *multi, CURL *easy)
{
	CURLMcode code = curl_multi_add_handle(multi->handle, easy);

	return code == CURLM_OK ? NULL : curl_multi_strerror(code);
}

void
multi_turn(struct multi *multi, curl_socket_t socket)
{
	int count;

	(void)curl_multi_socket_action(multi->handle, socket,
	    socket == CURL_SOCKET_TIMEOUT ? 0 : CURL_CSELECT_OUT, &count);
	(void)set_timer(multi->handle, 0, multi);
}
