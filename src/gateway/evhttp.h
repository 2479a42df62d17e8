/* SPDX-License-Identifier: MIT
 *
 * libevent's HTTP server, loaded when -l asks for it: linked, it would cost
 * each CGI process a tenth of its life. After evhttp_load the functions below
 * are called by their usual names.
 */
#ifndef GATEWAY_EVHTTP_H
#define GATEWAY_EVHTTP_H

#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>

#include "base/compat.h"
#include "base/err.h"

/* One row per function that is used; their types come from event2/http.h. */
#define EVHTTP_FUNCTIONS(ROW) \
	ROW(evhttp_add_header) \
	ROW(evhttp_bind_socket_with_handle) \
	ROW(evhttp_bound_socket_get_fd) \
	ROW(evhttp_bound_socket_get_listener) \
	ROW(evhttp_connection_get_bufferevent) \
	ROW(evhttp_connection_get_peer) \
	ROW(evhttp_del_accept_socket) \
	ROW(evhttp_free) \
	ROW(evhttp_new) \
	ROW(evhttp_request_get_command) \
	ROW(evhttp_request_get_connection) \
	ROW(evhttp_request_get_input_buffer) \
	ROW(evhttp_request_get_input_headers) \
	ROW(evhttp_request_get_output_headers) \
	ROW(evhttp_request_get_uri) \
	ROW(evhttp_send_reply) \
	ROW(evhttp_set_allowed_methods) \
	ROW(evhttp_set_default_content_type) \
	ROW(evhttp_set_gencb) \
	ROW(evhttp_set_max_body_size) \
	ROW(evhttp_set_max_headers_size) \
	ROW(evhttp_set_timeout_tv)

struct evhttp_library {
#define EVHTTP_MEMBER(function) __typeof__(function) *function;
	EVHTTP_FUNCTIONS(EVHTTP_MEMBER)
#undef EVHTTP_MEMBER
};

/* Empty until evhttp_load returned true. */
extern struct evhttp_library evhttp_library;

MUST_USE bool evhttp_load(struct err *err);

/* The file that fills the struct needs the bare names. */
#ifndef EVHTTP_BARE_NAMES
#define evhttp_add_header evhttp_library.evhttp_add_header
#define evhttp_bind_socket_with_handle \
	evhttp_library.evhttp_bind_socket_with_handle
#define evhttp_bound_socket_get_fd evhttp_library.evhttp_bound_socket_get_fd
#define evhttp_bound_socket_get_listener \
	evhttp_library.evhttp_bound_socket_get_listener
#define evhttp_connection_get_bufferevent \
	evhttp_library.evhttp_connection_get_bufferevent
#define evhttp_connection_get_peer evhttp_library.evhttp_connection_get_peer
#define evhttp_del_accept_socket evhttp_library.evhttp_del_accept_socket
#define evhttp_free evhttp_library.evhttp_free
#define evhttp_new evhttp_library.evhttp_new
#define evhttp_request_get_command evhttp_library.evhttp_request_get_command
#define evhttp_request_get_connection \
	evhttp_library.evhttp_request_get_connection
#define evhttp_request_get_input_buffer \
	evhttp_library.evhttp_request_get_input_buffer
#define evhttp_request_get_input_headers \
	evhttp_library.evhttp_request_get_input_headers
#define evhttp_request_get_output_headers \
	evhttp_library.evhttp_request_get_output_headers
#define evhttp_request_get_uri evhttp_library.evhttp_request_get_uri
#define evhttp_send_reply evhttp_library.evhttp_send_reply
#define evhttp_set_allowed_methods evhttp_library.evhttp_set_allowed_methods
#define evhttp_set_default_content_type \
	evhttp_library.evhttp_set_default_content_type
#define evhttp_set_gencb evhttp_library.evhttp_set_gencb
#define evhttp_set_max_body_size evhttp_library.evhttp_set_max_body_size
#define evhttp_set_max_headers_size evhttp_library.evhttp_set_max_headers_size
#define evhttp_set_timeout_tv evhttp_library.evhttp_set_timeout_tv
#endif

#endif
