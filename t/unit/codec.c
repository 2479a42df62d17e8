/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/codec.h"
#include "tap.h"

#define STDOUT_RECORD 6
#define STDERR_RECORD 7
#define END_RECORD 3
/* Larger than a pipe holds: goes through the file. */
#define LARGE ((size_t)100000)

static struct arena arena;
static struct codec codec;

/* A complete request, as records_feed leaves it. */
static void
make_request(struct records *records, unsigned id, struct str head,
    const char *byte, size_t body_length)
{
	records_init(records);
	records->state = RECORDS_COMPLETE;
	records->id = id;
	buf_add_str(&records->head, head);
	for (size_t i = 0; i < body_length; i++)
		buf_add_byte(&records->body, (char)(byte[0] + (char)(i % 23)));
}

static bool
body_is(struct str body, const char *byte, size_t length)
{
	if (body.at == NULL || body.len != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if (body.at[i] != (char)(byte[0] + (char)(i % 23)))
			return false;
	return true;
}

/* "A=b,NAME=abc": what libfcgi made of the pairs; it puts one of its own in
 * front. */
static struct str
show_variables(char *const *envp)
{
	struct str shown = STR("");

	if (*envp != NULL && strcmp(*envp, "FCGI_ROLE=RESPONDER") == 0)
		envp++;
	for (; *envp != NULL; envp++)
		shown = arena_format(&arena, "%.*s%s%s", STR_ARGS(shown),
		    shown.len > 0 ? "," : "", *envp);
	return shown;
}

/* An answer, taken apart again. */
struct answer {
	struct buf output;
	unsigned id;
	unsigned ends;
	unsigned app_status, protocol_status;
	unsigned errors; /* records of STDERR */
	bool broken;
};

static size_t
take_record(struct answer *answer, struct str bytes)
{
	const unsigned char *h = (const unsigned char *)bytes.at;
	size_t length = bytes.len < 8 ? 0 : (size_t)h[4] << 8 | h[5];

	if (bytes.len < 8 || h[0] != 1 || bytes.len < 8 + length + h[6]) {
		answer->broken = true;
		return bytes.len;
	}
	answer->id = (unsigned)h[2] << 8 | h[3];
	switch (h[1]) {
	case STDOUT_RECORD:
		buf_add(&answer->output, bytes.at + 8, length);
		break;
	case STDERR_RECORD:
		answer->errors++;
		break;
	case END_RECORD:
		answer->ends++;
		answer->app_status = h[11];
		answer->protocol_status = h[12];
		break;
	default:
		answer->broken = true;
	}
	return 8 + length + h[6];
}

static void
take_answer(struct answer *answer, struct str bytes)
{
	*answer = (struct answer){.id = 0};
	buf_init(&answer->output, (size_t)32 << 20);
	while (bytes.len > 0 && answer->ends == 0)
		bytes = str_slice(
		    bytes, take_record(answer, bytes), bytes.len);
	answer->broken = answer->broken || bytes.len > 0;
}

static struct str
receive(int fd)
{
	static char bytes[1 << 17];
	size_t length = 0;
	ssize_t count;

	while ((count = recv(fd, bytes + length, sizeof bytes - length,
		    MSG_DONTWAIT)) > 0)
		length += (size_t)count;
	return (struct str){bytes, length};
}

/* What is left of earlier requests. */
static unsigned
left_over(void)
{
	int bytes = -1;

	return ioctl(codec.pipe[0], FIONREAD, &bytes) == 0 && bytes == 0 &&
		lseek(codec.file, 0, SEEK_END) == 0
	    ? 0
	    : 1;
}

static const struct {
	const char *what;
	struct str head;
	size_t body;
	const char *variables;
} requests[] = {
	{"nothing in it", {"", 0}, 0, ""},
	{"a variable", {"\1\1Ab", 4}, 0, "A=b"},
	{"two variables and a body", {"\1\1Ab\4\3NAMEabc", 13}, 8,
	    "A=b,NAME=abc"},
	{"an empty value and an empty name", {"\1\0A\0\1b", 6}, 1, "A=,=b"},
	{"'=' and a line feed in a value", {"\1\3A=\nb", 6}, 1, "A==\nb"},
	{"the same name twice", {"\1\1Ab\1\1Ac", 8}, 1, "A=b,A=c"},
	{"a length of four bytes", {"\1\x80\0\0\1Ab", 7}, 1, "A=b"},
	{"a body as long as a record of ours", {"\1\1Ab", 4}, 65528, "A=b"},
	{"a byte more", {"\1\1Ab", 4}, 65529, "A=b"},
	{"a body of 64 KiB", {"\1\1Ab", 4}, 65536, "A=b"},
	{"a body of 1 MiB", {"\1\1Ab", 4}, (size_t)1 << 20, "A=b"},
	{"a body of 4 MiB", {"\1\1Ab", 4}, (size_t)1 << 22, "A=b"},
};

static void
test_read(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(requests); i++) {
		const char *what = requests[i].what;
		struct records records;
		FCGX_Request request;
		struct str body;

		make_request(&records, 1, requests[i].head, "a",
		    requests[i].body);
		bool read =
		    codec_read(&codec, &records, &request, &arena, &body);
		ok(read, "read, %s", what);
		if (!read)
			continue;
		is_str(show_variables(request.envp), requests[i].variables,
		    "read, %s: variables", what);
		ok(body_is(body, "a", requests[i].body), "read, %s: body",
		    what);
		codec_end(&request);
		records_release(&records);
	}
}

