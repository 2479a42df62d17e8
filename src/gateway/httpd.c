/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "gateway/httpd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>

#include "gateway/evhttp.h"

/* evhttp ends larger requests by itself, without our kind of answer. */
#define MOST_BODY ((ssize_t)16 << 20)
#define METHODS                                                              \
	(EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_HEAD | EVHTTP_REQ_PUT | \
	    EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS | EVHTTP_REQ_TRACE |       \
	    EVHTTP_REQ_CONNECT | EVHTTP_REQ_PATCH)

struct httpd {
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct application *application;
	const struct gateway_limits *limits;
	TAILQ_HEAD(, held_request) held;
	char address[64];
};

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
		{EVHTTP_REQ_POST, "POST"},
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
}

static void
end_exchange(struct held_request *held)
{
	TAILQ_REMOVE(&held->httpd->held, held, entry);
	exchange_free(held->exchange);
	free(held);
}

static void
add_header(struct evhttp_request *request, const char *name, struct str value)
{
	char text[1024];

	(void)snprintf(text, sizeof text, "%.*s", STR_ARGS(value));
	(void)evhttp_add_header(
	    evhttp_request_get_output_headers(request), name, text);
}

static void
respond(struct exchange *exchange)
{
	struct held_request *held = exchange->link;
	struct response *response = &exchange->response;
	struct evbuffer *body = evbuffer_new();

	for (size_t i = 0; i < response->header_count; i++)
		add_header(held->request, response->headers[i].name,
		    response->headers[i].value);
	if (response->content_type != NULL)
		add_header(held->request, "Content-Type",
		    str_from(response->content_type));
	if (body != NULL && !response->head)
		(void)evbuffer_add(
		    body, response->body.at, response->body.len);
	if (response->head)
		add_header(held->request, "Content-Length",
		    arena_format(
			&exchange->arena, "%zu", response->body.len));
	evhttp_send_reply(held->request, (int)response->status,
	    response_title(response->status), body);
	if (body != NULL)
		evbuffer_free(body);
	end_exchange(held);
}

static bool
is_abandoned(struct exchange *exchange)
{
	struct held_request *held = exchange->link;
	struct evhttp_connection *connection =
	    evhttp_request_get_connection(held->request);
	int fd = bufferevent_getfd(
	    evhttp_connection_get_bufferevent(connection));
	char byte;

	ssize_t count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	return count == 0 ||
	    (count < 0 && errno != EAGAIN && errno != EINTR);
}

static const struct transport transport = {
	.respond = respond,
	.is_abandoned = is_abandoned,
};

static void
on_request(struct evhttp_request *request, void *argument)
{
	struct httpd *httpd = argument;
	struct exchange *exchange =
	    exchange_new(httpd->application, &transport);
	struct held_request *held = malloc(sizeof *held);

	if (exchange == NULL || held == NULL) {
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
	set_variables(exchange, request);
	request_interpret(&exchange->request);
	set_body(exchange, request, httpd->limits->body);
	httpd->application->serve(httpd->application, exchange);
}

/* "127.0.0.1:8080" or "[::1]:8080" into its parts. */
static bool
split_address(const char *text, char *host, size_t size, uint16_t *port,
    struct err *err)
{
	struct str all = str_from(text), name;
	const char *colon = strrchr(text, ':');
	uint64_t number;

	if (colon == NULL ||
	    !str_to_uint(str_from(colon + 1), UINT16_MAX, &number))
		return err_set(err, 0,
		    "%s: expected ADDRESS:PORT, such as 127.0.0.1:8080", text);
	name = str_slice(all, 0, (size_t)(colon - text));
	if (str_has_prefix(name, STR("[")) && str_has_suffix(name, STR("]")))
		name = str_slice(name, 1, name.len - 1);
	if (name.len == 0 || name.len >= size)
		return err_set(err, 0, "%s: an address is needed before the "
		    "port; 127.0.0.1 is this machine alone", text);
	memcpy(host, name.at, name.len);
	host[name.len] = '\0';
	*port = (uint16_t)number;
	return true;
}

static void
note_address(struct httpd *httpd)
{
	struct sockaddr_storage address = {0};
	struct sockaddr_in *v4 = (struct sockaddr_in *)&address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&address;
	socklen_t size = sizeof address;
	char host[INET6_ADDRSTRLEN] = "";

	(void)getsockname(evhttp_bound_socket_get_fd(httpd->bound),
	    (struct sockaddr *)&address, &size);
	bool six = address.ss_family == AF_INET6;
	(void)inet_ntop(address.ss_family,
	    six ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr, host,
	    sizeof host);
	(void)snprintf(httpd->address, sizeof httpd->address,
	    six ? "[%s]:%u" : "%s:%u", host,
	    ntohs(six ? v6->sin6_port : v4->sin_port));
}

static struct evhttp *
make_http(struct httpd *httpd, struct event_base *loop)
{
	struct evhttp *http = evhttp_new(loop);
	struct timeval timeout = {(time_t)(httpd->limits->receive_us / 1000000),
	    (suseconds_t)(httpd->limits->receive_us % 1000000)};

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

struct httpd *
httpd_open(struct event_base *loop, const char *address,
    struct application *application, const struct gateway_limits *limits,
    struct err *err)
{
	struct httpd *httpd;
	char host[INET6_ADDRSTRLEN + 1];
	uint16_t port = 0;

	if (!split_address(address, host, sizeof host, &port, err) ||
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
	httpd->http = make_http(httpd, loop);
	if (httpd->http != NULL)
		httpd->bound = evhttp_bind_socket_with_handle(
		    httpd->http, host, port);
	if (httpd->bound == NULL) {
		err_set(err, 0, "%s: %s", address, strerror(errno));
		httpd_close(httpd);
		return NULL;
	}
	note_address(httpd);
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
	free(httpd);
}
