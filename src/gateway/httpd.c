/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/httpd.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/log.h"
#include "gateway/evhttp.h"

/* evhttp ends larger requests by itself, without our kind of answer. */
#define MOST_BODY ((ssize_t)16 << 20)
/* After running out of descriptors, accept nothing for so long. */
#define ACCEPT_PAUSE_US 100000
#define METHODS                                                              \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | \
	    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |       \
	    EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

struct httpd {
	LIST_ENTRY(httpd) entry;
	struct evhttp *http;
	struct event *resume; /* accepting, after a pause */
	struct evhttp_bound_socket *bound;
	struct application *application;
	const struct gateway_limits *limits;
	TAILQ_HEAD(, held_request) held;
	bool refusing; /* httpd_finish was called */
	char address[ADDRESS_TEXT];
};

static LIST_HEAD(, httpd) open_httpds = LIST_HEAD_INITIALIZER(open_httpds);

/* A request that evhttp has given us until it is answered. */
struct held_request {
	TAILQ_ENTRY(held_request) entry;
	struct httpd *httpd;
	struct evhttp_request *request;
	struct exchange *exchange;
};

static const char *
method_name(enum evhttp_cmd_type method)
{
	static const struct {
		enum evhttp_cmd_type method;
		const char *name;
	} rows[] = {
		{EVHTTP_REQ_GET, "GET"}, {EVHTTP_REQ_HEAD, "HEAD"},
		{EVHTTP_REQ_POST, "POST"}, {EVHTTP_REQ_DELETE, "DELETE"},
		{EVHTTP_REQ_OPTIONS, "OPTIONS"},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++)
		if (rows[i].method == method)
			return rows[i].name;
	return "OTHER";
}

/* RFC 3875 section 4.1.18: HTTP_, upper case, '-' as '_'. A header that has
 * an underscore already would become another's twin: absent. */
static struct str
header_variable(struct arena *arena, const char *header)
{
	size_t length = strlen(header);
	char *name = arena_alloc(arena, length + 6);

	if (name == NULL || strchr(header, '_') != NULL)
		return STR_NONE;
	memcpy(name, "HTTP_", 5);
	for (size_t i = 0; i < length; i++) {
		char c = header[i];
		name[5 + i] = c == '-' ? '_'
		    : c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A')
					   : c;
	}
	struct str s = {name, length + 5};
	/* These two have names of their own. */
	if (str_is(s, "HTTP_CONTENT_TYPE") || str_is(s, "HTTP_CONTENT_LENGTH"))
		return str_slice(s, 5, s.len);
	return s;
}

static void
set_variables(struct exchange *exchange, struct evhttp_request *request)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	struct evkeyval *header;
	char *peer = NULL;
	uint16_t port = 0;

	request_set(&exchange->request, STR("REQUEST_METHOD"),
	    str_from(method_name(evhttp_request_get_command(request))));
	request_set(&exchange->request, STR("REQUEST_URI"),
	    str_from(evhttp_request_get_uri(request)));
	for (header = headers->tqh_first; header != NULL;
	     header = header->next.tqe_next)
		request_set(&exchange->request,
		    header_variable(&exchange->arena, header->key),
		    str_from(header->value));
	evhttp_connection_get_peer(
	    evhttp_request_get_connection(request), &peer, &port);
	request_set(
	    &exchange->request, STR("REMOTE_ADDR"), str_from(peer));
}

static void
set_body(struct exchange *exchange, struct evhttp_request *request,
    size_t limit)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(request);
	size_t length = evbuffer_get_length(input);

	exchange->request.body_oversized = length > limit;
	if (length == 0 || length > limit)
		return;
	exchange->request.body = (struct str){
	    (const char *)evbuffer_pullup(input, -1), length};
	if (exchange->request.body.at == NULL)
		exchange->arena.overflow = true;
}

/* False: no memory. A request that lacks its body or one of its headers would
 * be another one. */
static bool
read_request(struct exchange *exchange, struct evhttp_request *request,
    size_t limit)
{
	set_variables(exchange, request);
	request_interpret(&exchange->request);
	set_body(exchange, request, limit);
	return !exchange->arena.overflow;
}

static void
end_exchange(struct held_request *held)
{
	TAILQ_REMOVE(&held->httpd->held, held, entry);
	exchange_free(held->exchange);
	free(held);
}

