/* SPDX-License-Identifier: MIT */
#include "base/compat.h"

#include "codec/base64.h"

#include <nettle/base64.h>

struct str
base64_decode(struct arena *arena, struct str text)
{
	struct base64_decode_ctx context;
	size_t length = BASE64_DECODE_LENGTH(text.len);
	uint8_t *bytes = arena_alloc(arena, length + 1);

	if (bytes == NULL)
		return STR_NONE;
	base64_decode_init(&context);
	if (!base64_decode_update(&context, &length, bytes, text.len, text.at) ||
	    !base64_decode_final(&context))
		return STR_NONE;
	return (struct str){(const char *)bytes, length};
}
