/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include <stdio.h>
#include <string.h>

#include "gateway/records.h"
#include "tap.h"

enum {
	BEGIN = 1,
	ABORT = 2,
	END = 3,
	PARAMS = 4,
	STDIN = 5,
	DATA = 8,
	GET_VALUES = 9,
};

static const struct records_limits limits = {16384, 65536};
static const struct str begin = {"\0\1\1\0\0\0\0\0", 8};
static const struct str pairs = {"\1\1AB\4\3NAMEabc\1\0C", 4 + 9 + 3};

static void
add_header(struct buf *out, unsigned type, unsigned id, size_t length,
    size_t padding)
{
	const char header[8] = {1, (char)type, (char)(id >> 8), (char)id,
	    (char)(length >> 8), (char)length, (char)padding, 0};

	buf_add(out, header, sizeof header);
}

static void
add_record(struct buf *out, unsigned type, unsigned id, struct str content,
    size_t padding)
{
	static const char zeros[255];

	add_header(out, type, id, content.len, padding);
	buf_add_str(out, content);
	buf_add(out, zeros, padding);
}

/* A request, each stream in one record. */
static void
add_request(struct buf *out, unsigned id, struct str head, struct str body)
{
	add_record(out, BEGIN, id, begin, 0);
	add_record(out, PARAMS, id, head, 3);
	add_record(out, PARAMS, id, STR(""), 0);
	if (body.len > 0)
		add_record(out, STDIN, id, body, 255);
	add_record(out, STDIN, id, STR(""), 8);
}

static size_t
feed(struct records *records, struct str bytes)
{
	return records_feed(records, limits, bytes.at, bytes.len);
}

/* Whether it is the request of add_request. */
static bool
is_request(const struct records *records, unsigned id, const char *body)
{
	return records->state == RECORDS_COMPLETE && records->id == id &&
	    records->keep && str_equal(buf_str(&records->head), pairs) &&
	    str_is(buf_str(&records->body), body) &&
	    !records->head_oversized && !records->body_oversized;
}

static void
test_cut_everywhere(void)
{
	struct records records;
	struct buf bytes;
	unsigned wrong = 0;

	records_init(&records);
	buf_init(&bytes, 4096);
	add_request(&bytes, 258, pairs, STR("a=1&b=2"));
	struct str all = buf_str(&bytes);
	for (size_t cut = 0; cut <= all.len; cut++) {
		size_t taken = feed(&records, str_slice(all, 0, cut));
		enum records_state expected = cut == 0 ? RECORDS_EMPTY
		    : cut < all.len		       ? RECORDS_PARTIAL
						       : RECORDS_COMPLETE;
		wrong += taken != cut || records.state != expected;
		taken = feed(&records, str_slice(all, cut, all.len));
		wrong += taken != all.len - cut ||
		    !is_request(&records, 258, "a=1&b=2");
		records_reset(&records);
	}
	is_int(wrong, 0, "a request of %zu bytes, cut at every byte", all.len);
	for (size_t i = 0; i < all.len; i++)
		(void)feed(&records, str_slice(all, i, i + 1));
	ok(is_request(&records, 258, "a=1&b=2"), "byte by byte");
	is_int((int64_t)feed(&records, all), 0,
	    "a complete request takes nothing more");
	ok(is_request(&records, 258, "a=1&b=2"), "and stays as it is");
	records_release(&records);
	buf_release(&bytes);
}

static void
test_two_requests(void)
{
	struct records records;
	struct buf bytes;

	records_init(&records);
	buf_init(&bytes, 4096);
	add_request(&bytes, 1, pairs, STR("first"));
	size_t first = bytes.len;
	add_request(&bytes, 65535, pairs, STR(""));
	struct str all = buf_str(&bytes);
	is_int((int64_t)feed(&records, all), (int64_t)first,
	    "two requests at once: the first alone is taken");
	ok(is_request(&records, 1, "first"), "two requests: the first");
	records_reset(&records);
	ok(records.state == RECORDS_EMPTY && records.head.len == 0 &&
		records.body.len == 0,
	    "two requests: empty in between");
	is_int((int64_t)feed(&records, str_slice(all, first, all.len)),
	    (int64_t)(all.len - first), "two requests: the rest is taken");
	ok(is_request(&records, 65535, ""), "two requests: the second, "
	    "without a body");
	records_release(&records);
	buf_release(&bytes);
}

