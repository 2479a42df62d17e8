/* SPDX-License-Identifier: MIT
 *
 * FastCGI records: the first byte says how large the pieces are that the rest
 * comes in. Pieces make no difference; limits hold; and whatever is taken as
 * a whole request, libfcgi reads without an error.
 */
#include "base/compat.h"

#include <string.h>

#include "fuzz.h"
#include "gateway/codec.h"

static const struct records_limits limits = {512, 1024};

static size_t
feed(struct records *records, struct str bytes, size_t piece)
{
	size_t taken = 0;

	while (taken < bytes.len) {
		struct str part = str_slice(bytes, taken, taken + piece);
		size_t count =
		    records_feed(records, limits, part.at, part.len);
		MUST(count <= part.len);
		taken += count;
		if (count < part.len ||
		    records->state == RECORDS_BROKEN ||
		    records->state == RECORDS_COMPLETE)
			break;
	}
	return taken;
}

static void
check_state(const struct records *records)
{
	MUST((records->fault != NULL) == (records->state == RECORDS_BROKEN));
	MUST(records->head.len <= limits.head);
	MUST(records->body.len <= limits.body);
	MUST(!records->head_oversized || records->head.len == 0);
	MUST(!records->body_oversized || records->body.len == 0);
}

static void
check_libfcgi(const struct records *records)
{
	static struct codec codec;
	static bool open;
	FCGX_Request request;
	struct arena arena;
	struct str body;
	struct err err;

	if (!open)
		open = codec_open(&codec, &err);
	MUST(open);
	arena_init(&arena, (size_t)1 << 16);
	MUST(codec_read(&codec, records, &request, &arena, &body));
	MUST(str_equal(body, (struct str){records->body.at, records->body.len}));
	for (char **variable = request.envp; *variable != NULL; variable++)
		MUST(strchr(*variable, '=') != NULL);
	codec_end(&request);
	arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct records whole, cut;

	if (size == 0)
		return 0;
	struct str bytes = {(const char *)data + 1, size - 1};
	records_init(&whole);
	records_init(&cut);
	size_t taken = feed(&whole, bytes, size);
	size_t taken_cut = feed(&cut, bytes, (size_t)data[0] + 1);
	check_state(&whole);
	MUST(taken == taken_cut && whole.state == cut.state);
	MUST(whole.fault == cut.fault);
	if (whole.state == RECORDS_COMPLETE) {
		MUST(whole.id == cut.id && whole.keep == cut.keep);
		MUST(str_equal(buf_str(&whole.head), buf_str(&cut.head)));
		MUST(str_equal(buf_str(&whole.body), buf_str(&cut.body)));
		check_libfcgi(&whole);
	}
	records_reset(&whole);
	MUST(whole.state == RECORDS_EMPTY && whole.head.len == 0);
	records_release(&whole);
	records_release(&cut);
	return 0;
}
