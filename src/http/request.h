/* SPDX-License-Identifier: MIT
 *
 * One HTTP request as a web server passes it on: meta-variables and a body.
 * All views belong to the transport or to the exchange's arena and live until
 * the exchange ends.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/str.h"
#include "codec/form.h"

enum meta {
#define META(name) META_##name,
#include "http/meta.h"
#undef META
	META_COUNT
};

enum method {
	METHOD_OTHER = 0,
	METHOD_GET = 1 << 0,
	METHOD_HEAD = 1 << 1,
	METHOD_POST = 1 << 2,
	METHOD_DELETE = 1 << 3,
	METHOD_OPTIONS = 1 << 4,
};

enum media_type {
	MEDIA_NONE, /* no Content-Type, or an empty one */
	MEDIA_FORM,
	MEDIA_JSON,
	MEDIA_OTHER,
};

struct request {
	struct str meta[META_COUNT]; /* absent, or the first one's value */
	uint32_t repeated;           /* bit 1 << META_… : came more than once */
	struct str body;
	bool head_oversized; /* larger than the limit; `meta` cannot be believed */
	bool body_oversized; /* larger than the limit; `body` is empty then */

	/* Set by request_interpret: */
	enum method method;
	enum media_type media;
	struct str path;  /* raw, of REQUEST_URI up to '?'; else absent */
	struct str query; /* raw, without '?'; absent if there was no '?' */
	/* Set by route_dispatch: */
	struct form form;   /* parameters of a POST's body; of a GET's query
			     * where a guard has read them */
	struct str segment; /* what stands for the "*" of its route */
};

/* Keeps a meta-variable that http/meta.h names and forgets the others.
 * A name that came before keeps its first value and is marked repeated. */
void request_set(struct request *request, struct str name, struct str value);

/* Fills the second half from the meta-variables. */
void request_interpret(struct request *request);

/* "GET"; NULL for METHOD_OTHER and for several at once. */
const char *request_method_name(unsigned method);

bool request_repeats(const struct request *request, enum meta meta);

/* The header Authorization; absent if there is none, or more than one. */
struct str request_authorization(const struct request *request);

/* Whether the body can be believed: it has the length that CONTENT_LENGTH
 * promised, if it promised one (RFC 3875 section 4.1.2; empty counts as
 * absent, as nginx and Apache send it), and is not empty in a POST. */
MUST_USE bool request_check_body(const struct request *request, struct err *err);

/* The parameters of a body: form fields, or the members of a JSON object
 * (strings as they are, numbers and nested values as compact JSON). False:
 * malformed, *err says where. */
MUST_USE bool request_body_parameters(const struct request *request,
    struct arena *arena, struct form *form, struct err *err);

/* The parameters of the query string. */
MUST_USE bool request_query_parameters(const struct request *request,
    struct arena *arena, struct form *form, struct err *err);

/* Whether the request came to the web server from this machine itself: a
 * loopback REMOTE_ADDR and no sign of a proxy in front. */
bool request_is_local(const struct request *request);

#endif