static void
test_pieces(void)
{
	struct records records;
	struct buf bytes;

	records_init(&records);
	buf_init(&bytes, (size_t)1 << 20);
	add_record(&bytes, BEGIN, 7, STR("\0\1\0\0\0\0\0\0"), 255);
	for (size_t i = 0; i < pairs.len; i++)
		add_record(&bytes, PARAMS, 7, str_slice(pairs, i, i + 1), i);
	add_record(&bytes, PARAMS, 7, STR(""), 255);
	for (size_t i = 0; i < 65536; i += 4096)
		add_record(&bytes, STDIN, 7,
		    str_slice((struct str){(const char[4096]){'x'}, 4096}, 0,
			4096),
		    0);
	add_record(&bytes, STDIN, 7, STR(""), 0);
	(void)feed(&records, buf_str(&bytes));
	ok(records.state == RECORDS_COMPLETE, "streams in many records");
	ok(str_equal(buf_str(&records.head), pairs),
	    "streams in many records: the variables");
	ok(records.body.len == 65536 && !records.body_oversized,
	    "streams in many records: a body as large as may be");
	ok(!records.keep, "no keep-alive was asked for");
	records_release(&records);
	buf_release(&bytes);
}

/* One row: a good request up to `records` of the five records, then a header
 * and content that must not be there. */
static const struct {
	const char *what;
	unsigned good;
	struct str bytes;
	const char *fault;
} wrong[] = {
	{"version 0", 0, {"\0\1\0\1\0\10\0\0", 8}, "version 1"},
	{"version 2", 2, {"\2\4\0\1\0\0\0\0", 8}, "version 1"},
	{"HTTP", 0, {"GET / HTTP/1.1\r\n", 16}, "version 1"},
	{"TLS", 0, {"\x16\3\1\2\0\1\0\1", 8}, "version 1"},
	{"zeros", 0, {"\0\0\0\0\0\0\0\0", 8}, "version 1"},
	{"GET_VALUES first", 0, {"\1\11\0\0\0\0\0\0", 8}, "management"},
	{"GET_VALUES within a request", 1, {"\1\11\0\0\0\0\0\0", 8},
	    "management"},
	{"an unknown management record", 2, {"\1\77\0\0\0\0\0\0", 8},
	    "management"},
	{"GET_VALUES with an id", 1, {"\1\11\0\1\0\0\0\0", 8}, "PARAMS"},
	{"BEGIN without an id", 0, {"\1\1\0\0\0\10\0\0", 8}, "management"},
	{"PARAMS first", 0, {"\1\4\0\1\0\0\0\0", 8}, "BEGIN"},
	{"STDIN first", 0, {"\1\5\0\1\0\0\0\0", 8}, "BEGIN"},
	{"ABORT first", 0, {"\1\2\0\1\0\0\0\0", 8}, "BEGIN"},
	{"BEGIN again", 1, {"\1\1\0\1\0\10\0\0", 8}, "PARAMS"},
	{"STDIN before the end of PARAMS", 2, {"\1\5\0\1\0\0\0\0", 8},
	    "PARAMS"},
	{"ABORT within PARAMS", 2, {"\1\2\0\1\0\0\0\0", 8}, "PARAMS"},
	{"PARAMS after its end", 3, {"\1\4\0\1\0\1\0\0", 8}, "STDIN"},
	{"ABORT within STDIN", 4, {"\1\2\0\1\0\0\0\0", 8}, "STDIN"},
	{"DATA", 3, {"\1\10\0\1\0\1\0\0", 8}, "STDIN"},
	{"END_REQUEST from the wrong side", 1, {"\1\3\0\1\0\10\0\0", 8},
	    "PARAMS"},
	{"STDOUT from the wrong side", 3, {"\1\6\0\1\0\1\0\0", 8}, "STDIN"},
	{"PARAMS of another request", 1, {"\1\4\0\2\0\0\0\0", 8},
	    "another request"},
	{"STDIN of another request", 3, {"\1\5\1\1\0\0\0\0", 8},
	    "another request"},
	{"a BEGIN that is too short", 0, {"\1\1\0\1\0\7\0\0", 8}, "wrong size"},
	{"a BEGIN that is too long", 0, {"\1\1\0\1\1\10\0\0", 8},
	    "wrong size"},
	{"an empty BEGIN", 0, {"\1\1\0\1\0\0\0\0", 8}, "wrong size"},
	{"the role of an authorizer", 0,
	    {"\1\1\0\1\0\10\0\0\0\2\1\0\0\0\0\0", 16}, "role"},
	{"the role of a filter", 0,
	    {"\1\1\0\1\0\10\0\0\0\3\1\0\0\0\0\0", 16}, "role"},
	{"role 0", 0, {"\1\1\0\1\0\10\0\0\0\0\1\0\0\0\0\0", 16}, "role"},
	{"role 257", 0, {"\1\1\0\1\0\10\0\0\1\1\1\0\0\0\0\0", 16}, "role"},
};