static void
test_write(void)
{
	static const struct {
		const char *what;
		unsigned id;
		size_t length;
		bool waiting; /* something is in the queue already */
		bool queued;  /* whether the answer goes there */
	} rows[] = {
		{"a small one", 1, 100, false, false},
		{"a large id", 65535, 100, false, false},
		{"an empty one", 2, 0, false, false},
		{"the largest that is written at once", 3, 8000, false, false},
		{"a byte more", 3, 8001, false, true},
		{"64 KiB", 4, 65536, false, true},
		{"5 MiB", 5, (size_t)5 << 20, false, true},
		{"a small one behind another", 6, 100, true, true},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *what = rows[i].what;
		int ends[2];
		struct records records, text;
		struct answer answer;
		FCGX_Request request;
		struct buf queue;
		struct str body;

		(void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
		buf_init(&queue, (size_t)8 << 20);
		if (rows[i].waiting)
			buf_add_byte(&queue, '!');
		make_request(&records, rows[i].id, STR(""), "a", 0);
		make_request(&text, 0, STR(""), "A", rows[i].length);
		ok(codec_read(&codec, &records, &request, &arena, &body),
		    "write, %s: a request", what);
		ok(codec_write(&codec, &request, ends[0],
		       buf_str(&text.body), &queue),
		    "write, %s: written", what);
		struct str direct = receive(ends[1]);
		ok((direct.len == 0) == rows[i].queued, "write, %s: %s", what,
		    rows[i].queued ? "into the queue" : "to the connection");
		take_answer(&answer,
		    rows[i].queued
			? str_slice(buf_str(&queue), rows[i].waiting, SIZE_MAX)
			: direct);
		ok(!answer.broken && answer.ends == 1,
		    "write, %s: whole records, one end", what);
		is_int(answer.id, rows[i].id, "write, %s: id", what);
		ok(body_is(buf_str(&answer.output), "A", rows[i].length),
		    "write, %s: text", what);
		ok(answer.app_status == 0 && answer.protocol_status == 0 &&
			answer.errors == 0,
		    "write, %s: no error", what);
		ok(fcntl(ends[0], F_GETFD) >= 0,
		    "write, %s: the connection stays open", what);
		is_int(left_over(), 0, "write, %s: nothing is left", what);
		codec_end(&request);
		buf_release(&answer.output);
		buf_release(&queue);
		records_release(&records);
		records_release(&text);
		(void)close(ends[0]);
		(void)close(ends[1]);
	}
}

static void
test_peer_gone(void)
{
	struct records records;
	FCGX_Request request;
	struct buf queue;
	struct str body;
	int ends[2];

	(void)!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
	(void)close(ends[1]);
	buf_init(&queue, 4096);
	make_request(&records, 1, STR(""), "a", 0);
	ok(codec_read(&codec, &records, &request, &arena, &body),
	    "peer gone: a request");
	ok(!codec_write(&codec, &request, ends[0], STR("x"), &queue),
	    "peer gone: the answer is not written");
	codec_end(&request);
	ok(codec_read(&codec, &records, &request, &arena, &body),
	    "small queue: a request");
	ok(!codec_write(&codec, &request, ends[0],
	       (struct str){(const char[9000]){'x'}, 9000}, &queue) &&
		queue.failed,
	    "small queue: an answer that does not fit is not sent in part");
	is_int(left_over(), 0, "small queue: nothing is left of it");
	codec_end(&request);
	buf_release(&queue);
	records_release(&records);
	(void)close(ends[0]);
}

static void
test_many(void)
{
	unsigned wrong = 0, left = 0;

	for (unsigned i = 0; i < 1000; i++) {
		const char byte[1] = {(char)('A' + i % 26)};
		size_t length = i % 10 == 9 ? LARGE + i : 7 * i;
		struct arena own;
		struct records records;
		FCGX_Request request;
		struct str body = STR_NONE;

		arena_init(&own, (size_t)1 << 20);
		make_request(&records, i + 1, STR("\1\1Ab"), byte, length);
		if (!codec_read(&codec, &records, &request, &own, &body) ||
		    !body_is(body, byte, length))
			wrong++;
		left += left_over();
		codec_end(&request);
		records_release(&records);
		arena_release(&own);
	}
	is_int(wrong, 0, "a thousand requests one after the other");
	is_int(left, 0, "nothing was left of any before the next");
}

/* Up to the last byte that a pipe holds, and beyond. */
static void
test_pipe_size(void)
{
	unsigned wrong = 0, left = 0;

	for (size_t length = 65536 - 64; length < 65536 + 16; length++) {
		struct records records;
		FCGX_Request request;
		struct str body = STR_NONE;

		make_request(&records, 1, STR("\1\1Ab"), "a", length);
		wrong += !codec_read(
			     &codec, &records, &request, &arena, &body) ||
		    !body_is(body, "a", length);
		left += left_over();
		codec_end(&request);
		records_release(&records);
	}
	is_int(wrong, 0, "bodies around the size of a pipe");
	is_int(left, 0, "and nothing left of them");
	ok(codec.pipe_size >= 512, "the pipe's size was asked for");
}

/* As for a user who has more pipes than the system likes. */
static void
test_small_pipe(void)
{
#ifdef F_SETPIPE_SZ
	static const size_t lengths[] = {0, 3000, 4096, 5000, 20000, 100000};
	struct codec small;
	struct err err;

	ok(codec_open(&small, &err), "small pipe: opened");
	int size = fcntl(small.pipe[1], F_SETPIPE_SZ, 4096);
	if (size > 0)
		small.pipe_size = (size_t)size;
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		struct records records;
		FCGX_Request request;
		struct str body = STR_NONE;

		make_request(&records, 1, STR("\1\1Ab"), "a", lengths[i]);
		ok(codec_read(&small, &records, &request, &arena, &body) &&
			body_is(body, "a", lengths[i]),
		    "small pipe: a body of %zu bytes", lengths[i]);
		codec_end(&request);
		records_release(&records);
	}
	codec_close(&small);
#endif
}

