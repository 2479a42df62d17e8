/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "twilio/transfer.h"

#include <stdio.h>

#include "base/clock.h"

#define CONNECT_TIMEOUT_MOST_MS 600000
/* A server closes idle connections, and a request that crosses its FIN on the
 * way is lost: ours are given up earlier than servers and load balancers
 * commonly do (60 s and more). */
#define IDLE_MOST_S 30L
/* So that a changed address takes effect. */
#define LIFE_MOST_S 300L

struct curl_slist *
transfer_headers(const char *const *lines, size_t count)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < count; i++) {
		struct curl_slist *longer = curl_slist_append(list, lines[i]);
		if (longer == NULL) {
			curl_slist_free_all(list);
			return NULL;
		}
		list = longer;
	}
	return list;
}

void
transfer_init(struct transfer *transfer, const struct target *target,
    struct curl_slist *headers, size_t answer_limit)
{
	*transfer = (struct transfer){.target = target, .headers = headers};
	buf_init(&transfer->body, answer_limit);
}

void
transfer_release(struct transfer *transfer)
{
	buf_release(&transfer->body);
}

/* Bytes sent on behalf of this handle; -1 if libcurl does not say. */
static long
bytes_sent(const struct transfer *transfer)
{
	long bytes;

	if (curl_easy_getinfo(
	        transfer->easy, CURLINFO_REQUEST_SIZE, &bytes) != CURLE_OK)
		return -1;
	return bytes;
}

bool
transfer_is_sent(const struct transfer *transfer)
{
	if (!transfer->begun)
		return false;
	long bytes = bytes_sent(transfer);
	return bytes < 0 || bytes != transfer->bytes_before;
}

/* libcurl calls this just before a request leaves, and once more when a kept
 * connection broke before any answer and it is about to send the request on a
 * new one (Curl_retry_request). The server may have read and obeyed the first
 * one: a POST goes on only if not a byte of it had left. It is called again, too,
 * where the answer asked for a password, which is another matter. */
static int
before_request(void *context, char *server_address, char *own_address,
    int server_port, int own_port)
{
	struct transfer *transfer = context;
	const struct target *target = transfer->target;

	(void)server_address;
	(void)own_address;
	(void)server_port;
	(void)own_port;
	bool was_asked = target->may_be_asked && transfer->head_bytes > 0;
	if (target->form.at != NULL && !was_asked &&
	    transfer_is_sent(transfer)) {
		transfer->stop = TRANSFER_REPEATED;
		return CURL_PREREQFUNC_ABORT;
	}
	if (target->is_abandoned != NULL &&
	    target->is_abandoned(target->context)) {
		transfer->stop = TRANSFER_ABANDONED;
		return CURL_PREREQFUNC_ABORT;
	}
	transfer->bytes_before = bytes_sent(transfer);
	transfer->begun = true;
	return CURL_PREREQFUNC_OK;
}

static size_t
on_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	struct buf *body = &transfer->body;
	size_t length = size * count;

	if (length > body->ceiling - body->len) {
		transfer->stop = TRANSFER_BODY_TOO_LONG;
		return CURL_WRITEFUNC_ERROR;
	}
	buf_add(body, bytes, length);
	if (body->failed) {
		transfer->stop = TRANSFER_NO_MEMORY;
		return CURL_WRITEFUNC_ERROR;
	}
	return length;
}

static size_t
on_head(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *transfer = context;
	size_t length = size * count;
	struct str line = {bytes, length};

	if (str_equal(str_slice(line, 0, 5), STR("HTTP/")))
		transfer->head_is_whole = false;
	else if (str_trim(line).len == 0)
		transfer->head_is_whole = true;
	if (length > TRANSFER_HEAD_LIMIT - transfer->head_bytes) {
		transfer->stop = TRANSFER_HEAD_TOO_LONG;
		return CURL_WRITEFUNC_ERROR;
	}
	transfer->head_bytes += length;
	return length;
}