static void
test_wrong_records(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(wrong); i++) {
		size_t ends[6];
		struct records records;
		struct buf bytes;

		records_init(&records);
		buf_init(&bytes, 4096);
		ends[0] = 0;
		add_record(&bytes, BEGIN, 1, begin, 0);
		ends[1] = bytes.len;
		add_record(&bytes, PARAMS, 1, pairs, 0);
		ends[2] = bytes.len;
		add_record(&bytes, PARAMS, 1, STR(""), 0);
		ends[3] = bytes.len;
		add_record(&bytes, STDIN, 1, STR("body"), 0);
		ends[4] = bytes.len;
		bytes.len = ends[wrong[i].good];
		(void)feed(&records, buf_str(&bytes));
		ok(records.state != RECORDS_BROKEN, "%s: good so far",
		    wrong[i].what);
		size_t taken = feed(&records, wrong[i].bytes);
		ok(records.state == RECORDS_BROKEN && records.fault != NULL &&
			str_contains(
			    str_from(records.fault), wrong[i].fault),
		    "%s: refused: %s", wrong[i].what,
		    records.fault == NULL ? "(not)" : records.fault);
		ok(taken <= wrong[i].bytes.len &&
			feed(&records, wrong[i].bytes) == 0,
		    "%s: nothing more is taken", wrong[i].what);
		records_release(&records);
		buf_release(&bytes);
	}
}

static const struct {
	const char *what;
	struct str head;
	const char *fault; /* NULL: taken */
} heads[] = {
	{"no variable", {"", 0}, NULL},
	{"one variable", {"\1\1AB", 4}, NULL},
	{"an empty value", {"\1\0A", 3}, NULL},
	{"an empty name", {"\0\1B", 3}, NULL},
	{"nothing and nothing", {"\0\0", 2}, NULL},
	{"lengths of four bytes", {"\x80\0\0\1\x80\0\0\1AB", 10}, NULL},
	{"a name of 127 bytes and a value of none",
	    {"\x7f\0AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	     "AAAAAAA",
		129},
	    NULL},
	{"'=' in a value", {"\1\1A=", 4}, NULL},
	{"a line feed in a value", {"\1\1A\n", 4}, NULL},
	{"bytes above ASCII", {"\1\1\xff\xfe", 4}, NULL},
	{"the same name twice", {"\1\1AB\1\1AC", 8}, NULL},
	{"'=' in a name", {"\1\1=B", 4}, "'='"},
	{"'=' at the end of a name", {"\2\1A=B", 5}, "'='"},
	{"NUL in a name", {"\1\1\0B", 4}, "NUL"},
	{"NUL in a value", {"\1\1A\0", 4}, "NUL"},
	{"NUL in the second value", {"\1\1AB\1\2AB\0", 9}, "NUL"},
	{"a length alone", {"\1", 1}, "cut short"},
	{"lengths without content", {"\1\1", 2}, "cut short"},
	{"a name without a value", {"\1\1A", 3}, "cut short"},
	{"a pair and a length", {"\1\1AB\1", 5}, "cut short"},
	{"a pair and half a pair", {"\1\1AB\1\1A", 7}, "cut short"},
	{"half a length", {"\x80\0\0", 3}, "cut short"},
	{"half a second length", {"\1\x80\0\0", 4}, "cut short"},
	{"a name of 2 GiB", {"\xff\xff\xff\xff\1AB", 7}, "cut short"},
	{"a value of 2 GiB", {"\1\xff\xff\xff\xff\x41\x42", 7}, "cut short"},
	{"both of 2 GiB", {"\xff\xff\xff\xff\xff\xff\xff\xff\x41\x42", 10},
	    "cut short"},
	{"a name one byte too long", {"\3\0AB", 4}, "cut short"},
};

static void
test_heads(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(heads); i++) {
		const char *fault = heads[i].fault;
		struct records records;
		struct buf bytes;

		records_init(&records);
		buf_init(&bytes, 4096);
		add_record(&bytes, BEGIN, 1, begin, 0);
		if (heads[i].head.len > 0)
			add_record(&bytes, PARAMS, 1, heads[i].head, 0);
		(void)feed(&records, buf_str(&bytes));
		is_int(records.state, RECORDS_PARTIAL,
		    "variables, %s: looked at when they are there",
		    heads[i].what);
		buf_clear(&bytes, 4096);
		add_record(&bytes, PARAMS, 1, STR(""), 0);
		add_record(&bytes, STDIN, 1, STR(""), 0);
		(void)feed(&records, buf_str(&bytes));
		is_int(records.state,
		    fault == NULL ? RECORDS_COMPLETE : RECORDS_BROKEN,
		    "variables, %s: %s", heads[i].what,
		    fault == NULL ? "taken" : "refused");
		ok(fault == NULL ||
			str_contains(str_from(records.fault), fault),
		    "variables, %s: why", heads[i].what);
		records_release(&records);
		buf_release(&bytes);
	}
}