/* Several are open at once and end in another order. */
static void
test_open_together(void)
{
	enum { COUNT = 50 };
	static FCGX_Request open[COUNT];
	struct records records;
	struct str bodies[COUNT];
	unsigned wrong = 0;

	for (unsigned i = 0; i < COUNT; i++) {
		const char byte[1] = {(char)('A' + i % 26)};
		make_request(&records, i + 1, STR("\1\1Ab"), byte, 50000);
		wrong += !codec_read(
		    &codec, &records, &open[i], &arena, &bodies[i]);
		records_release(&records);
	}
	is_int(wrong, 0, "%d requests open at once", COUNT);
	for (unsigned n = 0; n < COUNT; n++) {
		unsigned i = n * 7 % COUNT;
		const char byte[1] = {(char)('A' + i % 26)};
		wrong += !body_is(bodies[i], byte, 50000) ||
		    !str_is(show_variables(open[i].envp), "A=b") ||
		    open[i].requestId != (int)i + 1;
		codec_end(&open[i]);
	}
	is_int(wrong, 0, "each kept what was its own");
}

/* What records.h would have refused, or a file that is gone: an error, and
 * the next request is read all the same. */
static void
test_recovery(void)
{
	static const struct {
		const char *what;
		struct str head;
	} rows[] = {
		{"a name cut short", {"\5\5ab", 4}},
		{"a length cut short", {"\x80\0", 2}},
	};
	struct arena small;
	struct records records;
	FCGX_Request request;
	struct str body;

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		make_request(&records, 1, rows[i].head, "a", 3);
		ok(!codec_read(&codec, &records, &request, &arena, &body),
		    "%s: an error", rows[i].what);
		records_release(&records);
		make_request(&records, 2, STR("\1\1Ab"), "b", 3);
		ok(codec_read(&codec, &records, &request, &arena, &body) &&
			body_is(body, "b", 3),
		    "%s: the next one is read", rows[i].what);
		codec_end(&request);
		records_release(&records);
	}
	make_request(&records, 1, STR("\1\1Ab"), "a", 3000);
	arena_init(&small, 1000);
	ok(!codec_read(&codec, &records, &request, &small, &body),
	    "no room for the body: an error");
	arena_release(&small);
	ok(codec_read(&codec, &records, &request, &arena, &body) &&
		body_is(body, "a", 3000),
	    "no room for the body: the next one is read");
	codec_end(&request);
	(void)close(codec.pipe[1]);
	ok(!codec_read(&codec, &records, &request, &arena, &body),
	    "the pipe is gone: an error");
	ok(codec_read(&codec, &records, &request, &arena, &body) &&
		body_is(body, "a", 3000),
	    "the pipe is gone: the next one is read from a new one");
	codec_end(&request);
	records_release(&records);
	make_request(&records, 1, STR("\1\1Ab"), "a", LARGE);
	(void)close(codec.file);
	ok(!codec_read(&codec, &records, &request, &arena, &body),
	    "the file is gone: an error");
	ok(codec_read(&codec, &records, &request, &arena, &body) &&
		body_is(body, "a", LARGE),
	    "the file is gone: the next one is read from a new one");
	codec_end(&request);
	records_release(&records);
}

static unsigned
open_descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

int
main(void)
{
	static void (*const tests[])(void) = {test_read, test_write,
	    test_peer_gone, test_many, test_pipe_size,
	    test_small_pipe, test_open_together, test_recovery};
	unsigned before = open_descriptors();
	struct err err;

	if (!codec_open(&codec, &err)) {
		ok(false, "%s", err.text);
		return tap_done();
	}
	for (size_t i = 0; i < ARRAY_LENGTH(tests); i++) {
		arena_init(&arena, (size_t)32 << 20);
		tests[i]();
		arena_release(&arena);
	}
	codec_close(&codec);
	is_int(open_descriptors(), before, "no descriptor is left open");
	return tap_done();
}