static bool
set_number(CURL *easy, CURLoption option, long value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

static bool
set_text(CURL *easy, CURLoption option, const char *value)
{
	return curl_easy_setopt(easy, option, value) == CURLE_OK;
}

/* What is the same for every call. No total time limit: libcurl 7.88 does not
 * look at it while a transfer waits for a connection, so calls bring a timer
 * of their own. */
static bool
set_constants(CURL *easy)
{
	static const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{CURLOPT_NOSIGNAL, 1},
		{CURLOPT_QUICK_EXIT, 1}, /* never joins a resolver thread */
		{CURLOPT_FOLLOWLOCATION, 0},
		{CURLOPT_DISALLOW_USERNAME_IN_URL, 1},
		{CURLOPT_SUPPRESS_CONNECT_HEADERS, 1},
		{CURLOPT_SSL_VERIFYPEER, 1},
		{CURLOPT_SSL_VERIFYHOST, 2},
		{CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2},
		{CURLOPT_CA_CACHE_TIMEOUT, -1}, /* see warm.h */
		{CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC},
		{CURLOPT_MAXAGE_CONN, IDLE_MOST_S},
		{CURLOPT_MAXLIFETIME_CONN, LIFE_MOST_S},
		{CURLOPT_UPLOAD_BUFFERSIZE, 16384}, /* libcurl's least */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		if (!set_number(easy, numbers[i].option, numbers[i].value))
			return false;
	return set_text(
	    easy, CURLOPT_USERAGENT, "taskrouter-fcgi/" PACKAGE_VERSION);
}

static bool
set_pointers(CURL *easy, struct transfer *transfer)
{
	return curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION,
	           before_request) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->headers) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_PREREQDATA, transfer) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head) ==
	    CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->error) ==
	    CURLE_OK;
}