static enum records_state
state_with_variables(size_t count)
{
	struct records records;
	struct buf bytes, head;

	records_init(&records);
	buf_init(&bytes, 65536);
	buf_init(&head, 65536);
	for (size_t i = 0; i < count; i++)
		buf_add_str(&head, STR("\1\1AB"));
	add_request(&bytes, 1, buf_str(&head), STR("x"));
	(void)feed(&records, buf_str(&bytes));
	enum records_state state = records.state;
	records_release(&records);
	buf_release(&bytes);
	buf_release(&head);
	return state;
}

static void
test_many_variables(void)
{
	is_int(state_with_variables(512), RECORDS_COMPLETE,
	    "as many variables as there may be");
	is_int(state_with_variables(513), RECORDS_BROKEN,
	    "a variable more is refused");
}

/* Feeds a stream of `size` bytes in full records. */
static void
feed_stream(struct records *records, unsigned type, size_t size)
{
	static char content[65535];
	struct buf bytes;

	buf_init(&bytes, (size_t)1 << 17);
	while (size > 0 && records->state != RECORDS_BROKEN) {
		size_t part = size < sizeof content ? size : sizeof content;
		buf_clear(&bytes, (size_t)1 << 17);
		add_record(&bytes, type, 1, (struct str){content, part}, 0);
		(void)feed(records, buf_str(&bytes));
		size -= part;
	}
	buf_release(&bytes);
}

static void
feed_record(struct records *records, unsigned type, struct str content)
{
	struct buf bytes;

	buf_init(&bytes, 4096);
	add_record(&bytes, type, 1, content, 0);
	(void)feed(records, buf_str(&bytes));
	buf_release(&bytes);
}

static void
test_oversized(void)
{
	static const struct {
		const char *what;
		size_t head, body;
		bool head_oversized, body_oversized, broken;
	} rows[] = {
		{"a body at its limit", 0, 65536, false, false, false},
		{"a body a byte beyond", 0, 65537, false, true, false},
		{"a body of 16 MiB", 0, (size_t)16 << 20, false, true, false},
		{"a body of 17 MiB", 0, (size_t)17 << 20, false, true, true},
		{"a head a byte beyond its limit", 16385, 10, true, false,
		    false},
		{"a head of 16 MiB", (size_t)16 << 20, 10, true, false, false},
		{"a head of 17 MiB", (size_t)17 << 20, 10, true, false, true},
		{"head and body beyond", 20000, 70000, true, true, false},
		{"9 MiB each", (size_t)9 << 20, (size_t)9 << 20, true, true,
		    true},
	};

	for (size_t i = 0; i < ARRAY_LENGTH(rows); i++) {
		const char *what = rows[i].what;
		struct records records;

		records_init(&records);
		feed_record(&records, BEGIN, begin);
		feed_stream(&records, PARAMS, rows[i].head);
		feed_record(&records, PARAMS, STR(""));
		feed_stream(&records, STDIN, rows[i].body);
		size_t held = records.head.size + records.body.size;
		feed_record(&records, STDIN, STR(""));
		is_int(records.state,
		    rows[i].broken ? RECORDS_BROKEN : RECORDS_COMPLETE,
		    "%s: %s", what, rows[i].broken ? "broken" : "to its end");
		ok(rows[i].broken ||
			records.head_oversized == rows[i].head_oversized,
		    "%s: the head", what);
		ok(rows[i].broken ||
			records.body_oversized == rows[i].body_oversized,
		    "%s: the body", what);
		ok(held <= (size_t)1 << 18, "%s: nothing beyond is stored",
		    what);
		ok(!records.head_oversized || records.head.len == 0,
		    "%s: no half head", what);
		ok(!records.body_oversized || records.body.len == 0,
		    "%s: no half body", what);
		records_reset(&records);
		ok(records.head.size <= 4096 && records.body.size <= 4096 &&
			!records.head_oversized && !records.body_oversized,
		    "%s: little memory is kept", what);
		records_release(&records);
	}
}

/* A reload may lower the limits while a request is coming in. */
static void
test_limits_lowered(void)
{
	struct records_limits low = {16384, 3};
	struct records records;
	struct buf bytes;

	records_init(&records);
	buf_init(&bytes, 4096);
	add_request(&bytes, 1, pairs, STR("12345678"));
	struct str all = buf_str(&bytes);
	size_t most = all.len - 8 - 8 - 255 - 4;
	(void)feed(&records, str_slice(all, 0, most));
	all = str_slice(all, most, all.len);
	(void)records_feed(&records, low, all.at, all.len);
	ok(records.state == RECORDS_COMPLETE && records.body_oversized &&
		records.body.len == 0,
	    "a limit lowered below what has come");
	records_release(&records);
	buf_release(&bytes);
}

int
main(void)
{
	test_cut_everywhere();
	test_two_requests();
	test_pieces();
	test_wrong_records();
	test_heads();
	test_many_variables();
	test_oversized();
	test_limits_lowered();
	return tap_done();
}