/* evhttp wants text that ends in NUL. */
static void
add_header(const struct held_request *held, const char *name, struct str value)
{
	char text[256];
	const char *terminated = text;

	if (value.len < sizeof text)
		(void)snprintf(text, sizeof text, "%.*s", STR_ARGS(value));
	else
		terminated = arena_str(&held->exchange->arena, value).at;
	if (terminated != NULL)
		(void)evhttp_add_header(
		    evhttp_request_get_output_headers(held->request), name,
		    terminated);
}

static bool
is_stopping(const struct httpd *httpd)
{
	return httpd->bound == NULL;
}

static void
add_headers(const struct held_request *held)
{
	const struct response *response = &held->exchange->response;

	if (is_stopping(held->httpd) || response->end != RESPONSE_WHOLE)
		add_header(held, "Connection", STR("close"));
	for (size_t i = 0; i < response->header_count; i++)
		add_header(held, response->headers[i].name,
		    response->headers[i].value);
	if (response->content_type != NULL)
		add_header(held, "Content-Type",
		    str_from(response->content_type));
	/* evhttp leaves one alone that is there already. */
	if (response->head || response->end != RESPONSE_WHOLE)
		add_header(held, "Content-Length",
		    arena_format(&held->exchange->arena, "%zu",
			response->body.len));
}

static int
socket_of(const struct held_request *held)
{
	return bufferevent_getfd(evhttp_connection_get_bufferevent(
	    evhttp_request_get_connection(held->request)));
}

static void
respond(struct exchange *exchange)
{
	struct held_request *held = exchange->link;
	struct response *response = &exchange->response;
	struct evbuffer *body = evbuffer_new();

	/* evhttp's reply then fails, by which it ends the connection. */
	if (response->end == RESPONSE_NOTHING)
		(void)shutdown(socket_of(held), SHUT_RDWR);
	if (body == NULL ||
	    evbuffer_add(body, response->body.at,
		response_length(response)) != 0) {
		evhttp_send_reply(held->request, 500, NULL, NULL);
	} else {
		add_headers(held);
		evhttp_send_reply(held->request, (int)response->status,
		    response_title(response->status), body);
	}
	if (body != NULL)
		evbuffer_free(body);
	end_exchange(held);
}