/* Only the scheme of the URL may be spoken: libcurl knows some thirty. */
static bool
set_scheme(CURL *easy, const char *url)
{
	if (target_is_plain(str_from(url)))
		return set_text(easy, CURLOPT_PROTOCOLS_STR, "http") &&
		    set_number(
		        easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
	/* A libcurl without HTTP/2 refuses the version, and stays with 1.1. */
	(void)set_number(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	return set_text(easy, CURLOPT_PROTOCOLS_STR, "https") &&
	    set_number(easy, CURLOPT_PIPEWAIT, 1);
}

/* A directory of certificates, which is Debian's preset too, would keep
 * libcurl from caching what it read from the file. */
static bool
set_certificates(CURL *easy, const char *ca_file)
{
	return ca_file == NULL ||
	    (set_text(easy, CURLOPT_CAINFO, ca_file) &&
	        set_text(easy, CURLOPT_CAPATH, NULL));
}

static bool
set_credentials(CURL *easy, const struct target *target)
{
	return target->user == NULL ||
	    (set_text(easy, CURLOPT_USERNAME, target->user) &&
	        set_text(easy, CURLOPT_PASSWORD,
	            target->password != NULL ? target->password : ""));
}

/* An empty proxy, unlike none, keeps libcurl from taking one from the
 * environment, which belongs to whoever started the process. */
static bool
set_route(CURL *easy, const struct target *target)
{
	int64_t timeout_ms = target->connect_timeout_ms;

	if (timeout_ms < 1)
		timeout_ms = 1;
	if (timeout_ms > CONNECT_TIMEOUT_MOST_MS)
		timeout_ms = CONNECT_TIMEOUT_MOST_MS;
	return set_text(easy, CURLOPT_URL, target->url) &&
	    set_text(easy, CURLOPT_PROXY,
	        target->proxy != NULL ? target->proxy : "") &&
	    set_text(easy, CURLOPT_NOPROXY, "") &&
	    set_number(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)timeout_ms);
}

static bool
set_request(CURL *easy, const struct target *target)
{
	if (target->form.at == NULL)
		return set_number(easy, CURLOPT_HTTPGET, 1);
	return set_number(
	           easy, CURLOPT_POSTFIELDSIZE, (long)target->form.len) &&
	    set_text(easy, CURLOPT_POSTFIELDS, target->form.at);
}

bool
transfer_prepare(struct transfer *transfer, CURL *easy)
{
	const struct target *target = transfer->target;

	transfer->easy = easy;
	transfer->begun = false;
	transfer->stop = TRANSFER_WENT_ON;
	transfer->head_bytes = 0;
	transfer->head_is_whole = false;
	transfer->error[0] = '\0';
	buf_clear(&transfer->body, 0);
	const struct {
		const char *name;
		bool set;
	} steps[] = {
		{"its basic options", set_constants(easy)},
		{"its callbacks or headers", set_pointers(easy, transfer)},
		{"the scheme", set_scheme(easy, target->url)},
		{"the certificates", set_certificates(easy, target->ca_file)},
		{"the credentials", set_credentials(easy, target)},
		{"the route", set_route(easy, target)},
		{"the request", set_request(easy, target)},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++)
		if (!steps[i].set) {
			(void)snprintf(transfer->error, sizeof transfer->error,
			    "libcurl refused %s", steps[i].name);
			return false;
		}
	return true;
}

bool
transfer_start(struct transfer *transfer, struct multi *multi,
    bool (*adjust)(void *owner, CURL *easy), void *owner)
{
	CURL *easy = multi_take(multi);

	transfer->easy = easy;
	if (easy == NULL) {
		(void)snprintf(transfer->error, sizeof transfer->error,
		    "no memory for a request");
		return false;
	}
	if (!transfer_prepare(transfer, easy))
		return false;
	if (curl_easy_setopt(easy, CURLOPT_PRIVATE, owner) != CURLE_OK ||
	    (adjust != NULL && !adjust(owner, easy))) {
		(void)snprintf(transfer->error, sizeof transfer->error,
		    "libcurl does not take its options");
		return false;
	}
	const char *problem = multi_start(multi, easy);
	if (problem == NULL)
		return true;
	(void)snprintf(
	    transfer->error, sizeof transfer->error, "libcurl: %s", problem);
	return false;
}

void *
transfer_owner(CURL *easy)
{
	char *owner = NULL;

	(void)curl_easy_getinfo(easy, CURLINFO_PRIVATE, &owner);
	return owner;
}

void
transfer_detach(struct transfer *transfer, struct multi *multi)
{
	if (transfer->easy == NULL)
		return;
	multi_give_back(multi, transfer->easy);
	transfer->easy = NULL;
}

enum rest_outcome
transfer_end(struct transfer *transfer, CURLcode result)
{
	static const struct {
		enum rest_outcome outcome;
		const char *text;
	} stops[] = {
		[TRANSFER_ABANDONED] = {REST_ABANDONED,
		    "nobody waits for the answer any more"},
		[TRANSFER_REPEATED] = {REST_UNKNOWN,
		    "the kept connection broke before an answer came"},
		[TRANSFER_HEAD_CUT_SHORT] = {REST_UNKNOWN,
		    "the connection ended within the head of the answer"},
		[TRANSFER_HEAD_TOO_LONG] = {REST_UNKNOWN,
		    "the head of the answer is too long"},
		[TRANSFER_BODY_TOO_LONG] = {REST_UNKNOWN,
		    "the answer is too long"},
		[TRANSFER_NO_MEMORY] = {REST_UNKNOWN,
		    "no memory for the answer"},
	};

	/* To libcurl that is an answer, without a body. */
	if (result == CURLE_OK && transfer->stop == TRANSFER_WENT_ON &&
	    !transfer->head_is_whole)
		transfer->stop = TRANSFER_HEAD_CUT_SHORT;
	if (transfer->stop != TRANSFER_WENT_ON) {
		(void)snprintf(transfer->error, sizeof transfer->error, "%s",
		    stops[transfer->stop].text);
		return stops[transfer->stop].outcome;
	}
	if (result == CURLE_OK)
		return REST_ANSWERED;
	if (transfer->error[0] == '\0')
		(void)snprintf(transfer->error, sizeof transfer->error, "%s",
		    curl_easy_strerror(result));
	/* Only the wait for a connection is limited in libcurl; rest.c keeps
	 * the deadline of the call. */
	if (result == CURLE_OPERATION_TIMEDOUT)
		return REST_TIMEOUT;
	return transfer_is_sent(transfer) ? REST_UNKNOWN : REST_NOT_SENT;
}

unsigned
transfer_status(const struct transfer *transfer)
{
	long status = 0;

	(void)curl_easy_getinfo(
	    transfer->easy, CURLINFO_RESPONSE_CODE, &status);
	return (unsigned)status;
}

bool
transfer_is_multiplexed(const struct transfer *transfer)
{
	long version = CURL_HTTP_VERSION_NONE;

	(void)curl_easy_getinfo(
	    transfer->easy, CURLINFO_HTTP_VERSION, &version);
	return version >= CURL_HTTP_VERSION_2_0;
}

struct str
transfer_header(const struct transfer *transfer, const char *name)
{
	struct curl_header *header;

	/* Of the final response, not of an interim one or a proxy's. */
	if (curl_easy_header(transfer->easy, name, 0, CURLH_HEADER, -1,
	        &header) != CURLHE_OK)
		return STR_NONE;
	return str_trim(str_from(header->value));
}

/* RFC 9110 section 10.2.3: seconds, or an HTTP-date, which begins with the
 * name of a day; curl_getdate alone would take bare numbers for dates. */
int64_t
transfer_retry_after(const struct transfer *transfer)
{
	struct str text = transfer_header(transfer, "Retry-After");
	uint64_t seconds;

	if (text.len == 0)
		return -1;
	if (str_to_uint(text, INT32_MAX, &seconds))
		return (int64_t)seconds;
	if (!ascii_is_alpha((unsigned char)text.at[0]))
		return -1;
	/* The view ends where curl's text ends, but for blanks. */
	time_t date = curl_getdate(text.at, NULL);
	if (date == (time_t)-1)
		return -1;
	int64_t left = (int64_t)date - clock_wall_ms() / 1000;
	return left > 0 ? left : 0;
}