static bool
is_abandoned(struct exchange *exchange)
{
	char byte;
	ssize_t count = recv(
	    socket_of(exchange->link), &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return count == 0 ||
	    (count < 0 && errno != EAGAIN && errno != EINTR);
}

static const struct transport transport = {
	.respond = respond,
	.is_abandoned = is_abandoned,
};

static struct timeval
interval(int64_t us)
{
	return (struct timeval){us / 1000000, us % 1000000};
}

/* From its first request on, a connection may be silent for longer. */
static void
expect_more(const struct httpd *httpd, struct evhttp_request *request)
{
	struct timeval idle = interval(httpd->limits->idle_us);
	struct timeval send = interval(httpd->limits->send_us);

	(void)bufferevent_set_timeouts(
	    evhttp_connection_get_bufferevent(
		evhttp_request_get_connection(request)),
	    &idle, &send);
}

static void
serve(struct httpd *httpd, struct evhttp_request *request)
{
	struct exchange *exchange =
	    exchange_new(httpd->application, &transport);
	struct held_request *held = malloc(sizeof *held);

	if (exchange == NULL || held == NULL ||
	    !read_request(exchange, request, httpd->limits->body)) {
		if (exchange != NULL)
			exchange_discard(exchange);
		free(held);
		evhttp_send_reply(request, 500, NULL, NULL);
		return;
	}
	held->httpd = httpd;
	held->request = request;
	held->exchange = exchange;
	TAILQ_INSERT_TAIL(&httpd->held, held, entry);
	exchange->link = held;
	expect_more(httpd, request);
	httpd->application->serve(httpd->application, exchange);
}

static void
on_request(struct evhttp_request *request, void *argument)
{
	struct httpd *httpd = argument;

	if (!httpd->refusing) {
		serve(httpd, request);
		return;
	}
	(void)evhttp_add_header(evhttp_request_get_output_headers(request),
	    "Connection", "close");
	evhttp_send_reply(request, 503, response_title(503), NULL);
}

static struct evhttp *
make_http(struct httpd *httpd, struct event_base *loop)
{
	struct evhttp *http = evhttp_new(loop);
	struct timeval timeout = interval(httpd->limits->receive_us);

	if (http == NULL)
		return NULL;
	evhttp_set_allowed_methods(http, METHODS);
	evhttp_set_max_headers_size(http, (ssize_t)httpd->limits->head);
	evhttp_set_max_body_size(http, MOST_BODY);
	evhttp_set_timeout_tv(http, &timeout);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_gencb(http, on_request, httpd);
	return http;
}

/* libevent calls this with its own struct only. */
static struct httpd *
find_httpd(const struct evhttp *http)
{
	struct httpd *httpd;

	LIST_FOREACH(httpd, &open_httpds, entry)
		if (httpd->http == http)
			return httpd;
	return NULL;
}

/* Out of descriptors: libevent would try again at once, for ever. */
static void
on_accept_error(struct evconnlistener *listener, void *http)
{
	struct httpd *httpd = find_httpd(http);
	struct timeval pause = interval(ACCEPT_PAUSE_US);

	log_event(LOG_LEVEL_WARNING, "http",
	    "accepting nothing for a while: %s", strerror(errno));
	if (httpd != NULL && event_add(httpd->resume, &pause) == 0)
		(void)evconnlistener_disable(listener);
}

static void
on_resume(evutil_socket_t fd, short what, void *argument)
{
	struct httpd *httpd = argument;

	(void)fd;
	(void)what;
	if (httpd->bound != NULL)
		(void)evconnlistener_enable(
		    evhttp_bound_socket_get_listener(httpd->bound));
}

/* Many clients may come at once, and an answer must not wait for the
 * acknowledgement of the one before; accepted sockets inherit that. */
static bool
bind_socket(struct httpd *httpd, const char *host, uint16_t port)
{
	int on = 1;

	httpd->bound =
	    evhttp_bind_socket_with_handle(httpd->http, host, port);
	if (httpd->bound == NULL)
		return false;
	int fd = evhttp_bound_socket_get_fd(httpd->bound);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	evconnlistener_set_error_cb(
	    evhttp_bound_socket_get_listener(httpd->bound), on_accept_error);
	return listen(fd, SOMAXCONN) == 0;
}

static bool
make_parts(struct httpd *httpd, struct event_base *loop)
{
	httpd->http = make_http(httpd, loop);
	httpd->resume = event_new(loop, -1, 0, on_resume, httpd);
	return httpd->http != NULL && httpd->resume != NULL;
}

struct httpd *
httpd_open(struct event_base *loop, const char *address,
    struct application *application, const struct gateway_limits *limits,
    struct err *err)
{
	struct httpd *httpd;
	char host[ADDRESS_HOST];
	uint16_t port = 0;

	if (!address_split(address, host, &port, err) ||
	    !evhttp_load(err))
		return NULL;
	httpd = calloc(1, sizeof *httpd);
	if (httpd == NULL) {
		err_set(err, 0, "out of memory");
		return NULL;
	}
	httpd->application = application;
	httpd->limits = limits;
	TAILQ_INIT(&httpd->held);
	LIST_INSERT_HEAD(&open_httpds, httpd, entry);
	if (!make_parts(httpd, loop) || !bind_socket(httpd, host, port)) {
		err_set(err, 0, "%s: %s", address, strerror(errno));
		httpd_close(httpd);
		return NULL;
	}
	address_of(evhttp_bound_socket_get_fd(httpd->bound), httpd->address);
	return httpd;
}

const char *
httpd_address(const struct httpd *httpd)
{
	return httpd->address;
}

void
httpd_stop(struct httpd *httpd)
{
	if (httpd->bound != NULL)
		evhttp_del_accept_socket(httpd->http, httpd->bound);
	httpd->bound = NULL;
}

void
httpd_finish(struct httpd *httpd)
{
	httpd->refusing = true;
}

bool
httpd_is_idle(const struct httpd *httpd)
{
	return TAILQ_EMPTY(&httpd->held);
}

void
httpd_close(struct httpd *httpd)
{
	if (httpd == NULL)
		return;
	while (!TAILQ_EMPTY(&httpd->held))
		end_exchange(TAILQ_FIRST(&httpd->held));
	if (httpd->http != NULL)
		evhttp_free(httpd->http);
	if (httpd->resume != NULL)
		event_free(httpd->resume);
	LIST_REMOVE(httpd, entry);
	free(httpd);
}
